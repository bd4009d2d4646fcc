import { describe, expect, it } from 'vitest';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';
import { THREE_PHASES } from '../../support/phases.js';
import { auditRowOf, ledgerRow, MINUTE, type Step } from '../chaos/faultless.js';
import { checkRollout, type Evidence } from './check.js';

const STEPS: readonly Step[] = [
  ['60', 'loser', 100, 80, 0],
  ['60', 'winner', 100, 120, 1],
  ['70', 'loser', 80, 60, 65],
  ['70', 'winner', 120, 140, 66],
  ['80', 'loser', 60, 40, 190],
  ['80', 'winner', 140, 160, 191],
];

/** A rollout without a fault, for tests to break. */
function faultless(): Omit<Evidence, 'audit' | 'ledger'> & { audit: AuditRow[]; ledger: LedgerRowJson[] } {
  return {
    state: 'verifying',
    winnerAdSetId: 'winner',
    base: { loser: 100, winner: 100 },
    budgets: { loser: 40, winner: 160 },
    audit: STEPS.map(auditRowOf),
    ledger: STEPS.map(ledgerRow),
  };
}

function violationsOf(spoil: (evidence: ReturnType<typeof faultless>) => void): string {
  const evidence = faultless();
  spoil(evidence);
  return checkRollout(evidence, THREE_PHASES).violations.join('\n');
}

describe('the check of an interrupted rollout', () => {
  it('finds nothing in a faultless rollout, and says when each phase came', () => {
    const { phases, violations } = checkRollout(faultless(), THREE_PHASES);
    expect(violations).toEqual([]);
    expect(phases.map(({ phase }) => phase)).toEqual(['60', '70', '80']);
    expect(phases[1]!.hours_waited).toBeCloseTo(64 / 60, 3);
  });

  it('allows an attempt of unknown outcome to lack its audit row', () => {
    const spoilt = violationsOf(({ ledger }) => {
      const unknown = { ...ledger[2]!, outcome: 'unknown' as const, read_back: null };
      ledger.splice(2, 0, { ...unknown, sequence: 3 });
      for (const [index, row] of ledger.entries()) row.sequence = index + 1;
    });
    expect(spoilt).toBe('');
  });

  it.each<[string, RegExp, (evidence: ReturnType<typeof faultless>) => void]>([
    [
      'a phase applied twice',
      /Phase 60: sets ad set loser to 80 2 times/,
      ({ audit }) => audit.splice(2, 0, { ...audit[0]!, sequence: 9, before: 80 }),
    ],
    [
      'a second start at phase 60',
      /One write too many/,
      ({ audit }) => audit.push({ ...audit[1]!, sequence: 7, before: 160 }),
    ],
    [
      'a raise before its cut',
      /Write 1 is/,
      ({ audit }) => {
        const [cut, raise] = audit.splice(0, 2);
        audit.unshift(raise!, cut!);
      },
    ],
    ['a total above the base', /above 200/, ({ audit }) => audit.splice(2, 1)],
    [
      'a phase before its wait is over',
      /Phase 70 came after 0\.\d+ h/,
      ({ audit, ledger }) => {
        for (const index of [2, 3]) {
          audit[index]!.at -= 30 * MINUTE;
          const row = ledger[index]!;
          row.at = new Date(Date.parse(row.at) - 30 * MINUTE).toISOString();
          row.settled_at = new Date(Date.parse(row.settled_at!) - 30 * MINUTE).toISOString();
        }
      },
    ],
    ['a write that the ledger lacks', /The ledger lacks audit row 6/, ({ ledger }) => ledger.pop()],
    ['a ledger row without a write', /has no row in the market/, ({ audit }) => audit.pop()],
    [
      'an attempt that stays pending',
      /never settled/,
      ({ ledger }) => {
        Object.assign(ledger[5]!, { outcome: 'pending', settled_at: null });
      },
    ],
    [
      'another end',
      /stands at 60, not at 40/,
      ({ budgets }) => {
        budgets.loser = 60;
      },
    ],
    [
      'another state',
      /is reverted, not verifying/,
      (evidence) => Object.assign(evidence, { state: 'reverted' }),
    ],
  ])('finds %s', (_, message, spoil) => {
    expect(violationsOf(spoil)).toMatch(message);
  });
});
