import { afterEach, describe, expect, it } from 'vitest';
import { VERIFICATION } from '../../src/activities/delivery.js';
import { createGateActivities } from '../../src/activities/gates.js';
import { DEFAULT_POLICY } from '../../src/domain/experiment.js';
import {
  DAY,
  failureOf,
  GROUNDS,
  gated,
  HOUR,
  MINUTE,
  START,
  type Stage,
  type StageOptions,
  UNKNOWN_WAIT,
  useStages,
} from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

async function promoted(options: StageOptions = {}): Promise<Stage> {
  const stage = await stages.open(options);
  return stage.promote();
}

/** Records a user's resume. */
async function resume(stage: Stage): Promise<void> {
  await stage.store.recordControl({
    controlId: `resume ${stage.clock.instant}`,
    experimentId: 'exp',
    kind: 'resume',
    by: 'ana',
    reason: 'all is well again',
    at: stage.clock.instant,
    outcome: 'accepted',
    message: 'The rollout goes on.',
  });
}

describe('the gate before a phase', () => {
  it('lets it pass if all is well, and records what it read', async () => {
    const stage = await promoted();
    const current = await stage.market.budgets(stage.made.adSetIds);
    expect(await stage.gate()).toEqual({ kind: 'done', at: stage.clock.instant, current });
    expect(await stage.store.listGates('exp')).toEqual([
      {
        phase: '60',
        at: START,
        outcome: 'pass',
        findings: [
          {
            code: 'largest_step',
            leadsTo: 'note',
            message: `Phase 60 multiplies the budget of “ad 1” by 1.2 (limit 2).`,
            until: null,
          },
        ],
        learning: {
          [stage.loser]: { status: 'LEARNING', lastSignificantEditAt: START },
          [stage.winner]: { status: 'LEARNING', lastSignificantEditAt: START },
        },
        atRisk: 1000,
        budgets: current,
        targets: { [stage.loser]: 4000, [stage.winner]: 6000 },
        shadow: false,
      },
    ]);
  });

  it.each<[string, (stage: Stage) => Promise<unknown>, RegExp]>([
    [
      'an ad was paused',
      (stage) => stage.market.edit(stage.made.adIds[1]!, { status: 'PAUSED' }),
      /^Ad \d+ is not active \(PAUSED\)\.$/,
    ],
    [
      'the campaign was paused',
      (stage) => stage.market.edit(stage.made.campaignId, { status: 'PAUSED' }),
      /is not active \(CAMPAIGN_PAUSED\)/,
    ],
    [
      'the campaign budget was turned on',
      (stage) => stage.market.edit(stage.made.campaignId, { daily_budget: 10_000 }),
      /has a campaign budget/,
    ],
    [
      'the account was disabled',
      (stage) => stage.market.edit(stage.market.account.id, { account_status: 2 }),
      /is not active \(status 2\)/,
    ],
    [
      'an ad set ends within the rollout',
      (stage) => stage.market.edit(stage.winner, { end_time: START + 2 * HOUR }),
      /ends on .*, before /,
    ],
    [
      'the account is at its spend cap',
      (stage) => stage.market.edit(stage.market.account.id, { spend_cap: 1 }),
      /has spent USD \d+\.\d\d ≥ its spend cap of USD 0\.01: nothing is delivered\.$/,
    ],
    [
      'the campaign is at its spend cap',
      (stage) => stage.market.edit(stage.made.campaignId, { spend_cap: 1 }),
      /Campaign \d+ has spent USD \d+\.\d\d ≥ its spend cap of USD 0\.01: nothing is delivered\.$/,
    ],
  ])('holds it if %s', async (_, prepare, says) => {
    const stage = await promoted();
    stage.clock.pass(3 * HOUR);
    await prepare(stage);
    const gate = await stage.gate();
    expect(gate).toMatchObject({ kind: 'person', retryAfterMs: null, current: {} });
    expect(gate.reason).toMatch(says);
    expect((await stage.store.listGates('exp'))[0]).toMatchObject({ outcome: 'hold' });
  });

  it('records the amounts of a changed split, whatever else it finds', async () => {
    const stage = await promoted();
    const [loser, winner] = stage.made.adSetIds;
    await stage.store.completePhase('exp', '80', stage.clock.instant);
    await stage.market.edit(stage.made.adIds[0]!, { status: 'PAUSED' });
    await stage.market.edit(loser!, { daily_budget: 4500 });
    await stage.gate('verification');
    const gate = (await stage.store.listGates('exp')).at(-1)!;
    expect(gate.findings.map(({ code }) => code)).toContain('split_changed');
    expect(gate.findings.length).toBeGreaterThan(1);
    expect(gate.budgets).toEqual({ [loser!]: 4500, [winner!]: 5000 });
  });

  it("counts spend from before the test towards a campaign's spend cap", async () => {
    const stage = await stages.open({ leadMs: DAY });
    await stage.promote();
    stage.clock.pass(3 * HOUR);
    const spent = await stage.meta.getCampaignSpend(stage.made.campaignId);
    await stage.market.edit(stage.made.campaignId, { spend_cap: spent + 1 });
    expect((await stage.gate()).kind).toBe('done');
    await stage.market.edit(stage.made.campaignId, { spend_cap: spent });
    const own = await stage.store.observationsAsKnown({
      ...{ experimentId: 'exp', since: stage.experiment.startedAt, granularity: 'hour' },
      ...{ endedBy: stage.clock.instant, seenUntil: stage.clock.instant },
    });
    expect(own.reduce((sum, row) => sum + row.spend, 0)).toBeLessThan(spent / 2);
    expect(await stage.gate()).toMatchObject({ kind: 'person', code: 'campaign_spend_cap' });
  });

  it("holds it while a capped campaign's spend can't be read", async () => {
    const stage = await promoted();
    const { campaignId } = stage.made;
    await stage.market.edit(campaignId, { spend_cap: 1_000_000 });
    const fault = await stage.market.order({ kind: 'server_error', objectId: campaignId, times: null });
    expect((await failureOf(stage.gate())).type).toBe('Meta.transient');
    await stage.market.withdraw(fault);
    expect((await stage.gate()).kind).toBe('done');
  });

  it('holds it while the kill switch is engaged, and names who did it', async () => {
    const stage = await promoted();
    const event = { by: 'ana', reason: 'something is odd', at: START };
    await stage.store.setKillSwitch({ ...event, engaged: true });
    expect(await stage.gate()).toEqual({
      kind: 'person',
      code: 'kill_switch',
      retryAfterMs: null,
      reason: "The account's kill switch is engaged by ana: something is odd.",
      current: {},
    });
    await stage.store.setKillSwitch({ ...event, engaged: false });
    expect((await stage.gate()).kind).toBe('done');
  });

  it("holds it if the day's envelope is used up, until the account's midnight", async () => {
    const stage = await promoted({ accountEnvelope: 15 });
    expect((await stage.gate()).kind).toBe('done');
    await stage.write('60', stage.loser, 4000);
    await stage.write('60', stage.winner, 6000);
    await stage.budgets.completePhase({ experimentId: 'exp', phase: '60', readBackAt: START, last: false });
    const midnight = Date.UTC(2026, 10, 24) - stage.clock.instant;
    expect(await stage.gate('70')).toEqual({
      kind: 'wait',
      code: 'envelope',
      retryAfterMs: midnight,
      reason:
        "The account's envelope is USD 15.00 a day; USD 10.00 have been moved today and this phase needs USD 10.00 more: USD 20.00 > USD 15.00. It goes on at 2026-11-24 00:00 UTC.",
      current: {},
    });
    stage.clock.pass(midnight);
    // The market delivered nothing meanwhile, because its clock stood still.
    expect((await stage.gate('70')).code).not.toBe('envelope');
  });

  it('needs a user if the phase alone exceeds the envelope', async () => {
    const stage = await promoted({ accountEnvelope: 15 });
    const { gate } = createGateActivities({ ...stage.deps, accountEnvelope: 5 });
    expect(gated(await gate({ experimentId: 'exp', phase: '60' }))).toMatchObject({
      kind: 'person',
      code: 'envelope_too_small',
      retryAfterMs: null,
    });
  });

  it('counts an attempt at its own raise once', async () => {
    const stage = await promoted({ accountEnvelope: 15 });
    await stage.write('60', stage.loser, 4000);
    await stage.market.order({ kind: 'lost_request', objectId: stage.winner, method: 'POST', times: 1 });
    expect(await stage.write('60', stage.winner, 6000)).toMatchObject({ code: 'unknown_outcome' });
    stage.clock.pass(UNKNOWN_WAIT);
    expect((await stage.gate()).kind).toBe('done');
  });

  it('holds it if more is at risk than the policy allows, unless a user accepted it', async () => {
    const stage = await promoted({ policy: { atRiskLimit: 999 } });
    const gate = await stage.gate();
    expect(gate).toMatchObject({ code: 'at_risk', kind: 'person', retryAfterMs: null });
    expect(gate.reason).toBe(
      "At risk: up to USD 10.00 a day, which is all that is moved, since the effect is not known yet. The policy's limit is USD 9.99 a day; resume to accept it.",
    );
    // A resume of another hold doesn't accept the amount.
    await resume(stage);
    expect((await stage.gate()).code).toBe('at_risk');
    await stage.gates.acceptRisk(stage.experiment.id);
    expect((await stage.gate()).kind).toBe('done');
    // The user accepted this phase's amount, not the larger one of the next.
    expect((await stage.gate('70')).reason).toBe(
      "At risk: up to USD 20.00 a day, which is all that is moved, since the effect is not known yet. The policy's limit is USD 9.99 a day, USD 10.00 accepted so far; resume to accept it.",
    );
    const bounded = await promoted({ policy: { atRiskLimit: 1000 } });
    expect((await bounded.gate()).kind).toBe('done');
  });

  it('reports the amount at risk in cost if the cost decides the test', async () => {
    const stage = await stages.open({ policy: { objective: 'cost_per_conversion', atRiskLimit: 99 } });
    await stage.promotions.openPromotion('exp', { ...GROUNDS, interval: [-0.1, 0.5] });
    expect((await (await stage.become('rolling_out')).gate()).reason).toBe(
      "At risk: up to USD 1.00 a day of the USD 10.00 a day moved, at the worst end of the 95 % interval of the cost per conversion, +11.1 %. The policy's limit is USD 0.99 a day; resume to accept it.",
    );
  });

  it("keeps one of Meta's changes per hour for a revert, and counts those of others", async () => {
    const stage = await promoted();
    for (const [minutes, daily_budget] of [5001, 5002, 5000].entries()) {
      stage.clock.pass(minutes === 0 ? MINUTE : 10 * MINUTE);
      await stage.market.edit(stage.winner, { daily_budget });
    }
    stage.clock.pass(MINUTE);
    const gate = await stage.gate();
    expect(gate).toMatchObject({ code: 'hour_limit', kind: 'wait', retryAfterMs: 39 * MINUTE });
    expect(gate.reason).toBe(
      `Ad set ${stage.winner} has had 3 budget changes within the hour; one of Meta's 4 is kept for a revert. It goes on at 2026-11-23 01:01 UTC.`,
    );
  });

  it('reverts if the winner has delivered nothing for 6 hours, and holds if the loser has', async () => {
    for (const [index, kind] of [
      [1, 'back'],
      [0, 'person'],
    ] as const) {
      const stage = await promoted();
      stage.clock.pass(HOUR);
      // Still active, but at its cap: Meta no longer shows it.
      await stage.market.edit(stage.made.adSetIds[index]!, { daily_budget: 5000 });
      await stage.market.edit(stage.made.adIds[index]!, { status: 'PAUSED' });
      stage.clock.pass(8 * HOUR);
      await stage.market.edit(stage.made.adIds[index]!, { status: 'ACTIVE' });
      const gate = await stage.gate();
      expect(gate.kind).toBe(kind);
      expect(gate.reason).toMatch(/has delivered nothing for \d+ h ≥ 6 h\.$/);
    }
  });

  it("holds if no ad delivers: that isn't the winner's fault", async () => {
    const stage = await promoted();
    const status = (account_status: number) => stage.market.edit(stage.market.account.id, { account_status });
    stage.clock.pass(HOUR);
    await status(2);
    stage.clock.pass(8 * HOUR);
    await status(1);
    const gate = await stage.gate();
    expect(gate).toMatchObject({ kind: 'person', code: 'no_delivery', retryAfterMs: null });
    expect(gate.reason?.match(/has delivered nothing/g)).toHaveLength(2);
  });

  it("counts silence from a user's resume, because nothing could be delivered during the hold", async () => {
    const stage = await promoted();
    const [, ad] = stage.made.adIds;
    stage.clock.pass(HOUR);
    await stage.market.edit(ad!, { status: 'PAUSED' });
    expect(await stage.gate()).toMatchObject({ kind: 'person', code: 'ad_not_active' });
    stage.clock.pass(9 * HOUR);
    expect(await stage.gate()).toMatchObject({ kind: 'person' });
    await stage.market.edit(ad!, { status: 'ACTIVE' });
    await resume(stage);
    expect((await stage.gate()).kind).toBe('done');
    await stage.market.setTruth(ad!, 0);
    await stage.market.edit(ad!, { status: 'PAUSED' });
    stage.clock.pass(7 * HOUR);
    await stage.market.edit(ad!, { status: 'ACTIVE' });
    expect((await stage.gate()).kind).toBe('back');
  });

  it("counts others' changes as well as its own, and only its own if the log can't be read", async () => {
    const stage = await promoted();
    await stage.write('60', stage.loser, 4000);
    stage.clock.pass(10 * MINUTE);
    await stage.market.edit(stage.loser, { daily_budget: 4100 });
    stage.clock.pass(10 * MINUTE);
    await stage.market.edit(stage.loser, { daily_budget: 4000 });
    stage.clock.pass(10 * MINUTE);
    expect(await stage.gate('70')).toMatchObject({ code: 'hour_limit', retryAfterMs: 30 * MINUTE });
    await stage.market.order({
      kind: 'refuse',
      objectId: stage.market.account.id,
      method: 'GET',
      skip: 3,
      times: null,
    });
    const { kind } = await stage.gate('70');
    const gates = await stage.store.listGates('exp');
    expect([kind, gates.at(-1)]).toMatchObject([
      'done',
      {
        outcome: 'pass',
        findings: [{ code: 'activity_log', leadsTo: 'note' }, { code: 'largest_step' }],
      },
    ]);
  });

  it('reverts on evidence of harm since the decision, even before the first write, and passes with too little data', async () => {
    const stage = await promoted({ clickRates: [0.05, 0.01], dailyBudgets: [100_000, 100_000] });
    expect((await stage.gate('60')).kind).toBe('done');
    stage.clock.pass(30 * HOUR);
    const gate = await stage.gate('60');
    expect(gate).toMatchObject({ kind: 'back' });
    expect(gate.reason).toMatch(
      /^click rate of challenger-1 over control since the decision: -\d+\.\d %, evidence that the winner is worse E = \S+ ≥ 20\.$/,
    );
  });

  describe('whose guardrails are watched', () => {
    const { guardrails, guardrailWaitHours } = DEFAULT_POLICY;
    const dear: StageOptions = {
      clickRates: [0.02, 0.03],
      conversionRates: [0.2, 0.04],
      dailyBudgets: [100_000, 100_000],
      policy: { guardrails, guardrailWaitHours },
    };

    it('reverts if conversions are shown to be far more expensive, once they are booked', async () => {
      const stage = await promoted(dear);
      stage.clock.pass(24 * HOUR);
      expect((await stage.gate('60')).kind).toBe('done');
      stage.clock.pass(24 * HOUR);
      const gate = await stage.gate('60');
      expect(gate).toMatchObject({ kind: 'back' });
      expect(gate.reason).toMatch(
        /^cost per conversion of “ad 1” \(challenger-1\) over “ad 0” \(control\) since the start of the test: \+\d+\.\d %, beyond the margin of \+33\.3 %, evidence that the winner is worse E = \S+ ≥ 20\.$/,
      );
      const [{ findings } = { findings: [] }] = (await stage.store.listGates('exp')).slice(-1);
      expect(findings[0]).toMatchObject({ code: 'harm', leadsTo: 'revert' });
    });

    it('reverts in the verification too', async () => {
      const stage = await promoted(dear);
      for (const phase of ['60', '70', '80'])
        await stage.store.completePhase('exp', phase, stage.clock.instant);
      stage.clock.pass(4 * DAY);
      expect((await stage.gate(VERIFICATION)).reason).toMatch(/^cost per conversion of “ad 1”/);
    });

    it('does not open a promotion on evidence of harm; one by force answers for the data since then', async () => {
      const stage = await stages.open({ ...dear, clickRates: [0.02, 0.03] });
      stage.clock.pass(3 * DAY);
      const refused = await stage.promotions.openPromotion('exp', GROUNDS);
      expect(refused).toEqual({
        kind: 'refused',
        reasons: [
          expect.stringMatching(
            /^cost per conversion of “ad 1” \(challenger-1\) over “ad 0” \(control\) since the start/,
          ),
        ],
      });
      const forced = await stage.promotions.openPromotion('exp', { ...GROUNDS, forced: true, by: 'ana' });
      expect(forced.kind).toBe('opened');
      await stage.become('rolling_out');
      expect((await stage.gate('60')).kind).toBe('done');
      stage.clock.pass(2 * DAY);
      expect((await stage.gate('60')).reason).toMatch(/^cost per conversion .* since the promotion: /);
    });

    it('passes an ad whose conversions cost the same, and any ad under an older policy', async () => {
      const same = await promoted({ ...dear, conversionRates: [0.2, 0.14] });
      same.clock.pass(3 * DAY);
      expect((await same.gate('60')).kind).toBe('done');
      const older = await promoted({ ...dear, policy: {} });
      older.clock.pass(3 * DAY);
      expect((await older.gate('60')).kind).toBe('done');
    });
  });

  it('in shadow shows what would be written, without the limits that only apply to writes', async () => {
    const stage = await promoted({ writesAllowed: false, accountEnvelope: 1 });
    expect((await stage.gate()).kind).toBe('done');
    expect((await stage.store.listGates('exp'))[0]).toMatchObject({
      shadow: true,
      outcome: 'pass',
      targets: { [stage.loser]: 4000, [stage.winner]: 6000 },
    });
    expect(stage.events.map(({ text }) => text)).toContain(
      'shadow: phase 60 of challenger-1 would be written now; nothing is',
    );
  });

  it('in shadow reports a budget that someone changed, which would hold a live rollout', async () => {
    const stage = await promoted({ writesAllowed: false });
    await stage.market.edit(stage.loser, { daily_budget: 7000 });
    expect((await stage.gate()).kind).toBe('done');
    const [gate] = await stage.store.listGates('exp');
    expect(gate).toMatchObject({
      outcome: 'pass',
      findings: [{ code: 'foreign', leadsTo: 'note' }, { code: 'largest_step' }],
    });
    expect(gate?.findings[0]?.message).toBe(
      `Someone has changed a budget: “ad 0” stands at USD 70.00, its base was USD 50.00. A live rollout would be held here.`,
    );
  });

  it('does not pass if Meta does not answer', async () => {
    const stage = await promoted();
    await stage.market.order({ kind: 'server_error' });
    expect(await failureOf(stage.gate())).toMatchObject({ type: 'Meta.transient', nonRetryable: false });
    const other = stage.gates.gate({ experimentId: 'other', phase: '60' });
    expect(await failureOf(other)).toMatchObject({ type: 'RecordDisagrees' });
  });
});
