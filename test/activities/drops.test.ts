import { afterEach, describe, expect, it } from 'vitest';
import { createDropActivities } from '../../src/activities/drops.js';
import { GROUNDS, HOUR, type Stage, type StageOptions, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const PHASE = 'drop-challenger-2';
/** The control, the leader, and the ad that it has beaten. */
const staged = (options: StageOptions = {}) =>
  stages.open({ dailyBudgets: [5_000, 5_000, 5_000], clickRates: [0.02, 0.03, 0.01], ...options });
const open = (stage: Stage) => createDropActivities(stage.deps).openDrop('exp', 'challenger-2', GROUNDS);
const close = (stage: Stage) =>
  createDropActivities(stage.deps).closeDrop('exp', 'challenger-2', stage.clock.instant);
const beaten = (stage: Stage) => stage.made.adSetIds[2]!;

/** Opens the drop and writes its phase. */
async function dropped(stage: Stage): Promise<void> {
  const opened = await open(stage);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  await stage.become('rolling_out');
  for (const [adSetId, target] of [
    [beaten(stage), 100],
    [stage.loser, 7_450],
    [stage.winner, 7_450],
  ] as const) {
    expect(await stage.write(PHASE, adSetId, target)).toMatchObject({ kind: 'done' });
  }
  await stage.budgets.completePhase({
    experimentId: 'exp',
    phase: PHASE,
    readBackAt: stage.clock.instant,
    last: true,
  });
  await stage.become('running');
}

describe('dropping a beaten ad', () => {
  it('records base and plan before anything is written', async () => {
    const stage = await staged();
    expect((await open(stage)).kind).toBe('opened');
    const stored = await stage.store.getPromotion('exp');
    const base = { [stage.loser]: 5_000, [stage.winner]: 5_000, [beaten(stage)]: 5_000 };
    const targets = { [stage.loser]: 7_450, [stage.winner]: 7_450, [beaten(stage)]: 100 };
    expect(stored).toMatchObject({
      status: 'in_progress',
      plan: { drops: 'challenger-2', base, phases: [{ name: PHASE, targets }] },
    });
    expect(await stage.market.audit()).toEqual([]);
  });

  it('has nothing to move if the ad set is at the minimum', async () => {
    const stage = await staged({ dailyBudgets: [5_000, 5_000, 100] });
    expect(await open(stage)).toEqual({ kind: 'nothing' });
    expect(await stage.store.getPromotion('exp')).toBeNull();
  });

  it('is refused by the preflight and by the envelope, with reasons', async () => {
    const stage = await staged({ accountEnvelope: 20 });
    expect(await open(stage)).toMatchObject({
      kind: 'refused',
      reasons: [expect.stringMatching(/USD 49\.00 > USD 20\.00, the account's envelope/)],
    });
    const paused = await staged();
    await paused.market.edit(paused.made.campaignId, { status: 'PAUSED' });
    expect((await open(paused)).kind).toBe('refused');
    expect(await paused.store.getPromotion('exp')).toBeNull();
  });

  it('waits for the end of a freeze', async () => {
    const stage = await staged();
    const at = await stage.deps.clock.now();
    const minute = (instant: number) => new Date(instant).toISOString().slice(0, 16);
    const times = { kind: 'dated', from: minute(at), to: minute(at + HOUR) } as const;
    const window = { id: 'w', name: 'Sale', timezone: 'UTC', times };
    await stage.store.enterFreezeEvent({ window, removed: false, by: 'ana', reason: 'a sale', at }, 1);
    expect(await open(stage)).toEqual({
      kind: 'frozen',
      reason: expect.stringMatching(/^Frozen until .* \(UTC\): Sale\.$/),
    });
    expect(await stage.store.getPromotion('exp')).toBeNull();
  });

  it('keeps its plan once it has written, and no promotion is opened meanwhile', async () => {
    const stage = await staged();
    await open(stage);
    await stage.become('rolling_out');
    await stage.write(PHASE, beaten(stage), 100);
    await stage.market.edit(stage.made.campaignId, { status: 'PAUSED' });
    const again = await open(stage);
    expect(again).toMatchObject({
      kind: 'opened',
      promotion: { plan: { base: { [beaten(stage)]: 5_000 } } },
    });
    await expect(stage.promotions.openPromotion('exp', GROUNDS)).rejects.toMatchObject({
      type: 'RecordDisagrees',
    });
  });

  it('announces the amount that the dropped ad keeps, and is no promotion of the experiment', async () => {
    const stage = await staged();
    await dropped(stage);
    expect(stage.events.findLast(({ kind }) => kind === 'phase')?.text).toBe(
      `phase ${PHASE}: challenger-2 has USD 1.00 of USD 150.00 a day`,
    );
    expect(await stage.store.getExperiment('exp')).toMatchObject({ promotedAt: null, winnerVariantId: null });
  });
});

describe('a promotion after a drop', () => {
  it('has the budgets after the drop as its base, and the ledger rows from then on as its own', async () => {
    const stage = await staged();
    await dropped(stage);
    expect((await close(stage)).dropped).toEqual({ 'challenger-2': stage.clock.instant });
    // Someone changes a budget between the two rollouts: that is the base of the second.
    await stage.market.edit(stage.loser, { daily_budget: 8_000 });
    stage.clock.pass(2 * HOUR);
    await stage.promote();
    const { plan, ledgerAfter } = (await stage.store.getPromotion('exp'))!;
    expect(ledgerAfter).toBe(3);
    expect(plan.base).toEqual({ [stage.loser]: 8_000, [stage.winner]: 7_450, [beaten(stage)]: 100 });
    // 60 % of 15,550; the dropped ad set keeps Meta's minimum.
    expect(plan.phases[0]!.targets).toEqual({
      [stage.loser]: 6_120,
      [stage.winner]: 9_330,
      [beaten(stage)]: 100,
    });
    expect(await stage.write('60', stage.loser, 6_120)).toMatchObject({ kind: 'done' });
    const reading = await stage.budgets.readBudgets('exp');
    expect(reading).toMatchObject({ foreign: [], unexpected: [], late: [] });
  });

  it('counts the changes of the drop towards the limit per hour', async () => {
    const stage = await staged();
    await dropped(stage);
    await close(stage);
    await stage.promote();
    expect(await stage.write('60', stage.loser, 5_940)).toMatchObject({ kind: 'done' });
    expect(await stage.write('60', stage.loser, 5_941)).toMatchObject({ kind: 'done' });
    expect(await stage.write('60', stage.loser, 5_942)).toMatchObject({ kind: 'wait', code: 'hour_limit' });
  });
});
