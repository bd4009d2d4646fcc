import { describe, expect, it } from 'vitest';
import {
  CHANGES_FOR_PHASES,
  envelopeHold,
  type GateFacts,
  gateFindings,
  hourLimitUntil,
  raiseOf,
} from '../../../src/domain/rollout/gate.js';
import { HOUR_MS } from '../../../src/domain/time.js';

const T = Date.UTC(2026, 10, 23, 12);

const FACTS: GateFacts = {
  now: T,
  currency: 'USD',
  winnerVariantId: 'challenger',
  findings: [],
  account: {
    id: 'act_1',
    status: 1,
    currency: 'USD',
    timezone: 'UTC',
    minDailyBudget: 100,
    spendCap: null,
    amountSpent: 0,
  },
  campaigns: [],
  variantIds: ['control', 'challenger'],
  harm: [],
  killSwitch: null,
  freeze: null,
  envelope: null,
  atRisk: { amount: 1000, moved: 1000, worstLift: null },
  atRiskLimit: null,
  largestStep: null,
  atRiskAccepted: null,
  foreign: null,
  interval: { confidence: 0.95, adjusted: true, objective: 'click_through_rate' },
  changes: {},
  splitChanged: null,
  logTrouble: null,
};
const found = (facts: Partial<GateFacts>) =>
  gateFindings({ ...FACTS, ...facts }).map(({ code, leadsTo }) => `${code} ${leadsTo}`);
const silent = (...ids: string[]) =>
  ids.map((variantId) => ({ variantId, code: 'no_delivery' as const, message: `${variantId} is silent.` }));

