import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { AT_60, adSetsOf, BASE, begun, rollingOut } from '../support/rolling-out.js';
import { beforeFirst } from '../support/store-taps.js';
import { startWorld, type World } from '../support/world.js';

/** Events that could leave budgets in a wrong place; each test checks the final budgets and the sentences that users read. */
describe('money in the middle of a rollout', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const finish = async (experiment: Experiment) => {
    await world.control(experiment, 'stop', { budgets: 'restore' });
    await world.until(experiment, ['stopped'], 3);
  };
  const refusalOf = (promise: Promise<unknown>) =>
    promise.then(
      () => 'done',
      (error: { cause?: { message?: string } }) => error.cause?.message,
    );

  it('two experiments on one ad set: the second is refused while the first is live', async () => {
    const first = await begun(world, 'one-ad-set');
    const second = { ...first, id: 'one-ad-set-again', name: 'again' };
    await expect(world.store.createExperiment(second)).rejects.toMatchObject({
      name: 'AdSetLeased',
      experimentId: 'one-ad-set',
    });
    await world.control(first, 'stop');
    expect((await world.store.createExperiment(second)).state).toBe('running');
    await world.store.transition({
      ...{
        experimentId: second.id,
        from: 'running',
        to: 'stopped',
        reason: { code: 'recorded', detail: 'over' },
        at: first.startedAt,
      },
    });
  });

  it('restart with the same ads: only data after its own start is used', async () => {
    const first = await begun(world, 'same-ads');
    await world.control(first, 'check');
    await world.control(first, 'stop');
    const startedAt = await world.clock.now();
    const second = await world.again(first, { id: 'same-ads-again', startedAt });
    await world.pass(2.5);
    const look = await world.control(second, 'check');
    const all = { since: 0, endedBy: startedAt * 2, seenUntil: startedAt * 2, granularity: 'hour' } as const;
    const rows = await world.store.observationsAsKnown({ experimentId: second.id, ...all });
    expect(rows.length).toBeGreaterThan(0);
    expect(Math.min(...rows.map((row) => row.bucketStart))).toBeGreaterThanOrEqual(startedAt);
    const seen = rows.filter((row) => row.variantId === 'control');
    const impressions = seen.reduce((sum, row) => sum + row.impressions, 0);
    expect(look.decision!.metrics.control!.impressions).toBe(impressions);
    await world.control(second, 'stop');
  });

  it.each<[string, Record<number, number>, number[]]>([
    // With someone's 1,300 for the winner the loser can't be raised: the total would be above the base.
    ['the winner up', { 1: 130_000 }, [80_000, 130_000]],
    ['the loser down', { 0: 70_000 }, [70_000, 100_000]],
    ['both', { 0: 70_000, 1: 130_000 }, [70_000, 130_000]],
  ])(
    'edits by someone else between phases, %s: held, named, never overwritten',
    async (name, edits, after) => {
      const experiment = await rollingOut(world, `edits-${name.replace(/ /g, '-')}`);
      const sets = adSetsOf(experiment);
      for (const [index, daily_budget] of Object.entries(edits))
        await world.market.edit(sets[Number(index)]!, { daily_budget }, 'Bo of the agency');
      const stand = AT_60.map((amount, index) => edits[index] ?? amount);
      const held = await world.until(experiment, ['held'], 3);
      expect(held.hold?.code).toBe('foreign');
      expect(held.stateReason).toMatch(
        /^Phase 70 waits: Bo of the agency changed a budget: ad set \d+ stands at USD /,
      );
      expect(await refusalOf(world.control(experiment, 'resume'))).toMatch(
        /^Someone else's budget still stands/,
      );
      await world.pass(10);
      expect(await world.budgets(experiment)).toEqual(stand);
      const way = await refusalOf(world.control(experiment, 'revert'));
      expect(way).toMatch(/Bo of the agency changed a budget/);
      expect((await world.state(experiment)).state).toBe('needs_attention');
      expect(await world.budgets(experiment)).toEqual(after);
      await world.control(experiment, 'resolve', { action: 'accept_current' });
    },
  );

  it('an ad set paused during the rollout: held until a user resumes', async () => {
    const experiment = await rollingOut(world, 'paused-ad-set');
    const [loser] = adSetsOf(experiment);
    await world.market.edit(loser!, { status: 'PAUSED' });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.stateReason).toMatch(/^Phase 70 waits: .*Ad set \d+ is not active \(PAUSED\)\.$/);
    expect(await world.budgets(experiment)).toEqual(AT_60);
    await world.market.edit(loser!, { status: 'ACTIVE' });
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 5);
    await finish(experiment);
  });

  it('the campaign budget turned on during the rollout: held; a revert then needs attention', async () => {
    const experiment = await rollingOut(world, 'campaign-budget');
    const campaign = (await world.collaborators.meta.getAdSet(adSetsOf(experiment)[0]!)).campaignId;
    await world.market.edit(campaign, { daily_budget: 200_000 });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.stateReason).toMatch(/^Phase 70 waits: Campaign \d+ has a campaign budget;/);
    expect(await refusalOf(world.control(experiment, 'revert'))).toMatch(/no longer has a daily budget/);
    const stuck = await world.state(experiment);
    expect(stuck.state).toBe('needs_attention');
    expect(stuck.stateReason).toMatch(
      /The base is ad set \d+ at USD 1000\.00, .*; the current budgets could not be read\.$/,
    );
    await world.market.edit(campaign, { daily_budget: null });
    await world.control(experiment, 'resolve', { action: 'retry_restore' });
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);
  });

  it('the spend cap reached: held, with the amounts', async () => {
    const experiment = await rollingOut(world, 'spend-cap');
    await world.market.edit(world.market.account.id, { spend_cap: 100 });
    const held = await world.until(experiment, ['held'], 3);
    expect(held.stateReason).toMatch(
      /^Phase 70 waits: Account act_\d+ has spent USD \d+\.\d\d ≥ its spend cap of USD 1\.00: nothing is delivered\.$/,
    );
    await world.market.edit(world.market.account.id, { spend_cap: null });
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 5);
    await finish(experiment);
  });

  it('a revert during a write of a phase: waits for it, then restores the base', async () => {
    const experiment = await rollingOut(world, 'in-flight');
    const [loser] = adSetsOf(experiment);
    const fault = { kind: 'late_apply', objectId: loser!, method: 'POST', dailyBudget: 60_000 } as const;
    await world.market.order({ ...fault, times: 1, delayMs: 4 * 60_000 });
    await world.pass(1.01);
    expect((await world.status(experiment)).nextDue).toBe('a write of unknown outcome');
    const reverting = (await world.ask(experiment, 'revert')).result();
    await world.pass(0.2);
    await reverting;
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);
    expect(await world.budgets(experiment)).toEqual(BASE);
    const late = (await world.audit(experiment)).filter((row) => row.fault === 'late_apply');
    expect(late.map(({ outcome }) => outcome)).toEqual(['applied']);
  });

  it.each([
    ['pause', {}, 'held', /^Paused by ana@example\.com: a test/],
    ['revert', {}, 'reverting', /^Reverted by ana@example\.com: a test\.$/],
    ['stop', { budgets: 'keep' }, 'stopped', /^Stopped by ana@example\.com: a test\. The budgets stay/],
    ['stop', { budgets: 'restore' }, 'reverting', /^Stopped with restore by ana@example\.com: a test\.$/],
  ] as const)(
    'a forced promotion that a %s %o interrupts: its caller gets an answer that says so',
    async (kind, args, state, says) => {
      const experiment = await begun(world, `interrupted-${kind}-${Object.values(args).join('')}`);
      const [loser] = adSetsOf(experiment);
      const lost = { kind: 'lost_request', objectId: loser!, method: 'POST', dailyBudget: 80_000 } as const;
      await world.market.order({ ...lost, times: 1 });
      const asked = await world.ask(experiment, 'promote', { by: 'bo@example.com' });
      let answer: unknown = 'none';
      void asked.result().then(
        (outcome) => {
          answer = outcome;
        },
        (error: unknown) => {
          answer = error;
        },
      );
      await world.pass(0.02);
      expect((await world.status(experiment)).nextDue).toBe('a write of unknown outcome');
      const interrupting = (await world.ask(experiment, kind, args)).result();
      await world.pass(0.3);
      await interrupting;
      expect(answer).toMatchObject({ state, message: expect.stringMatching(says) });
      if (kind === 'pause') await world.control(experiment, 'stop', { budgets: 'restore' });
    },
  );

  it('an amount that changes between the gate and the write: held, since the total would grow', async () => {
    // The winner comes first in the plan: only the amounts put the loser's cut before its raise.
    const clickRates = [0.04, 0.02];
    const experiment = await world.begin({ id: 'taken-back', clickRates, dailyBudget: 100_000 });
    await world.pass(3);
    await world.control(experiment, 'promote');
    expect(await world.budgets(experiment)).toEqual([120_000, 80_000]);
    const [winner, loser] = adSetsOf(experiment);
    const lost = { kind: 'lost_request', objectId: loser!, method: 'POST', dailyBudget: 60_000 } as const;
    await world.market.order({ ...lost, times: 1 });
    await world.pass(1.01);
    // While the cut may still land, the rollout starts the phase again: its gate reads the amount that someone has just set.
    await world.control(experiment, 'pause');
    const { adId } = experiment.variants[0]!;
    await world.market.order({
      kind: 'rate_limit',
      objectId: adId,
      method: 'GET',
      times: 1,
      delayMs: 60_000,
    });
    await world.control(experiment, 'resume');
    await world.market.edit(winner!, { daily_budget: 150_000 });
    await world.pass(0.03);
    expect((await world.status(experiment)).nextDue).toBe('a write of unknown outcome');
    await world.market.edit(winner!, { daily_budget: 120_000 });
    const held = await world.until(experiment, ['held'], 1);
    expect(held).toMatchObject({
      hold: { code: 'unsafe' },
      stateReason: `Phase 70 waits: Setting ad set ${winner} to USD 1400.00 would raise the total from USD 2000.00 to USD 2200.00, above the USD 2000.00 at the start.`,
    });
    // The hold doesn't end by itself.
    await world.pass(10);
    expect((await world.state(experiment)).state).toBe('held');
    expect(await world.budgets(experiment)).toEqual([120_000, 80_000]);
    const raises = (await world.audit(experiment)).filter(({ requested }) => requested === 140_000);
    expect(raises).toEqual([]);
    // Every ad set has a value of ours again: the phase starts again, with the cut.
    await world.control(experiment, 'resume');
    await world.until(experiment, ['verifying'], 5);
    expect(await world.budgets(experiment)).toEqual([160_000, 40_000]);
    await finish(experiment);
    expect(await world.budgets(experiment)).toEqual(BASE);
  });

  it('the hour limit reached in the revert: waits, says until when, and then restores the base', async () => {
    const experiment = await rollingOut(world, 'hour-limit');
    const [, winner] = adSetsOf(experiment);
    // Someone changes the budget several times and then back: Meta counts these changes too.
    for (const daily_budget of [121_000, 122_000, 120_000])
      await world.market.edit(winner!, { daily_budget });
    const reverting = (await world.ask(experiment, 'revert')).result();
    await world.pass(0.2);
    const { state, trouble } = await world.status(experiment);
    expect(state).toBe('reverting');
    expect(trouble).toMatch(/^The restore waits until \d{4}-\d\d-\d\d \d\d:\d\d: .*subcode 1487632/);
    await world.pass(2);
    await reverting;
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.until(experiment, ['reverted'], 3);
  });

  it('reads that fail without end, while others work: retried less and less often, and given up after a day', async () => {
    const experiment = await rollingOut(world, 'half-silent');
    const { adId } = experiment.variants[1]!;
    await world.market.order({ kind: 'lost_request', objectId: adId, method: 'GET', times: null });
    await world.until(experiment, ['held'], 3);
    const states = () =>
      world.events.filter((event) => event.experimentId === experiment.id && event.kind === 'state');
    const held = states().find(({ text }) => / -> held: /.test(text))!;
    const before = states().length;
    await world.pass(12);
    expect(states().length - before).toBeLessThan(35);
    const ended = await world.until(experiment, ['reverted'], 20);
    const gaveUp = states().find(({ text }) => / -> reverting: Retries are exhausted/.test(text))!;
    expect((gaveUp.at - held.at) / HOUR_MS).toBeGreaterThanOrEqual(24);
    expect((gaveUp.at - held.at) / HOUR_MS).toBeLessThan(26);
    expect(ended.stateReason).toMatch(
      /^Retries are exhausted: .* The budgets are being restored\. Every ad set is back/,
    );
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.market.withdraw();
  });

  it('a promotion that the preflight refuses: retried every quarter of an hour, not at once', async () => {
    const experiment = await world.begin({ id: 'refused', clickRates: [0.02, 0.04], dailyBudget: 100_000 });
    await world.pass(23);
    await world.market.edit(experiment.variants[0]!.adId, { status: 'PAUSED' });
    await world.pass(1.5);
    await world.market.edit(experiment.variants[0]!.adSetId, { is_budget_schedule_enabled: true });
    await world.market.edit(experiment.variants[0]!.adId, { status: 'ACTIVE' });
    await world.pass(4);
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    const before = (await handle.fetchHistory()).events?.length ?? 0;
    expect((await world.status(experiment)).trouble).toMatch(
      /is not promoted: Ad set \d+ has a budget schedule\.$/,
    );
    await world.pass(2);
    const after = (await handle.fetchHistory()).events?.length ?? 0;
    expect(after - before).toBeLessThan(150);
    await world.control(experiment, 'stop');
  });

  it('the kill switch: holds at once, refuses every resume, until it is released and a user resumes', async () => {
    const experiment = await rollingOut(world, 'kill-switch');
    const event = { by: 'ana', reason: 'sales look odd' };
    const at = await world.clock.now();
    await world.store.setKillSwitch({ ...event, engaged: true, at });
    const held = await world.until(experiment, ['held'], 3);
    expect(held).toMatchObject({
      hold: { code: 'kill_switch' },
      stateReason: "Phase 70 waits: The account's kill switch is engaged by ana: sales look odd.",
    });
    expect(await refusalOf(world.control(experiment, 'resume'))).toMatch(/kill switch is engaged by ana/);
    const forced = await begun(world, 'kill-switch-forced');
    await world.control(forced, 'promote');
    expect((await world.state(forced)).state).toBe('held');
    expect(await world.budgets(forced)).toEqual(BASE);
    // A revert is allowed: it is the safe direction.
    await world.control(experiment, 'revert');
    expect(await world.budgets(experiment)).toEqual(BASE);
    await world.store.setKillSwitch({ ...event, engaged: false, at });
    await world.control(forced, 'resume');
    await world.until(forced, ['rolling_out'], 1);
    await world.pass(0.1);
    expect(await world.budgets(forced)).toEqual(AT_60);
    await finish(forced);
  });

  it('more at risk than the policy allows: held until a user accepts it, and the ledger has the amount', async () => {
    const experiment = await begun(world, 'at-risk', { atRiskLimit: 20_000 });
    await world.control(experiment, 'promote');
    const held = await world.until(experiment, ['held'], 3);
    expect(held.hold?.code).toBe('at_risk');
    expect(held.stateReason).toMatch(
      /^Phase 70 waits: At risk: up to USD 400\.00 a day, which is all that is moved, since the effect is not known yet\. The policy's limit is USD 200\.00 a day; resume to accept it\.$/,
    );
    // Only the amount that was shown is accepted: a larger one must be accepted again.
    for (const [phase, amount, accepted] of [
      ['70', '400', ''],
      ['80', '600', ', USD 400\\.00 accepted so far'],
    ]) {
      const again = await world.until(experiment, ['held'], 3);
      expect(again.stateReason).toMatch(
        new RegExp(
          `^Phase ${phase} waits: At risk: up to USD ${amount}\\.00 a day.* limit is USD 200\\.00 a day${accepted}; resume`,
        ),
      );
      await world.control(experiment, 'resume');
      await world.pass(0.1);
    }
    const verifying = await world.until(experiment, ['verifying'], 5);
    expect(verifying.stateReason).toMatch(/At risk: up to USD 600\.00 a day/);
    const ledger = await world.store.listLedger(experiment.id);
    expect(ledger.map((row) => row.atRisk)).toEqual([20_000, 20_000, 40_000, 40_000, 60_000, 60_000]);
    await finish(experiment);
  });
});

