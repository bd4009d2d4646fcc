import { afterEach, describe, expect, it } from 'vitest';
import { createRecheckActivities } from '../../src/activities/rechecks.js';
import { createVerificationActivities } from '../../src/activities/verification.js';
import type { ExperimentState } from '../../src/domain/experiment.js';
import { DAY, failureOf, HOUR, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const POLICY = { verification: { settleHours: 24, windowHours: 72 }, recheckDays: 10 };

/** A promotion that was written and verified, `days` after its last write. */
async function completed(days: number, options: StageOptions = {}) {
  const market = { dailyBudgets: [20_000, 20_000], clickRates: [0.02, 0.03], socketTimeoutMs: 10_000 };
  const stage = await stages.open({ ...market, policy: POLICY, ...options });
  await stage.promote();
  stage.clock.pass(DAY);
  const { targets } = (await stage.store.getPromotion('exp'))!.plan.phases.at(-1)!;
  for (const [adSetId, amount] of Object.entries(targets))
    await stage.market.edit(adSetId, { daily_budget: amount });
  const lastWrite = stage.clock.instant;
  await stage.store.completePhase('exp', '80', lastWrite);
  const judgedAt = lastWrite + 4 * DAY;
  stage.clock.pass(4 * DAY);
  await stage.observations.ingest({ experimentId: 'exp', until: judgedAt });
  const { checkVerification } = createVerificationActivities(stage.deps);
  await checkVerification({ experimentId: 'exp', dueAt: judgedAt });
  await stage.store.setPromotionStatus('exp', 'completed');
  await stage.become('verifying');
  await stage.become('completed');
  stage.clock.pass((days - 4) * DAY);
  const activities = createRecheckActivities(stage.deps);
  return {
    stage,
    lastWrite,
    targets,
    due: () => activities.dueRechecks(20),
    recheck: () => activities.recheckLift({ experimentId: 'exp' }),
    postpone: (code: 'auth' | 'not_found') =>
      activities.postponeRecheck({ experimentId: 'exp', code, trouble: 'Meta says no.' }),
    stored: () => stage.store.getRecheck('exp'),
    announced: () => stage.events.map(({ kind, text }) => `${kind}: ${text}`),
  };
}

describe('a recheck against the market', () => {
  it('measures the last hours before its day once, says so, and moves nothing', async () => {
    const { stage, lastWrite, due, recheck, stored, announced } = await completed(10);
    const before = {
      amounts: await stage.amounts(),
      ledger: await stage.ledger(),
      state: await stage.store.getExperiment('exp'),
    };
    expect(await due()).toEqual(['exp']);
    const message = await recheck();
    expect(message).toMatch(
      /^The lift holds: click rate of “ad 1” \(challenger-1\) over “ad 0” \(control\) \+\d+\.\d % \(90 % interval .* > 0 %\) in the 3 days up to day 10 after the rollout; \+\d+\.\d % \(90 % interval .* > 0 %\) in the verification\.$/,
    );
    const first = await stored();
    expect(first).toMatchObject({
      ...{ outcome: 'holds', message, rows: 72, days: 3, laterTests: [] },
      ...{ dueAt: lastWrite + 10 * DAY, seenUntil: stage.clock.instant },
    });
    expect(announced()).toEqual([`report: ${message}`]);
    stage.clock.pass(DAY);
    expect(await due()).toEqual([]);
    expect(await recheck()).toBeNull();
    expect(await stored()).toEqual(first);
    expect(announced()).toHaveLength(1);
    expect({
      amounts: await stage.amounts(),
      ledger: await stage.ledger(),
      state: await stage.store.getExperiment('exp'),
    }).toEqual(before);
  });

  it('sees a lift that is gone', async () => {
    const { stage, recheck } = await completed(5);
    await stage.market.setTruth(stage.made.adIds[1]!, 0.018);
    stage.clock.pass(6 * DAY);
    expect(await recheck()).toMatch(/^The lift has faded: /);
  });

  it('waits for its day, and for conversions that Meta books late', async () => {
    const early = await completed(10 - HOUR / DAY);
    expect(await early.due()).toEqual([]);
    expect(await early.recheck()).toBeNull();
    const policy = { ...POLICY, objective: 'conversion_rate', attributionWindowHours: 48 } as const;
    const booked = await completed(11.9, { policy });
    expect(await booked.due()).toEqual([]);
    booked.stage.clock.pass(DAY);
    expect(await booked.due()).toEqual(['exp']);
    expect(await booked.recheck()).toMatch(
      /conversion rate of “ad 1” \(challenger-1\) over “ad 0” \(control\)/,
    );
  });

  it.each<ExperimentState>(['reverting', 'reverted', 'stopped'])(
    'is not done if the test is %s',
    async (state) => {
      const { stage, due, recheck, stored } = await completed(10);
      await stage.become('reverting');
      await stage.become(state);
      expect(await due()).toEqual([]);
      expect(await recheck()).toBeNull();
      expect(await stored()).toBeNull();
    },
  );

  it('makes no judgement if a budget is another one, and says which', async () => {
    const { stage, recheck, stored } = await completed(10);
    await stage.market.edit(stage.loser, { daily_budget: 9_000 }, 'Ana');
    expect(await recheck()).toMatch(
      new RegExp(
        `^Whether the lift holds is not judged, since the split is no longer that of the last phase \\(ad set ${stage.loser} stood at USD 90\\.00, not at USD 80\\.00\\): click rate of “ad 1” \\(challenger-1\\) over “ad 0” \\(control\\) \\+`,
      ),
    );
    expect(await stored()).toMatchObject({ outcome: 'not_judged', rows: 72 });
  });

  it('makes no judgement if a budget was another one in its window, though it was set back', async () => {
    const { stage, targets, recheck } = await completed(8);
    await stage.market.edit(stage.winner, { daily_budget: 30_000 }, 'Ana');
    stage.clock.pass(DAY);
    await stage.market.edit(stage.winner, { daily_budget: targets[stage.winner]! }, 'Ana');
    stage.clock.pass(2 * DAY);
    expect(await recheck()).toMatch(
      `(ad set ${stage.winner} stood at USD 300.00, not at USD ${(targets[stage.winner]! / 100).toFixed(2)})`,
    );
  });

  it('names a test that has begun on its ad sets, and still says what was measured', async () => {
    const { stage, recheck, stored } = await completed(9);
    const { clock, store, experiment } = stage;
    const began = { startedAt: clock.instant, stateChangedAt: clock.instant };
    await store.createExperiment({ ...experiment, ...began, id: 'next', name: 'Next' });
    clock.pass(DAY);
    expect(await recheck()).toMatch(
      new RegExp(
        `^The lift holds: .* Since the rollout, ad sets have been part of other tests: ad set ${stage.loser} in next, ad set ${stage.winner} in next\\.$`,
      ),
    );
    expect((await stored())!.laterTests).toHaveLength(2);
  });
});

describe('a recheck that Meta refuses', () => {
  it('fails with Meta’s error and stores nothing', async () => {
    const { stage, recheck, stored, due } = await completed(10);
    const refused = { kind: 'refuse', code: 100, subcode: 33, method: 'GET', times: null } as const;
    await stage.market.order({ ...refused, objectId: stage.loser });
    expect(await failureOf(recheck())).toMatchObject({ type: expect.stringMatching(/^Meta\./) });
    expect(await stored()).toBeNull();
    expect(await due()).toEqual(['exp']);
  });

  it('stays due for a week, and then ends without a judgement', async () => {
    const { stage, postpone, stored, due, announced } = await completed(10);
    expect(await postpone('not_found')).toEqual({ endsRun: false });
    expect(announced()).toEqual([
      "trouble: The lift can't be measured again now: Meta says no. It is tried again tomorrow.",
    ]);
    expect(await due()).toEqual(['exp']);
    stage.clock.pass(7 * DAY);
    expect(await postpone('auth')).toEqual({ endsRun: true });
    expect(await stored()).toBeNull();
    expect(await postpone('not_found')).toEqual({ endsRun: false });
    expect(await stored()).toMatchObject({
      outcome: 'not_judged',
      message:
        'Whether the lift holds is not judged: the 3 days up to day 10 after the rollout could not be read (Meta says no.).',
    });
    expect(await due()).toEqual([]);
    expect(announced().at(-1)).toMatch(/^report: Whether the lift holds is not judged/);
  });
});

describe('the rechecks that are due', () => {
  it('are the longest due first, and no more than a run may take', async () => {
    const { stage } = await completed(10);
    const rows = [
      { experimentId: 'later', phasesDone: { '80': stage.clock.instant - 11 * DAY } },
      { experimentId: 'undue', phasesDone: { '80': stage.clock.instant - 9 * DAY } },
      { experimentId: 'first', phasesDone: { '80': stage.clock.instant - 30 * DAY } },
    ].map((row) => ({ ...row, policy: stage.experiment.policy }));
    const store = { ...stage.store, promotionsToRecheck: async () => rows };
    const { dueRechecks } = createRecheckActivities({ ...stage.deps, store });
    expect(await dueRechecks(20)).toEqual(['first', 'later']);
    expect(await dueRechecks(1)).toEqual(['first']);
  });
});
