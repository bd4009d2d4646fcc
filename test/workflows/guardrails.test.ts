import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/decision/decision.js';
import type { Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

/** Tests in which more than the click rate counts: each scenario with the sentence that marketers read. */
describe('a promotion that the click rate alone would justify', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const latest = async (experiment: Experiment): Promise<Decision> =>
    (await world.store.latestDecision(experiment.id))!;

  it('is not made if the winner makes conversions more expensive', async () => {
    const experiment = await world.begin({
      id: 'guardrail',
      clickRates: [0.02, 0.034],
      conversionRates: [0.2, 0.04],
      dailyBudget: 100_000,
      policy: { minimumRunHours: 48 },
    });
    await world.pass(60);
    const decision = await latest(experiment);
    expect(decision).toMatchObject({
      verdict: 'continue_testing',
      winnerVariantId: null,
      leaderVariantId: 'challenger',
    });
    expect(decision.reasons[0]).toMatch(
      /^challenger wins: confidence [01]\.\d+ ≥ 0\.950 at look \d+; click rate of challenger over control: \+\d+\.\d % \(.*\), but cost per conversion of challenger over control: \+\d+\.\d %, at least \+\d+\.\d %, which is worse \(95 % confidence\): not promoted\.$/,
    );
    expect(decision.reasons.at(-1)).toMatch(
      /^People were not split at random: Meta chose who saw which ad\. /,
    );
    expect(decision.health).toContainEqual(
      expect.objectContaining({ code: 'guardrail_cost_per_conversion', level: 'block' }),
    );
    expect(decision.setting).toMatchObject({ randomised: false, dailyBudgets: { control: 100_000 } });
    expect((await world.state(experiment)).state).toBe('running');
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('is made, with a warning, if delivery shifted between good and bad hours', async () => {
    const experiment = await world.begin({
      id: 'mix-shift',
      clickRates: [0.02, 0.03],
      dailyBudget: 100_000,
      policy: { minimumRunHours: 168 },
    });
    const { adSetId } = experiment.variants[1]!;
    // Until the last day but one, someone gives the challenger its budget in the evenings, when everyone clicks more.
    for (let hour = 0; hour < 132; hour++) {
      const ofDay = new Date(await world.clock.now()).getUTCHours();
      const evening = ofDay >= 14 || ofDay < 2;
      await world.market.edit(adSetId, { daily_budget: evening ? 200_000 : 10_000 });
      await world.pass(1);
    }
    await world.market.edit(adSetId, { daily_budget: 100_000 });
    const promoted = await world.until(experiment, ['rolling_out'], 48);
    expect(promoted.stateReason).toMatch(
      /^challenger wins: .* delivery of control and challenger shifted between hours: rates of the totals differ by \+\d+\.\d %, hour by hour by \+\d+\.\d %, \d+\.\d standard errors > 1 apart; the latter counts\./,
    );
    const decision = await latest(experiment);
    expect(decision.health).toContainEqual(expect.objectContaining({ code: 'mix_shift', level: 'warn' }));
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });

  it('waits for a user if a third ad hardly delivers', async () => {
    const experiment = await world.begin({
      id: 'starved',
      clickRates: [0.02, 0.034, 0.002],
      dailyBudget: [20_000, 20_000, 400],
    });
    await world.pass(7 * 24 + 7);
    const decision = await latest(experiment);
    expect(decision).toMatchObject({ verdict: 'held', winnerVariantId: null });
    expect(decision.reasons[0]).toMatch(
      /^challenger-2 has \d+ link clicks < 25 after 7 days: held for a person, who/,
    );
    expect((await world.status(experiment)).trouble).toBe(decision.reasons[0]);
    expect(world.events.map((event) => event.text)).toContain(decision.reasons[0]);
    expect(await world.audit(experiment)).toEqual([]);

    const refusal = async (variantId: string) =>
      world.control(experiment, 'drop', { variantId }).then(
        () => 'dropped',
        (error: { cause?: { message?: string } }) => error.cause?.message,
      );
    expect(await refusal('control')).toMatch(/^The control is what/);
    expect(await refusal('challenger-9')).toMatch(/is not among the variants that are compared/);
    const dropped = await world.control(experiment, 'drop', {
      variantId: 'challenger-2',
      reason: 'nobody sees it',
    });
    expect(dropped.message).toBe('challenger-2 is compared no more; its ad goes on until a promotion.');
    expect(await refusal('challenger-1')).toBe('Two variants are left; stop the test instead.');
    const promoted = await world.until(experiment, ['rolling_out'], 7);
    expect(promoted.winnerVariantId).toBe('challenger-1');
    expect(promoted.dropped).toEqual({ 'challenger-2': expect.any(Number) });
    expect((await latest(experiment)).pairs).toHaveLength(1);
    const controls = await world.store.listControls(experiment.id);
    expect(controls.map(({ kind, outcome, reason }) => [kind, outcome, reason])).toContainEqual([
      'drop',
      'accepted',
      'nobody sees it',
    ]);
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });

  it('is not made while an ad does not deliver', async () => {
    const experiment = await world.begin({
      id: 'silent',
      clickRates: [0.02, 0.034],
      policy: { minimumRunHours: 40 },
    });
    await world.pass(30);
    await world.market.edit(experiment.variants[0]!.adId, { status: 'PAUSED' });
    await world.pass(17);
    const decision = await latest(experiment);
    expect(decision.reasons[0]).toMatch(
      /, but control has delivered nothing for \d+ h ≥ 6 h(, and .* planned, off by [+-]\d+\.\d % [<>] [+-]35\.0 %)?: not promoted\.$/,
    );
    expect(decision.verdict).toBe('continue_testing');
    await world.control(experiment, 'stop');
  });

  it('is not made if someone changed the audience of an ad set during the test', async () => {
    const experiment = await world.begin({
      id: 'audience',
      clickRates: [0.02, 0.034],
      policy: { minimumRunHours: 40 },
    });
    await world.pass(20);
    const targeting = { age_min: 18, age_max: 45, geo_locations: { countries: ['US'] } };
    await world.market.edit(experiment.variants[1]!.adSetId, { targeting });
    await world.pass(27);
    const decision = await latest(experiment);
    expect(decision.reasons[0]).toMatch(
      /^challenger wins: .*, but the ad set of challenger differs from that of control in targeting \(age up to 45 against 65\): not promoted\.$/,
    );
    expect(decision.verdict).toBe('continue_testing');
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('is not approved once fresh data shows harm', async () => {
    const experiment = await world.begin({
      id: 'harm-at-approval',
      clickRates: [0.02, 0.034],
      conversionRates: [0.2, 0.04],
      dailyBudget: 100_000,
      // At the decision no conversion is known yet.
      policy: { approvalRequired: true, attributionWindowHours: 36, minimumConversions: 100 },
    });
    await world.until(experiment, ['awaiting_approval'], 32);
    await world.pass(34);
    await expect(world.control(experiment, 'approve')).rejects.toMatchObject({
      cause: {
        message: expect.stringMatching(
          /^challenger is not promoted: cost per conversion of challenger over control: \+/,
        ),
      },
    });
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('is made on conversions if they are the objective, and only on those already known', async () => {
    const experiment = await world.begin({
      id: 'conversions',
      clickRates: [0.02, 0.02],
      conversionRates: [0.1, 0.17],
      dailyBudget: 100_000,
      policy: { objective: 'conversion_rate', attributionWindowHours: 48 },
    });
    await world.pass(47);
    const early = await latest(experiment);
    expect(early.verdict).toBe('insufficient_data');
    expect(early.reasons).toContainEqual(
      expect.stringMatching(
        /^control has 0 conversions < 25, of \d+ in all \(conversions count 2 days after the click: .* UTC.*\)\.$/,
      ),
    );
    expect(early.metrics.control!.conversions).toBeGreaterThan(100);
    const promoted = await world.until(experiment, ['rolling_out', 'verifying'], 14 * 24);
    expect(promoted.stateReason).toMatch(
      /^challenger wins: confidence [01]\.\d+ ≥ 0\.950 at look \d+; conversion rate of challenger over control: \+\d+\.\d % \(95 % interval \+\d+\.\d % to \+\d+\.\d %\)\./,
    );
    const decision = await latest(experiment);
    const weighed = (decision.dueAt - experiment.startedAt) / HOUR_MS - 48;
    expect(weighed).toBeGreaterThan(0);
    expect(decision.pairs[0]!.welch).toBeNull();
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });
});
