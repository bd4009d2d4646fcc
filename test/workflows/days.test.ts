import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, daysBetween, localDate, localHourStart } from '../../src/domain/calendar.js';
import { startWorld, type World } from '../support/world.js';

const TIMEZONE = 'America/New_York';
/** The account's midnights, from the one that starts the day of `from` to the one that starts the day of `to`. */
function midnights(from: number, to: number): number[] {
  const first = localDate(from, TIMEZONE);
  const count = daysBetween(first, localDate(to, TIMEZONE)) + 1;
  return Array.from({ length: count }, (_, index) => localHourStart(addDays(first, index), 0, TIMEZONE));
}

/** In New York, whose days differ from UTC days. */
describe('a test with daily data only', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping', market: { account: { timezone: TIMEZONE } } });
  });
  afterAll(() => world?.stop());

  it('is promoted on whole days, says how many it has, and raises no alarm about the unfinished day', async () => {
    const experiment = await world.begin({
      id: 'days',
      clickRates: [0.02, 0.034],
      dailyBudget: 100_000,
      policy: { buckets: 'day' },
    });
    // At any time of day at which it may have started, the third whole day isn't over.
    await world.pass(71);
    const early = (await world.store.latestDecision(experiment.id))!;
    expect(early.verdict).toBe('insufficient_data');
    expect(early.reasons[0]).toMatch(/^control and challenger delivered together on (1 day|2 days) < 3\.$/);

    const promoted = await world.until(experiment, ['rolling_out', 'verifying'], 14 * 24);
    expect(promoted.winnerVariantId).toBe('challenger');
    expect(promoted.stateReason).toMatch(
      /^challenger wins: confidence [01]\.\d+ ≥ 0\.950 at look \d+; click rate of challenger over control: \+\d+\.\d % \(95 % interval \+\d+\.\d % to \+\d+\.\d %\)\. .* People were not split at random: Meta chose who saw which ad\. .*Ads Manager.*\.$/,
    );
    expect(promoted.stateReason.replace(/ People were not split at random: .*/, '')).not.toMatch(/hour/);
    const decision = (await world.store.latestDecision(experiment.id))!;
    const rows = await world.store.observationsAsKnown({
      experimentId: experiment.id,
      granularity: 'day',
      since: 0,
      endedBy: decision.dueAt,
      seenUntil: decision.seenUntil,
    });
    // The partial day of the start and the unfinished day are left out.
    const whole = midnights(experiment.startedAt, decision.dueAt).slice(1);
    const days = whole.slice(0, -1).map((start, index) => [start, whole[index + 1]!]);
    expect(days.length).toBeGreaterThanOrEqual(3);
    for (const { id } of experiment.variants) {
      const own = rows.filter((row) => row.variantId === id);
      expect(own.map((row) => [row.bucketStart, row.bucketEnd])).toEqual(days);
      expect(decision.metrics[id]!.impressions).toBe(own.reduce((sum, row) => sum + row.impressions, 0));
    }

    const looks = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    expect(looks.length).toBeGreaterThan(10);
    expect(looks.flatMap(({ health }) => health).filter(({ level }) => level === 'block')).toEqual([]);
    // Between two midnights there is no new data, as this market restates nothing: at most one look per day counts.
    const counted = looks.filter(({ pairs }) => pairs[0]!.evidence.counts).map(({ dueAt }) => dueAt);
    expect(new Set(counted.map((dueAt) => localDate(dueAt, TIMEZONE))).size).toBe(counted.length);

    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual([100_000, 100_000]);
  });
});
