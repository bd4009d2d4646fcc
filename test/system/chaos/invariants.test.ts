import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { Evidence } from './evidence.js';
import { auditRow, completed, edit, MINUTE, reverted, START } from './faultless.js';
import { INVARIANTS, judge } from './invariants.js';
import { limitsKept, raisesBeyond } from './limits.js';

const DOLLARS = { currency: 'USD', timezone: 'UTC' };

type Spoil = (evidence: Evidence) => void;
type Case = [what: string, message: RegExp, spoil: Spoil, from?: () => Evidence];

function broken(
  invariant: string,
  { from = completed, spoil }: { from?: () => Evidence; spoil: Spoil },
): string {
  const evidence = from();
  spoil(evidence);
  return INVARIANTS[invariant]!(evidence).join('\n');
}

const held = (): Evidence => ({
  ...completed(),
  state: 'held',
  hold: { code: 'foreign', endsItself: false },
  stateChangedAt: START + 3 * HOUR_MS,
  running: true,
});

describe('a faultless run', () => {
  it.each([completed, reverted])('breaks no invariant: %s', (make) => {
    expect(judge(7, make())).toEqual([]);
  });

  it('is reported with its seed if it breaks one', () => {
    const evidence = completed();
    evidence.budgets.winner = 31_999;
    expect(judge(1_000_007, evidence)).toEqual([
      { run_seed: 1_000_007, invariant: 'rest_amounts', details: expect.stringContaining('31999') },
    ]);
  });
});

