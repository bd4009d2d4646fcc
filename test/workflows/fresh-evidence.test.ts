import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { THREE_PHASES } from '../support/phases.js';
import { BASE, begun, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** A decision is carried out only on fresh evidence about variants that take part. */
describe('evidence stays fresh', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const killSwitch = async (engaged: boolean) =>
    world.store.setKillSwitch({ engaged, by: 'ana', reason: 'a test', at: await world.clock.now() });

  /** Promoted by the rule and held before its first write. */
  const heldBeforeFirstWrite = async (id: string, more: Partial<Parameters<World['begin']>[0]> = {}) => {
    await killSwitch(true);
    const experiment = await world.begin({ id, clickRates: [0.02, 0.034], dailyBudget: 100_000, ...more });
    await world.until(experiment, ['held'], 60);
    expect(await world.audit(experiment)).toEqual([]);
    return experiment;
  };

  const collapse = (experiment: Experiment, rate = 0.0005) =>
    world.market.setTruth(experiment.variants[1]!.adId, rate);

  it('writes nothing if the evidence turned while the rollout was held before its first write', async () => {
    const experiment = await heldBeforeFirstWrite('turned');
    await collapse(experiment);
    await world.pass(4);
    await killSwitch(false);
    await world.control(experiment, 'resume');
    const after = await world.until(experiment, ['running'], 1);
    expect(after.stateReason).toMatch(
      /^challenger is not promoted: Phase 60 failed: click rate of challenger over control since the decision: -\d+\.\d %, evidence that the winner is worse E = \S+ ≥ 20\. No budget was moved; the test goes on\.$/,
    );
    expect(after.winnerVariantId).toBeNull();
    // Later looks find the same winner from the same early data: its results since then keep it from being promoted.
    const looks = (await world.store.latestDecision(experiment.id))!.lookNumber;
    await world.pass(13);
    const last = (await world.store.latestDecision(experiment.id))!;
    expect(last.lookNumber).toBeGreaterThan(looks);
    expect((await world.state(experiment)).state).toBe('running');
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('withdraws a decision that has moved no money within a check interval; the next check decides again', async () => {
    const experiment = await heldBeforeFirstWrite('lapsed');
    const { openedAt } = (await world.store.getPromotion(experiment.id))!;
    await world.pass(5.9 - ((await world.clock.now()) - openedAt) / HOUR_MS);
    expect((await world.state(experiment)).state).toBe('held');
    const { lookNumber } = (await world.store.getPromotion(experiment.id))!;
    // The next check is due by then: it may already have opened a new promotion, which the kill switch holds.
    await world.pass(0.5);
    const states = world.events.filter(
      ({ kind, experimentId }) => kind === 'state' && experimentId === experiment.id,
    );
    expect(states.map(({ text }) => text).find((text) => text.startsWith('held -> running'))).toMatch(
      /kill switch is engaged by ana.* The promotion of challenger is withdrawn: its decision is 6 h old\. No budget was moved; the test goes on\.$/,
    );
    await killSwitch(false);
    await world.pass(0.1);
    if ((await world.state(experiment)).state === 'held') await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 12);
    expect((await world.store.getPromotion(experiment.id))!.lookNumber).toBeGreaterThan(lookNumber);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('stays paused if a user paused it before the first write, and the decision lapses', async () => {
    const experiment = await heldBeforeFirstWrite('paused-first');
    await world.control(experiment, 'pause', { reason: 'holiday' });
    const paused = await world.until(experiment, ['paused'], 8);
    expect(paused.stateReason).toMatch(/^Paused by ana@example\.com: holiday\. The promotion of challenger/);
    await killSwitch(false);
    await world.pass(24);
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.control(experiment, 'stop');
  });

  it('reverts within the hours of three phases if the winner gets no more clicks', async () => {
    // By force, because then the start of its evidence is known: the hour of the opening.
    const experiment = await rollingOut(
      world,
      'no-clicks',
      { phases: THREE_PHASES },
      { clickRates: [0.03, 0.06] },
    );
    await collapse(experiment, 0);
    const ended = await world.until(experiment, ['reverted', 'verifying'], 8);
    expect(ended.stateReason).toMatch(/^Phase (70|80) failed: click rate of challenger over control since/);
    expect(await world.budgets(experiment)).toEqual(BASE);
  });

  it('evaluates the gate daily while a rollout is held, and reverts if the evidence has turned', async () => {
    const experiment = await world.begin({
      id: 'held-for-days',
      clickRates: [0.02, 0.034],
      dailyBudget: 100_000,
    });
    await world.until(experiment, ['rolling_out'], 60);
    await world.pass(0.1);
    await world.control(experiment, 'pause');
    await world.pass(23);
    expect(await world.store.listGates(experiment.id)).toHaveLength(1);
    await world.pass(2);
    expect(
      (await world.store.listGates(experiment.id)).map(({ phase, outcome }) => [phase, outcome]),
    ).toEqual([
      ['60', 'pass'],
      ['held', 'pass'],
    ]);
    await collapse(experiment, 0.002);
    const ended = await world.until(experiment, ['reverted'], 50);
    expect(ended.stateReason).toMatch(/^click rate of challenger over control since the decision: -/);
    expect(await world.budgets(experiment)).toEqual(BASE);
  });

  it('never promotes a variant that was dropped while its decision waited', async () => {
    const experiment = await world.begin({
      id: 'dropped-winner',
      clickRates: [0.02, 0.034, 0.02],
      dailyBudget: 100_000,
    });
    await world.pass(23);
    // The preflight refuses as long as this fault lasts, so the decision waits.
    const [, winner] = experiment.variants;
    await world.market.edit(winner!.adSetId, { is_budget_schedule_enabled: true });
    await world.pass(4);
    expect((await world.status(experiment)).trouble).toMatch(/^challenger-1 is not promoted: Ad set/);
    await world.control(experiment, 'drop', { variantId: 'challenger-1' });
    await world.market.edit(winner!.adSetId, { is_budget_schedule_enabled: false });
    await world.pass(24);
    expect((await world.state(experiment)).state).toBe('running');
    expect(await world.audit(experiment)).toEqual([]);
    await world.control(experiment, 'stop');
  });

  it('is not held up by a dropped variant: only the budget of its ad set matters', async () => {
    const experiment = await world.begin({
      id: 'dropped-third',
      clickRates: [0.02, 0.034, 0.02],
      dailyBudget: 60_000,
    });
    await world.pass(3);
    await world.control(experiment, 'drop', { variantId: 'challenger-2' });
    const dropped = experiment.variants[2]!;
    await world.market.edit(dropped.adId, { status: 'PAUSED' });
    await world.market.edit(dropped.adSetId, { targeting: { geo_locations: { countries: ['FR'] } } });
    const verifying = await world.until(experiment, ['verifying', 'held', 'needs_attention'], 60);
    expect(verifying.state).toBe('verifying');
    expect(await world.budgets(experiment)).toEqual([18_000, 144_000, 18_000]);
    await world.control(experiment, 'stop', { budgets: 'keep' });
  });

  it('accepts a risk only by resuming the hold that named it', async () => {
    const experiment = await begun(world, 'other-resume', { atRiskLimit: 10_000 });
    await world.control(experiment, 'promote');
    const held = await world.until(experiment, ['held'], 1);
    expect(held.hold?.code).toBe('at_risk');
    await world.control(experiment, 'pause', { by: 'bo', reason: 'another thing' });
    await world.control(experiment, 'resume', { by: 'bo', reason: 'that is over' });
    const again = await world.until(experiment, ['held'], 1);
    await world.pass(0.1);
    expect(again.hold?.code).toBe('at_risk');
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.control(experiment, 'resume', { by: 'ana', reason: 'I accept it' });
    await world.pass(0.1);
    expect(await world.budgets(experiment)).toEqual([80_000, 120_000]);
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });
});
