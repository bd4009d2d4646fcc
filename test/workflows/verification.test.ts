import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { compoundReport } from '../../src/domain/reporting/compound-report.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { startWorld, type World } from '../support/world.js';

/** The week after the last phase, on the time-skipping server. Amounts are minor units; two ads at 20,000 each. */
describe('verification', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const promoted = async (id: string, more: Partial<Parameters<World['begin']>[0]> = {}) => {
    const experiment = await world.begin({ id, clickRates: [0.02, 0.034], ...more });
    await world.until(experiment, ['verifying'], 14 * 24);
    return experiment;
  };
  const reportOf = async ({ id }: Experiment) =>
    compoundReport((await world.store.listFinished()).filter(({ experiment }) => experiment.id === id));
  const lastWrite = async ({ id }: Experiment) => (await world.store.getPromotion(id))!.phasesDone['80']!;

  it('verifies a true winner on a week of its own data, and keeps the budgets', async () => {
    const experiment = await promoted('true-winner');
    await world.pass(3 * 24);
    expect((await world.control(experiment, 'check')).message).toMatch(
      /^Being verified: click rate of challenger over control \+\d+\.\d % \(90 % interval .* > 0 %\) by day [12] of 7 days after the rollout; evidence of harm: none\.$/,
    );
    expect(await world.store.getVerification(experiment.id)).toBeNull();
    const ended = await world.until(experiment, ['completed'], 6 * 24);
    expect(ended.stateReason).toMatch(
      /^Verified: click rate of challenger over control \+\d+\.\d % \(90 % interval \+\d+\.\d % to \+\d+\.\d % > 0 %\) in the 7 days after the rollout\.$/,
    );
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
    const verification = (await world.store.getVerification(experiment.id))!;
    expect(verification).toMatchObject({
      outcome: 'verified',
      winner: 'challenger',
      rival: 'control',
      days: 7,
    });
    expect(verification.dueAt).toBe((await lastWrite(experiment)) + 8 * 24 * HOUR_MS);
    expect(Math.expm1(verification.theta)).toBeGreaterThan(0.5);
    expect(Math.expm1(verification.theta)).toBeLessThan(0.9);
  });

  it('reverts a winner whose click rate has collapsed, as soon as a daily look shows it', async () => {
    const experiment = await promoted('collapsed');
    await world.pass(25);
    await world.market.setTruth(experiment.variants[1]!.adId, 0.012);
    const ended = await world.until(experiment, ['reverted'], 4 * 24);
    expect(ended.stateReason).toMatch(
      /^Reverted: click rate of challenger over control -\d+\.\d % on [123] of 7 days after the rollout; evidence that the winner is worse E = \S+ ≥ 20\. The budgets are being restored\. Every ad set is back at its base\.$/,
    );
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    expect((await world.store.getPromotion(experiment.id))!.status).toBe('reverted');
    expect(await world.store.getVerification(experiment.id)).toMatchObject({ outcome: 'reverted' });
    const revert = (await world.store.listLedger(experiment.id)).filter((row) => row.phase === 'revert');
    expect(revert.map((row) => [row.intended, row.readBack, row.outcome])).toEqual([
      [20_000, 20_000, 'applied'],
      [20_000, 20_000, 'applied'],
    ]);
  });

  it('reverts a winner that collapses with its last write on the first day, by the daily gate', async () => {
    const experiment = await promoted('collapsed-at-once');
    await world.market.setTruth(experiment.variants[1]!.adId, 0.004);
    const ended = await world.until(experiment, ['reverted'], 30);
    expect(ended.stateReason).toMatch(
      /^click rate of challenger over control since the decision: -\d+\.\d %, evidence that the winner is worse E = \S+ ≥ 20\. The budgets are being restored\./,
    );
    expect((await world.store.listGates(experiment.id)).at(-1)).toMatchObject({
      phase: 'verification',
      outcome: 'revert',
    });
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    // Reports don't say which look of the verification found it.
    expect(await reportOf(experiment)).toMatchObject({
      successfulPromotions: 0,
      revertedPromotions: 1,
      verifications: { reverted: 1, harmRate: 1 },
    });
  });

  it('finds harm in a requested check too, between the daily looks', async () => {
    const experiment = await promoted('seen-by-hand');
    await world.pass(25);
    await world.market.setTruth(experiment.variants[1]!.adId, 0);
    await world.pass(21);
    const answer = await world.control(experiment, 'check');
    expect(answer).toMatchObject({
      state: 'reverting',
      message: expect.stringMatching(
        // The hour before the collapse may look like a burst.
        /^Reverted: click rate of challenger over control (-\d+\.\d %|0 link clicks against \d+) on 1 of 7 days/,
      ),
    });
    await world.until(experiment, ['reverted'], 3);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
  });

  it('does not verify a lift if a week has too little data; the budgets stay', async () => {
    const experiment = await promoted('thin', { clickRates: [0.02, 0.07], dailyBudget: 300 });
    const ended = await world.until(experiment, ['completed'], 8 * 24 + 2);
    expect(ended.stateReason).toMatch(
      /^Not verified: too little data in the 7 days after the rollout \(control has \d+ link clicks < 25\); the budgets stay\.$/,
    );
    expect(await world.budgets(experiment)).toEqual([120, 480]);
    expect(await world.store.getVerification(experiment.id)).toMatchObject({ outcome: 'not_verified' });
  });

  it('does not verify a lift that is gone', async () => {
    const experiment = await promoted('gone');
    await world.market.setTruth(experiment.variants[1]!.adId, 0.02);
    const ended = await world.until(experiment, ['completed'], 8 * 24 + 2);
    expect(ended.stateReason).toMatch(
      /^Not verified: click rate of challenger over control .* (reaches|<) 0 %\) in the 7 days after the rollout; the budgets stay\.$/,
    );
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it.each([
    ['in one run', undefined],
    ['from run to run', 40],
  ])(
    'retries while Meta is silent, and ends a day after its window without an outcome, %s',
    async (_, maxHistoryEvents) => {
      const experiment = await promoted(`silent-${maxHistoryEvents ?? 'once'}`, {
        maxHistoryEvents,
        policy: { verification: { settleHours: 24, windowHours: 24 } },
      });
      const silence = await world.market.order({ kind: 'server_error', method: 'GET', times: null });
      await world.pass(2 * 24 + 1);
      expect((await world.status(experiment)).trouble).toMatch(
        /^The lift can't be verified now: .* It is tried again\.$/,
      );
      const told = (await world.ask(experiment, 'check')).result();
      await world.pass(0.1);
      expect((await told).message).toMatch(/Fresh data could not be had/);
      const ended = await world.until(experiment, ['completed'], 25);
      await world.market.withdraw(silence);
      expect(ended.stateReason).toMatch(
        /^Not verified: the 24 h after the rollout could not be read \(.*\); the budgets stay\.$/,
      );
      const days = (ended.endedAt! - (await lastWrite(experiment))) / (24 * HOUR_MS);
      expect(days).toBeGreaterThanOrEqual(3);
      expect(days).toBeLessThan(3.1);
    },
  );

  it('has a daily gate: a silent control is reported, a silent winner is reverted', async () => {
    const experiment = await promoted('silenced');
    const [control, winner] = experiment.variants.map((variant) => variant.adSetId);
    await world.market.edit(control!, { status: 'PAUSED' });
    await world.pass(2 * 24 + 1);
    expect((await world.state(experiment)).state).toBe('verifying');
    expect((await world.status(experiment)).trouble).toMatch(
      /^While the lift is verified: .*control has delivered nothing for \d+ h ≥ 6 h/,
    );
    // A winner that someone has paused is only reported: its silence is expected.
    await world.market.edit(control!, { status: 'ACTIVE' });
    await world.market.edit(winner!, { status: 'PAUSED' });
    await world.pass(24);
    expect((await world.status(experiment)).trouble).toMatch(/Ad set \d+ is not active \(PAUSED\)/);
    // A winner that is active and delivers nothing, while the control delivers, is reverted.
    await world.passToHourOfNext(experiment);
    await world.market.edit(winner!, { status: 'ACTIVE' });
    const ended = await world.until(experiment, ['reverted'], 2);
    expect(ended.stateReason).toMatch(
      /^challenger has delivered nothing for \d+ h ≥ 6 h.* The budgets are being restored\./,
    );
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    const gates = await world.store.listGates(experiment.id);
    expect(gates.filter(({ phase }) => phase === 'verification').map(({ outcome }) => outcome)).toEqual([
      'hold',
      'hold',
      'hold',
      'revert',
    ]);
    expect(await reportOf(experiment)).toMatchObject({
      revertedPromotions: 1,
      verifications: { reverted: 0, harmRate: null },
    });
  });

  it('reports a budget that someone changed, daily, and never verifies a split that is not the written one', async () => {
    const experiment = await promoted('other-split');
    await world.pass(30);
    const { adSetId } = experiment.variants[1]!;
    await world.market.edit(adSetId, { daily_budget: 900_000 }, 'Bo');
    await world.pass(24);
    expect((await world.status(experiment)).trouble).toBe(
      `While the lift is verified: A budget was changed after the last phase: ad set ${adSetId} stands at USD 9000.00, the last phase's amount was USD 320.00. The lift is not verified on another split.`,
    );
    // The budget is restored, but it remains true that the split was different for a day.
    await world.market.edit(adSetId, { daily_budget: 32_000 }, 'Bo');
    await world.pass(24);
    expect((await world.status(experiment)).trouble).toBeNull();
    const ended = await world.until(experiment, ['completed'], 8 * 24);
    const [why, rest] = ended.stateReason.split('; click rate of challenger over control +');
    expect(why).toBe(
      `Not verified: a budget was changed after the last phase (ad set ${adSetId} stood at USD 9000.00, not at USD 320.00), so the split was not the one written`,
    );
    expect(rest).toMatch(/^\d/);
    expect((await world.store.getVerification(experiment.id))!.outcome).toBe('not_verified');
    expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
  });

  it('retries a failed daily gate on the same day, and judges nothing before', async () => {
    const experiment = await promoted('gate-again', {
      policy: { verification: { settleHours: 24, windowHours: 24 } },
    });
    // Only the gate reads the ad.
    const { adId } = experiment.variants[0]!;
    const silence = await world.market.order({
      kind: 'server_error',
      method: 'GET',
      objectId: adId,
      times: null,
    });
    await world.pass(2 * 24 + 2);
    expect((await world.state(experiment)).state).toBe('verifying');
    expect((await world.status(experiment)).trouble).toMatch(/^The lift can't be verified now: /);
    const gates = async () =>
      (await world.store.listGates(experiment.id)).filter(({ phase }) => phase === 'verification').length;
    expect(await gates()).toBe(0);
    await world.market.withdraw(silence);
    const ended = await world.until(experiment, ['completed'], 3);
    expect(ended.stateReason).toMatch(/^Verified: /);
    expect(await gates()).toBe(1);
  });

  it('continues in a new run, and is reverted on request without an outcome', async () => {
    const experiment = await promoted('new-runs', { maxHistoryEvents: 60 });
    await world.pass(4 * 24);
    await world.control(experiment, 'revert');
    await world.until(experiment, ['reverted'], 3);
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    expect(await world.store.getVerification(experiment.id)).toBeNull();
  });
});