describe('the findings of a gate', () => {
  it('notes the largest step of the phase, whatever else it finds', () => {
    const largestStep = { phase: '60', adSetId: '502', factor: 1.5, limit: 2, name: '“Summer”' };
    const message = 'Phase 60 multiplies the budget of “Summer” by 1.5 (limit 2).';
    const note = { code: 'largest_step', leadsTo: 'note', message, until: null };
    expect(gateFindings({ ...FACTS, largestStep })).toEqual([note]);
    expect(gateFindings({ ...FACTS, largestStep, harm: ['harm'] }).at(-1)).toEqual(note);
  });

  it('hold a phase until the end of a freeze, and say so', () => {
    const freeze = { until: T + 3 * HOUR_MS, timezone: 'UTC', names: ['Sale'] };
    const message = 'Frozen until Mon 23 Nov 15:00 (UTC): Sale.';
    expect(gateFindings({ ...FACTS, freeze })).toEqual([
      { code: 'freeze', leadsTo: 'hold', message, until: freeze.until },
    ]);
    expect(found({ freeze, harm: ['harm'] })).toEqual(['harm revert', 'freeze hold']);
  });

  it('are none if all is well', () => {
    expect(found({})).toEqual([]);
  });

  it('are in order: those that revert, those that hold, those that only report', () => {
    expect(
      found({
        logTrouble: 'HTTP 500',
        killSwitch: { engaged: true, by: 'ana', reason: 'odd', at: T },
        harm: ['It does harm.'],
      }),
    ).toEqual(['harm revert', 'kill_switch hold', 'activity_log note']);
  });

  it('revert if only the winner is silent', () => {
    expect(found({ findings: silent('challenger') })).toEqual(['no_delivery revert']);
    expect(found({ findings: silent('control') })).toEqual(['no_delivery hold']);
  });

  it('hold if something else explains the silence', () => {
    expect(found({ findings: silent('control', 'challenger') })).toEqual([
      'no_delivery hold',
      'no_delivery hold',
    ]);
    const problems = [{ variantId: 'challenger', code: 'ad_not_active' as const, message: 'Paused.' }];
    expect(found({ findings: [...silent('challenger'), ...problems] })).toEqual([
      'no_delivery hold',
      'ad_not_active hold',
    ]);
    const account = { ...FACTS.account, spendCap: 500, amountSpent: 500 };
    expect(found({ findings: silent('challenger'), account })).toEqual([
      'no_delivery hold',
      'account_spend_cap hold',
    ]);
    const campaigns = [{ id: '7', spendCap: 500, spent: 499 }];
    expect(found({ findings: silent('challenger'), campaigns })).toEqual(['no_delivery revert']);
  });

  it('hold above the risk that the policy allows or that a user accepted', () => {
    expect(found({ atRiskLimit: 1000 })).toEqual([]);
    expect(found({ atRiskLimit: 999 })).toEqual(['at_risk hold']);
    expect(found({ atRiskLimit: 500, atRiskAccepted: 1000 })).toEqual([]);
    const [finding] = gateFindings({ ...FACTS, atRiskLimit: 500, atRiskAccepted: 999 });
    expect(finding?.message).toMatch(
      /The policy's limit is USD 5\.00 a day, USD 9\.99 accepted so far; resume to accept it\.$/,
    );
  });

  it("hold above the larger of the accepted risk and the policy's limit, and at any risk if the limit is 0", () => {
    expect(found({ atRiskLimit: 999, atRiskAccepted: 500 })).toEqual(['at_risk hold']);
    expect(found({ atRiskLimit: 1000, atRiskAccepted: 500 })).toEqual([]);
    expect(found({ atRisk: { ...FACTS.atRisk, amount: 1 }, atRiskLimit: 0 })).toEqual(['at_risk hold']);
    expect(found({ atRisk: { ...FACTS.atRisk, amount: 0 }, atRiskLimit: 0 })).toEqual([]);
    const [finding] = gateFindings({ ...FACTS, atRiskLimit: 999 });
    expect(finding?.message).toMatch(/The policy's limit is USD 9\.99 a day; resume to accept it\.$/);
  });

  it('hold if the envelope has no room, until its next day', () => {
    const envelope = { limit: 1000, moved: 600, wanted: 401, resetsAt: T + HOUR_MS };
    expect(gateFindings({ ...FACTS, envelope })).toEqual([
      {
        code: 'envelope',
        leadsTo: 'hold',
        message:
          "The account's envelope is USD 10.00 a day; USD 6.00 have been moved today and this phase needs USD 4.01 more: USD 10.01 > USD 10.00. It goes on at 2026-11-23 13:00 UTC.",
        until: T + HOUR_MS,
      },
    ]);
    expect(found({ envelope: { ...envelope, wanted: 400 } })).toEqual([]);
    // The whole envelope, on another day.
    expect(found({ envelope: { ...envelope, moved: 0, wanted: 1000 } })).toEqual([]);
    expect(found({ envelope: { ...envelope, moved: 0, wanted: 1001 } })).toEqual(['envelope_too_small hold']);
  });

  it("hold at each ad set's hour limit, until one more change is the third", () => {
    const minutesAgo = (...minutes: number[]) => minutes.map((minute) => T - minute * 60_000);
    const changes = { free: minutesAgo(50, 10), full: minutesAgo(50, 30, 10) };
    expect(gateFindings({ ...FACTS, changes })).toEqual([
      {
        code: 'hour_limit',
        leadsTo: 'hold',
        message:
          "Ad set full has had 3 budget changes within the hour; one of Meta's 4 is kept for a revert. It goes on at 2026-11-23 12:10 UTC.",
        until: T + 10 * 60_000,
      },
    ]);
  });

  it('hold if a spend cap is reached, to the cent', () => {
    const account = { ...FACTS.account, spendCap: 500, amountSpent: 500 };
    expect(found({ account })).toEqual(['account_spend_cap hold']);
    expect(found({ account: { ...account, amountSpent: 499 } })).toEqual([]);
    expect(found({ campaigns: [{ id: '7', spendCap: 500, spent: 500 }] })).toEqual([
      'campaign_spend_cap hold',
    ]);
    expect(found({ campaigns: [{ id: '7', spendCap: 500, spent: 499 }] })).toEqual([]);
  });

  it('only report a foreign value in a rollout in shadow', () => {
    const [finding] = gateFindings({ ...FACTS, foreign: 'ad set 501 stands at USD 70.00' });
    expect(finding).toMatchObject({
      leadsTo: 'note',
      message:
        'Someone has changed a budget: ad set 501 stands at USD 70.00. A live rollout would be held here.',
    });
  });
});

describe('the hour limit', () => {
  const at = (...minutes: number[]) => minutes.map((minute) => T - minute * 60_000);

  it('allows three changes within an hour', () => {
    expect(hourLimitUntil(at(50, 30), T)).toBeNull();
    expect(hourLimitUntil(at(50, 30, 10), T)).toBe(T + 10 * 60_000);
    expect(at(50, 30, 10)).toHaveLength(CHANGES_FOR_PHASES);
  });

  it('forgets a change when the hour is over, to the millisecond', () => {
    expect(hourLimitUntil([T - HOUR_MS, ...at(30, 10)], T)).toBeNull();
    expect(hourLimitUntil([T - HOUR_MS + 1, ...at(30, 10)], T)).toBe(T + 1);
  });

  it('waits until one more change is the third', () => {
    expect(hourLimitUntil(at(50, 40, 30, 10), T)).toBe(T + 20 * 60_000);
    expect(hourLimitUntil(at(10, 50, 30, 40), T)).toBe(T + 20 * 60_000);
  });
});

describe("the account's envelope", () => {
  const envelope = { limit: 1500, moved: 500, wanted: 1000, resetsAt: T + 1 };

  it('has room up to its limit', () => {
    expect(envelopeHold(envelope, 'USD')).toBeNull();
    expect(envelopeHold({ ...envelope, moved: 501 }, 'USD')).toMatchObject({
      code: 'envelope',
      until: T + 1,
    });
  });

  it('needs a user if no day has room', () => {
    expect(envelopeHold({ ...envelope, moved: 0, wanted: 1501 }, 'USD')).toEqual({
      code: 'envelope_too_small',
      until: null,
      message:
        "The account's envelope is USD 15.00 a day and this phase alone needs USD 15.01: it fits on no day. Set ACCOUNT_ENVELOPE higher and resume, or revert, or stop.",
    });
  });
});

it('a raise is the sum of the increases of the raised ad sets', () => {
  expect(raiseOf({ a: 5000, b: 5000, c: 1 }, { a: 6000, b: 4000 })).toBe(1000);
  expect(raiseOf({}, { a: 6000 })).toBe(0);
});