describe('an account with an envelope, in New York and in yen', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({
      kind: 'time-skipping',
      market: { account: { timezone: 'America/New_York', currency: 'JPY' } },
      accountEnvelope: 50_000,
    });
  });
  afterAll(() => world?.stop());

  it('has room for other experiments after a raise that was never sent', async () => {
    await world.pass((await world.hoursToMidnight()) + 1);
    const [one, other] = await Promise.all([
      world.begin({ id: 'never-sent', clickRates: [0.02, 0.04], dailyBudget: 200_000 }),
      world.begin({ id: 'beside-it', clickRates: [0.02, 0.04], dailyBudget: 100_000 }),
    ]);
    await world.pass(3);
    const kill = { by: 'ana', reason: 'sales look odd', at: await world.clock.now() };
    beforeFirst(
      world.collaborators.store,
      'enterAttempt',
      ({ intended }) => intended === 240_000,
      () => world.store.setKillSwitch({ ...kill, engaged: true }),
    );
    await world.control(one!, 'promote');
    expect(await world.state(one!)).toMatchObject({ state: 'held', hold: { code: 'kill_switch' } });
    expect(await world.budgets(one!)).toEqual([160_000, 200_000]);
    await world.store.setKillSwitch({ ...kill, engaged: false });
    await world.control(other!, 'promote');
    expect(await world.state(other!)).toMatchObject({ state: 'rolling_out' });
    expect(await world.budgets(other!)).toEqual([80_000, 120_000]);
    const ledger = await world.store.listLedger(one!.id);
    expect(ledger.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['applied', null],
      ['not_sent', "The account's kill switch is engaged by ana: sales look odd."],
    ]);
    for (const experiment of [one!, other!]) await world.control(experiment, 'stop', { budgets: 'restore' });
  });

  it('moves at most that much per day over all its experiments, and continues at its midnight', async () => {
    // Between these hours there is a midnight in UTC, but none of the account.
    await world.pass((await world.hoursToMidnight()) + 14);
    const [one, other] = await Promise.all(
      ['one', 'other'].map((id) => world.begin({ id, clickRates: [0.02, 0.04], dailyBudget: 100_000 })),
    );
    await world.pass(3);
    await world.control(one!, 'promote');
    await world.control(other!, 'promote');
    const held = await world.until(one!, ['held'], 4);
    expect(held.hold?.code).toBe('envelope');
    const midnight = (await world.clock.now()) + (await world.hoursToMidnight()) * HOUR_MS;
    // The clock is read twice, so compare whole minutes.
    const goesOnAt = new Date(Math.round(midnight / 60_000) * 60_000)
      .toISOString()
      .slice(0, 16)
      .replace('T', ' ');
    expect(held.stateReason).toBe(
      `Phase 70 waits: The account's envelope is JPY 50000 a day; JPY 40000 have been moved today and this phase needs JPY 20000 more: JPY 60000 > JPY 50000. It goes on at ${goesOnAt} UTC.`,
    );
    await world.until(other!, ['held'], 6);
    expect((await world.state(other!)).hold?.code).toBe('envelope');
    expect(await world.budgets(one!)).toEqual([80_000, 120_000]);
    // The day has room for two phases.
    const moved = async () =>
      (await Promise.all([one!, other!].map((each) => world.budgets(each)))).reduce(
        (sum, [, winner]) => sum + winner! - 100_000,
        0,
      );
    await world.pass((await world.hoursToMidnight()) - 0.1);
    expect(await moved()).toBe(40_000);
    await world.pass(0.6);
    expect(await moved()).toBe(80_000);
    await world.pass(12);
    expect(await moved()).toBe(80_000);
    await world.pass(24);
    expect(await moved()).toBe(120_000);
  });
});