const CAUGHT: Record<string, Case[]> = {
  total_never_raised: [
    [
      'a raise before its cut',
      /makes the total 44000, above 40000/,
      ({ audit }) => {
        [audit[0]!.at, audit[1]!.at] = [audit[1]!.at, audit[0]!.at];
        for (const row of audit.slice(0, 2)) row.appliedAt = row.at;
      },
    ],
    [
      'a write within the bound that takes effect at a bad moment',
      /above 40000/,
      (evidence) => {
        const raise = evidence.audit[1]!;
        raise.appliedAt = raise.at + 4 * MINUTE;
        // The cut is undone before the raise takes effect.
        evidence.audit.splice(
          2,
          0,
          auditRow({
            adSetId: 'loser',
            before: 16_000,
            requested: 20_000,
            at: raise.at + MINUTE,
            sequence: 2,
          }),
        );
      },
    ],
    [
      'a raise on top of a total that someone else had raised',
      /makes the total 45000, above 41000/,
      (evidence) => {
        edit(evidence, 'loser', 21_000, 0.5);
      },
    ],
    [
      'a write although no rollout ever began',
      /before any rollout/,
      (evidence) => Object.assign(evidence, { promotion: null }),
    ],
  ],
  rest_amounts: [
    [
      'an ad set that is not at its last target',
      /ad set loser stands at 12000, not at phase 80's target, 8000/,
      ({ budgets }) => Object.assign(budgets, { loser: 12_000 }),
    ],
    [
      'an ad set that is not at its base',
      /reverted, but ad set winner stands at 24000, not at its base, 20000/,
      ({ budgets }) => Object.assign(budgets, { winner: 24_000 }),
      reverted,
    ],
    [
      'a stop that did not restore the budgets',
      /stopped, but ad set loser stands at 16000/,
      (evidence) => Object.assign(evidence, { state: 'stopped', budgets: { loser: 16_000, winner: 20_000 } }),
      reverted,
    ],
    [
      'kept budgets that the final sentence states wrongly',
      /doesn't say that ad set loser stands at 16000/,
      (evidence) =>
        Object.assign(evidence, {
          state: 'stopped',
          reason: { code: 'kept', amounts: { loser: 20_000, winner: 20_000 } },
          budgets: { loser: 16_000, winner: 20_000 },
        }),
      reverted,
    ],
    [
      'kept budgets that the service changes afterwards',
      /takes effect after the stop/,
      (evidence) =>
        Object.assign(evidence, {
          state: 'stopped',
          reason: { code: 'kept' },
          stateChangedAt: START + 30 * MINUTE,
        }),
      reverted,
    ],
    [
      'a needs_attention that names a wrong amount',
      /doesn't say that ad set winner stands at 26000/,
      (evidence) =>
        Object.assign(evidence, {
          state: 'needs_attention',
          reason: { code: 'not_restored', amounts: { loser: 20_000, winner: 24_000 } },
          budgets: { loser: 20_000, winner: 26_000 },
        }),
      reverted,
    ],
    [
      'a hold that does not name a foreign amount',
      /held, but it doesn't say that ad set winner stands at 30000/,
      (evidence) => {
        edit(evidence, 'winner', 30_000, 100);
        Object.assign(evidence.budgets, { winner: 30_000 });
      },
      held,
    ],
    [
      'another plan',
      /Phase 70 is planned as/,
      ({ promotion }) => Object.assign(promotion!.targets['70']!, { loser: 12_001 }),
    ],
    [
      'a base that no ad set ever had',
      /Ad set loser never had its recorded base, 20001/,
      ({ promotion }) => Object.assign(promotion!.base, { loser: 20_001 }),
    ],
  ],
  ledger_agrees: [
    ['a write without a ledger row', /The ledger lacks audit row 6/, ({ ledger }) => ledger.pop()],
    [
      'a ledger row of a write that never reached the market',
      /Ledger row 6 .* has no row in the market's audit/,
      ({ audit }) => audit.pop(),
    ],
    [
      'another amount',
      /Ledger row 3/,
      ({ ledger }) => Object.assign(ledger[2]!, { intended: 12_001, read_back: 12_001 }),
    ],
    [
      'a refused write recorded as applied',
      /Ledger row 6/,
      ({ audit }) => Object.assign(audit[5]!, { outcome: 'refused', appliedAt: null }),
    ],
    [
      'a read-back of another amount',
      /read back 7999/,
      ({ ledger }) => Object.assign(ledger[4]!, { read_back: 7_999 }),
    ],
  ],
  foreign_values_kept: [
    [
      'a foreign value that is overwritten',
      /overwrites the foreign value 17500/,
      (evidence) => void edit(evidence, 'loser', 17_500, 30),
    ],
    [
      'a foreign value that a revert overwrites',
      /overwrites the foreign value 26000/,
      (evidence) => void edit(evidence, 'winner', 26_000, 20),
      reverted,
    ],
    [
      "a phase that overwrites someone's return to an older value",
      /overwrites 20000, to which someone else had returned/,
      (evidence) => void edit(evidence, 'loser', 20_000, 30),
    ],
    [
      "a phase that overwrites someone's return to an earlier phase's value",
      /overwrites 16000, to which someone else had returned/,
      (evidence) => void edit(evidence, 'loser', 16_000, 100),
    ],
  ],
  changes_left: [
    [
      'a fifth change within an hour',
      /is change 5 within an hour/,
      ({ audit }) => {
        for (const minute of [5, 10, 15, 20]) {
          audit.push(
            auditRow({
              adSetId: 'winner',
              before: minute,
              requested: minute + 1,
              at: START + minute * MINUTE,
              sequence: 9,
            }),
          );
        }
      },
    ],
    [
      'no change left when a phase ends',
      /At the end of phase 60 ad set winner has had 4 changes/,
      ({ audit }) => {
        for (const minute of [-30, -20, -10]) {
          audit.unshift(
            auditRow({
              adSetId: 'winner',
              before: minute,
              requested: minute + 1,
              at: START + minute * MINUTE,
              sequence: 0,
            }),
          );
        }
      },
    ],
  ],
  phases_in_order: [
    [
      'a phase applied twice',
      /applies phase 60 a second time/,
      ({ audit }) =>
        audit.splice(
          2,
          0,
          auditRow({
            adSetId: 'loser',
            before: 16_000,
            requested: 16_000,
            at: START + 10 * MINUTE,
            sequence: 2,
          }),
        ),
    ],
    [
      'a phase out of order',
      /belongs to phase 60 but comes after phase 80 began/,
      ({ audit }) =>
        audit.push(
          auditRow({
            adSetId: 'loser',
            before: 8_000,
            requested: 16_000,
            at: START + 200 * MINUTE,
            sequence: 7,
          }),
        ),
    ],
    ['a skipped phase', /skips phase 70/, ({ audit }) => audit.splice(2, 2)],
    [
      'a phase before its wait is over',
      /starts phase 70 0\.9\d+ h after phase 60, before its wait of 1 h is over/,
      ({ audit }) => Object.assign(audit[2]!, { at: START + 60 * MINUTE, appliedAt: START + 60 * MINUTE }),
    ],
    [
      'a phase before the previous one was complete in the market',
      /starts phase 70, but ad set winner never had phase 60's 24000/,
      ({ audit }) => audit.splice(1, 1),
    ],
    [
      'a phase that is recorded as complete but is not',
      /Phase 60 is recorded as complete while ad set winner stands at 23000, not at 24000/,
      (evidence) => void edit(evidence, 'winner', 23_000, 1.001),
    ],
    [
      'a phase after one that was never recorded as complete',
      /60 was never complete/,
      ({ promotion }) => delete promotion!.phasesDone['60'],
    ],
    [
      'a phase after the revert began',
      /after the revert began/,
      ({ audit }) =>
        audit.push(
          auditRow({
            adSetId: 'loser',
            before: 20_000,
            requested: 16_000,
            at: START + 50 * MINUTE,
            sequence: 5,
          }),
        ),
      reverted,
    ],
    [
      'an amount that belongs to no phase',
      /is neither a phase's target nor the base/,
      ({ audit }) => Object.assign(audit[2]!, { requested: 11_000 }),
    ],
  ],
  comes_to_rest: [
    [
      'a rollout still under way',
      /still rolling_out after .* next due: never/,
      (evidence) => Object.assign(evidence, { state: 'rolling_out', running: true }),
    ],
    [
      'a hold that should end by itself with nothing scheduled in time',
      /the due action has not been taken/,
      (evidence) => Object.assign(evidence, { nextDueAt: evidence.observedAt - HOUR_MS }),
      held,
    ],
    [
      'a needs_attention without a next read',
      /nothing is scheduled/,
      (evidence) => Object.assign(evidence, { state: 'needs_attention', running: true, nextDueAt: null }),
    ],
    [
      'a live state without a workflow',
      /held, but no workflow runs/,
      (evidence) => Object.assign(evidence, { running: false }),
      held,
    ],
    [
      'an ended run with a workflow',
      /completed, but its workflow is still running/,
      (evidence) => Object.assign(evidence, { running: true }),
    ],
  ],
  limits_kept: [
    [
      'a phase written while the kill switch is engaged',
      /^While the kill switch is engaged: audit row 3 .* 16000 -> 12000/,
      ({ limits }) => limits.killSwitch.push({ from: START + 30 * MINUTE, to: START + 62.5 * MINUTE }),
    ],
    [
      'a raise beyond the envelope of its day',
      /^Beyond the envelope: audit row 4 .* 24000 -> 28000/,
      ({ limits, audit, promotion }) => {
        limits.beyondEnvelope = raisesBeyond(audit.slice(0, 4), 79.99, DOLLARS, promotion!.base);
      },
    ],
    [
      'any write in shadow',
      /^Written in shadow: audit row 1 /,
      ({ limits }) => {
        limits.shadow = true;
      },
    ],
  ],
  turned_not_raised: [
    [
      'a phase written long after the evidence turned',
      /audit row 5 .* 12000 -> 8000.* 9\.0 h after the winner's ad had become the worst/,
      (evidence) => {
        evidence.world.turnedAt = START + 30 * MINUTE;
        for (const row of evidence.audit.slice(4)) row.at += 6 * HOUR_MS + 26 * MINUTE;
      },
    ],
    [
      'such an attempt, even if Meta refuses it',
      /refused, by api/,
      (evidence) => {
        evidence.world.turnedAt = START - 9 * HOUR_MS;
        evidence.world.promotionsAsked = [START - 10 * HOUR_MS];
        evidence.promotion!.openedAt = START - 10 * HOUR_MS;
        evidence.audit = [{ ...evidence.audit[0]!, outcome: 'refused', appliedAt: null }];
      },
    ],
  ],
  stale_not_written: [
    [
      'a first write after more than one check interval',
      /audit row 1 .* is the first write of a promotion that is 6\.5 h old, more than the check interval of 6 h/,
      ({ world, promotion }) => {
        world.promotionsAsked = [START - 390 * MINUTE];
        promotion!.openedAt = START - 390 * MINUTE;
      },
    ],
  ],
  dropped_not_promoted: [
    [
      'a raise of a dropped variant',
      /audit row 2 .* 20000 -> 24000.* raises a variant that was dropped 1\.0 h before/,
      ({ world }) => Object.assign(world, { dropped: { winner: START - 59 * MINUTE } }),
    ],
  ],
  foreign_not_verified: [
    [
      'an edit during the verification that no gate finds',
      /^No gate found audit row 7 .* 8000 -> 90000/,
      (evidence) => {
        edit(evidence, 'loser', 90_000, 190);
        evidence.verification = 'not_verified';
      },
    ],
    [
      'a lift that is called verified on a split that is not the written one',
      /^The lift is called verified after audit row 7 .* 8000 -> 90000/,
      (evidence) => {
        const { at } = edit(evidence, 'loser', 90_000, 190);
        evidence.splitsFound = [{ at: at + HOUR_MS, budgets: { loser: 90_000 } }];
      },
    ],
  ],
  harmless_completes: [
    [
      'a healthy winner that is reverted',
      /^It should have completed, but it is reverted/,
      ({ world }) => Object.assign(world, { harmless: true }),
      reverted,
    ],
  ],
};

