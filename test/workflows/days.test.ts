import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/experiment.js';
import { startWorld, type World } from '../support/world.js';

const DAY_MS = 24 * HOUR_MS;

describe('a test of which only days are known', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it('is promoted on whole days, of which it says how many it has, and is never alarmed by the one that runs', async () => {
    const experiment = await world.begin({
      id: 'days',
      clickRates: [0.02, 0.034],
      dailyBudget: 100_000,
      policy: { buckets: 'day' },
    });
    // Whatever the time of day at which it started: the third whole day isn't over.
    await world.pass(71);
    const early = (await world.store.latestDecision(experiment.id))!;
    expect(early.verdict).toBe('insufficient_data');
    expect(early.reasons[0]).toMatch(/^control and challenger delivered together on (1 day|2 days) < 3\.$/);

    const promoted = await world.until(experiment, ['rolling_out', 'verifying'], 14 * 24);
    expect(promoted.winnerVariantId).toBe('challenger');
    expect(promoted.stateReason).toMatch(
      /^challenger wins: confidence [01]\.\d+ ≥ 0\.950 at look \d+; click rate of challenger over control: \+\d+\.\d % \(95 % interval \+\d+\.\d % to \+\d+\.\d %\)\. .* randomised: false \(Meta chose who saw which ad\)\.$/,
    );
    expect(promoted.stateReason).not.toMatch(/hour/);
    // The market's account is in UTC.
    const decision = (await world.store.latestDecision(experiment.id))!;
    const rows = await world.store.observationsAsKnown({
      experimentId: experiment.id,
      granularity: 'day',
      since: 0,
      endedBy: decision.dueAt,
      seenUntil: decision.seenUntil,
    });
    const first = Math.ceil(experiment.startedAt / DAY_MS);
    const end = Math.floor(decision.dueAt / DAY_MS);
    expect(end - first).toBeGreaterThanOrEqual(3);
    const days = Array.from({ length: end - first }, (_, index) => (first + index) * DAY_MS);
    for (const { id } of experiment.variants) {
      const own = rows.filter((row) => row.variantId === id);
      expect(own.map((row) => [row.bucketStart, row.bucketEnd])).toEqual(
        days.map((start) => [start, start + DAY_MS]),
      );
      expect(decision.metrics[id]!.impressions).toBe(own.reduce((sum, row) => sum + row.impressions, 0));
    }

    const looks = await world.store.listDecisions(experiment.id, { limit: 100, offset: 0 });
    expect(looks.length).toBeGreaterThan(10);
    expect(looks.flatMap(({ health }) => health).filter(({ level }) => level === 'block')).toEqual([]);
    // Between two midnights nothing is new, as this market restates nothing: at most one look of each day counts.
    const counted = looks.filter(({ pairs }) => pairs[0]!.evidence.counts).map(({ dueAt }) => dueAt);
    expect(new Set(counted.map((dueAt) => Math.floor(dueAt / DAY_MS))).size).toBe(counted.length);

    await world.control(experiment, 'stop', { budgets: 'restore' });
    expect(await world.budgets(experiment)).toEqual([100_000, 100_000]);
  });
});