describe('a rollout in shadow', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping', writesAllowed: false });
  });
  afterAll(() => world?.stop());

  it('shows what would have been written and when, writes nothing, and is verified like any other', async () => {
    const experiment = await world.begin({
      id: 'shadow',
      clickRates: [0.02, 0.04],
      dailyBudget: 100_000,
      policy: { verification: { settleHours: 0, windowHours: 24 } },
    });
    await world.pass(3);
    await world.control(experiment, 'promote');
    const verifying = await world.until(experiment, ['verifying'], 5);
    expect(verifying.stateReason).toMatch(
      /^Shadow: phase 80 of challenger would have set ad set \d+ at USD 1600\.00; nothing was written\. At risk: /,
    );
    const gates = await world.store.listGates(experiment.id);
    const [loser, winner] = experiment.variants.map((variant) => variant.adSetId);
    expect(
      gates.map(({ phase, targets, shadow }) => [phase, targets[loser!], targets[winner!], shadow]),
    ).toEqual([
      ['60', 80_000, 120_000, true],
      ['70', 60_000, 140_000, true],
      ['80', 40_000, 160_000, true],
    ]);
    const hours = gates.map(({ at }) => (at - gates[0]!.at) / 3_600_000);
    expect(hours[1]).toBeCloseTo(1, 1);
    expect(hours[2]).toBeCloseTo(3, 1);
    await world.until(experiment, ['completed'], 30);
    expect((await world.store.getPromotion(experiment.id))?.status).toBe('shadow');
    expect([await world.audit(experiment), await world.store.listLedger(experiment.id)]).toEqual([[], []]);
    expect(await world.budgets(experiment)).toEqual([100_000, 100_000]);
  });

  it('is reverted, or stopped, without a write, whatever the budgets are by then', async () => {
    const experiment = await world.begin({
      id: 'shadow-back',
      clickRates: [0.02, 0.04],
      dailyBudget: 100_000,
    });
    await world.pass(3);
    await world.control(experiment, 'promote');
    await world.market.edit(experiment.variants[0]!.adSetId, { daily_budget: 70_000 });
    const reverted = await world.control(experiment, 'revert');
    expect(reverted).toMatchObject({
      state: 'reverted',
      message: 'The rollout was in shadow: nothing was written.',
    });
    expect((await world.audit(experiment)).filter(({ actor }) => actor === 'api')).toEqual([]);
    expect(await world.budgets(experiment)).toEqual([70_000, 100_000]);
  });
});