describe.each(Object.entries(CAUGHT))('%s', (invariant, cases) => {
  it.each(cases)('catches %s', (_, message, spoil, from) => {
    expect(broken(invariant, { spoil, from })).toMatch(message);
  });
});

it('covers every invariant with a hand-made violation', () => {
  expect(Object.keys(CAUGHT)).toEqual(Object.keys(INVARIANTS));
});

/** Delays everything after the first phase by this many minutes. */
function delay({ ledger, audit, promotion }: Evidence, minutes: number): void {
  const later = (at: string) => new Date(Date.parse(at) + minutes * MINUTE).toISOString();
  for (const row of ledger.slice(2))
    Object.assign(row, { at: later(row.at), settled_at: later(row.settled_at!) });
  for (const row of audit.slice(2)) {
    row.at += minutes * MINUTE;
    row.appliedAt = row.at;
  }
  for (const phase of ['70', '80']) promotion!.phasesDone[phase]! += minutes * MINUTE;
}

describe('no invariant is broken by', () => {
  it('a revert while the kill switch is engaged, and a write within its first minute', () => {
    const evidence = reverted();
    evidence.limits.killSwitch = [{ from: START, to: START + 60 * MINUTE }];
    evidence.audit[1]!.at = START + 0.9 * MINUTE;
    expect(limitsKept(evidence)).toEqual([]);
  });

  it('raises on one day in UTC and on two in New York, and an envelope in yen', () => {
    const { audit, promotion } = completed();
    const newYork = { currency: 'USD', timezone: 'America/New_York' };
    // Midnight in New York is at 05:00 UTC: the last two writes come after it.
    for (const row of audit) row.at += 2 * HOUR_MS;
    expect(raisesBeyond(audit, 80, newYork, promotion!.base)).toEqual([]);
    expect(raisesBeyond(audit, 79.99, newYork, promotion!.base)).toEqual([4]);
    expect(raisesBeyond(audit, 80, DOLLARS, promotion!.base)).toEqual([6]);
    for (const row of audit) row.at += 22 * HOUR_MS - 30 * MINUTE - 2 * HOUR_MS;
    expect(raisesBeyond(audit, 119.99, newYork, promotion!.base)).toEqual([6]);
    expect(raisesBeyond(audit, 80, DOLLARS, promotion!.base)).toEqual([]);
    const yen = { currency: 'JPY', timezone: 'America/New_York' };
    expect(raisesBeyond(audit, 12_000, yen, promotion!.base)).toEqual([]);
    expect(raisesBeyond(audit, 11_999, yen, promotion!.base)).toEqual([6]);
  });

  it('raises that just fit the envelope of their day, and raises of another day', () => {
    const { audit, promotion } = completed();
    expect(raisesBeyond(audit, 120, DOLLARS, promotion!.base)).toEqual([]);
    expect(raisesBeyond(audit, 119.99, DOLLARS, promotion!.base)).toEqual([6]);
    // A late write and its repetition.
    const again = { ...audit[5]!, sequence: 7, at: audit[5]!.at + MINUTE };
    expect(raisesBeyond([...audit, again], 120, DOLLARS, promotion!.base)).toEqual([]);
    for (const row of audit.slice(4)) row.at += 24 * HOUR_MS;
    expect(raisesBeyond(audit, 80, DOLLARS, promotion!.base)).toEqual([]);
    const back = reverted();
    expect(raisesBeyond(back.audit, 40, DOLLARS, back.promotion!.base)).toEqual([]);
    expect(raisesBeyond(audit, null, DOLLARS, promotion!.base)).toEqual([]);
  });

  it.each<[string, Spoil, (() => Evidence)?]>([
    [
      'an attempt of unknown outcome without an audit row',
      ({ ledger }) => {
        ledger.splice(2, 0, { ...ledger[2]!, outcome: 'unknown', read_back: null });
        for (const [index, row] of ledger.entries()) row.sequence = index + 1;
      },
    ],
    [
      'a request that a busy machine sent late, seen only after the end',
      (evidence) => {
        const { ledger, audit } = evidence;
        evidence.ledger = ledger.slice(0, 1);
        evidence.audit = audit.slice(0, 1);
        const [row] = evidence.audit;
        // Sent long after its ledger row, given up, and accepted by the market a moment later.
        row!.at += 5.2 * MINUTE;
        row!.appliedAt = row!.at;
        const given = { outcome: 'unknown' as const, read_back: null };
        Object.assign(evidence.ledger[0]!, given, { settled_at: new Date(row!.at - 100).toISOString() });
        evidence.promotion!.phasesDone = {};
        evidence.budgets = { loser: 16_000, winner: 20_000 };
        evidence.stateChangedAt = row!.at + 6 * MINUTE;
        evidence.state = 'stopped';
        evidence.reason = { code: 'kept', amounts: { loser: 16_000, winner: 20_000 } };
      },
    ],
    [
      'an attempt that landed late, and its lost repetition that was recorded as applied',
      (evidence) => {
        delay(evidence, 20);
        const { ledger, audit, promotion } = evidence;
        const raise = audit[1]!;
        raise.appliedAt = raise.at + 10 * MINUTE;
        promotion!.phasesDone['60'] = raise.at + 11 * MINUTE;
        const twin = {
          ...ledger[1]!,
          at: new Date(raise.at + 6 * MINUTE).toISOString(),
          settled_at: new Date(raise.at + 11 * MINUTE).toISOString(),
        };
        Object.assign(ledger[1]!, { outcome: 'unknown', read_back: null });
        ledger.splice(2, 0, twin);
        for (const [index, row] of ledger.entries()) row.sequence = index + 1;
      },
    ],
    [
      'a phase within hours of the turn, and a phase of a promotion requested after it',
      ({ world }) => Object.assign(world, { turnedAt: START - 20 * HOUR_MS }),
    ],
    [
      'a later phase of a promotion that is older than a check interval',
      (evidence) => {
        evidence.world.checkEveryHours = 1;
        evidence.world.promotionsAsked = [START - MINUTE, START + 30 * HOUR_MS];
      },
    ],
    [
      'a cut of a dropped variant, and a raise before the variant was dropped',
      ({ world }) =>
        Object.assign(world, { dropped: { loser: START - HOUR_MS, winner: START + 4 * HOUR_MS } }),
    ],
    [
      'an edit during the verification that a gate finds, with an unverified lift',
      (evidence) => {
        const { at } = edit(evidence, 'loser', 90_000, 190);
        evidence.budgets.loser = 90_000;
        evidence.splitsFound = [{ at: at + HOUR_MS, budgets: { loser: 90_000 } }];
        evidence.verification = 'not_verified';
      },
    ],
    [
      'an edit during the verification that was undone within hours',
      (evidence) => {
        edit(evidence, 'loser', 90_000, 190);
        edit(evidence, 'loser', 8_000, 400);
      },
    ],
    [
      "someone's edit after the end",
      (evidence) => {
        edit(evidence, 'winner', 50_000, 60 * 40);
        evidence.budgets.winner = 50_000;
        evidence.observedAt = START + 50 * HOUR_MS;
      },
    ],
    [
      "someone's edit that was undone",
      (evidence) => {
        edit(evidence, 'loser', 17_500, 20);
        edit(evidence, 'loser', 16_000, 30);
      },
    ],
    [
      "someone's return to the base after a write without an answer",
      (evidence) => {
        const { ledger, audit } = evidence;
        edit(evidence, 'loser', 17_500, 0.1);
        edit(evidence, 'loser', 20_000, 0.2);
        const again = { ...ledger[0]!, at: new Date(START + 0.5 * MINUTE - 100).toISOString() };
        again.settled_at = new Date(START + 0.5 * MINUTE + 100).toISOString();
        Object.assign(ledger[0]!, { outcome: 'unknown', read_back: null });
        ledger.splice(1, 0, again);
        audit.splice(3, 0, { ...audit[0]!, at: START + 0.5 * MINUTE, appliedAt: START + 0.5 * MINUTE });
        for (const rows of [ledger, audit])
          for (const [index, row] of rows.entries()) row.sequence = index + 1;
      },
    ],
    [
      'an edit between the read before a write and the write, which the service cannot see',
      (evidence) => {
        const { sequence, at } = edit(evidence, 'winner', 26_000, 62.9);
        const ours = evidence.audit.find((row) => row.adSetId === 'winner' && row.at > at)!;
        ours.before = 26_000;
        evidence.raced = [sequence];
      },
    ],
    [
      'an edit of the loser between its last read and the raise, found in the next phase',
      (evidence) => {
        const raise = evidence.audit.findLast((row) => row.adSetId === 'winner')!;
        evidence.raced = [edit(evidence, 'loser', 15_000, (raise.at - START) / MINUTE - 0.1).sequence];
        edit(evidence, 'loser', 8_000, 200);
      },
    ],
    [
      'an edit of the winner between the last read-back of a phase and its record',
      (evidence) => {
        evidence.readBackMs = MINUTE / 6;
        edit(evidence, 'winner', 30_000, 185.001);
        evidence.budgets.winner = 30_000;
      },
    ],
    [
      "someone's edit after the base is reached, even before the end",
      (evidence) => {
        edit(evidence, 'winner', 26_000, 94);
        evidence.budgets.winner = 26_000;
      },
      reverted,
    ],
    [
      "someone's edit while a revert that wrote nothing watches for late writes",
      (evidence) => {
        evidence.audit = [];
        evidence.ledger = [];
        evidence.promotion!.phasesDone = {};
        edit(evidence, 'loser', 12_945, 94);
        evidence.budgets.loser = 12_945;
      },
      reverted,
    ],
    [
      'a hold that names a foreign amount',
      (evidence) => {
        edit(evidence, 'winner', 30_000, 100);
        evidence.budgets.winner = 30_000;
        evidence.audit = evidence.audit.filter(({ at }) => at <= START + 100 * MINUTE);
        evidence.ledger = evidence.ledger.slice(0, 4);
        evidence.budgets.loser = 12_000;
        delete evidence.promotion!.phasesDone['80'];
        evidence.reason = { code: 'phase_waits', amounts: { winner: 30_000 } };
      },
      held,
    ],
  ])('%s', (_, spoil, from = completed) => {
    const evidence = from();
    spoil(evidence);
    expect(judge(1, evidence)).toEqual([]);
  });
});
