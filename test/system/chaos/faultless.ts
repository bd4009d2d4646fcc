import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';
import { THREE_PHASES } from '../../support/phases.js';
import type { Evidence } from './evidence.js';

export const START = Date.UTC(2026, 10, 23);
export const MINUTE = HOUR_MS / 60;

/** Phase or `revert`, ad set, amount before, amount after, minutes after the start. */
export type Step = readonly [string, 'winner' | 'loser', number, number, number];

const ROLLOUT: readonly Step[] = [
  ['60', 'loser', 20_000, 16_000, 0],
  ['60', 'winner', 20_000, 24_000, 1],
  ['70', 'loser', 16_000, 12_000, 62],
  ['70', 'winner', 24_000, 28_000, 63],
  ['80', 'loser', 12_000, 8_000, 184],
  ['80', 'winner', 28_000, 32_000, 185],
];
const REVERTED: readonly Step[] = [
  ['60', 'loser', 20_000, 16_000, 0],
  ['60', 'winner', 20_000, 24_000, 1],
  ['revert', 'winner', 24_000, 20_000, 30],
  ['revert', 'loser', 16_000, 20_000, 31],
];

function evidenceOf(steps: readonly Step[], phasesDone: Record<string, number>): Evidence {
  return {
    currency: 'USD',
    state: 'completed',
    reason: { code: 'verification', detail: 'The verification window ended.' },
    hold: null,
    stateChangedAt: START + 30 * HOUR_MS,
    trouble: null,
    nextDueAt: null,
    running: false,
    initial: { loser: 20_000, winner: 20_000 },
    winnerAdSetId: 'winner',
    promotion: {
      base: { loser: 20_000, winner: 20_000 },
      openedAt: START - MINUTE,
      targets: {
        '60': { winner: 24_000, loser: 16_000 },
        '70': { winner: 28_000, loser: 12_000 },
        '80': { winner: 32_000, loser: 8_000 },
      },
      phasesDone,
    },
    phases: THREE_PHASES,
    budgets: Object.fromEntries(steps.map(([, adSetId, , after]) => [adSetId, after])),
    campaignBudget: false,
    world: {
      harmless: false,
      promotionsAsked: [START - MINUTE],
      promotedByRule: false,
      checkEveryHours: 6,
      turnedAt: null,
      dropped: {},
    },
    splitsFound: [],
    verification: 'verified',
    ledger: steps.map(ledgerRow),
    audit: steps.map(auditRowOf),
    raced: [],
    raceMs: MINUTE / 6,
    readBackMs: 0,
    overdueMs: MINUTE,
    lateBoundMs: 5 * MINUTE,
    limits: { killSwitch: [], beyondEnvelope: [], shadow: false },
    observedAt: START + 32 * HOUR_MS,
  };
}

/** The row of the ledger that an applied step leaves. */
export function ledgerRow([phase, ad_set_id, before, intended, minute]: Step, index: number): LedgerRowJson {
  return {
    sequence: index + 1,
    ad_set_id,
    phase,
    before,
    intended,
    read_back: intended,
    outcome: 'applied',
    error: null,
    at: new Date(START + minute * MINUTE - 100).toISOString(),
    settled_at: new Date(START + minute * MINUTE + 100).toISOString(),
    compensates: null,
    error_kind: null,
    at_risk_cents: null,
  };
}

/** The row of the market's audit that an applied step leaves. */
export function auditRowOf([, adSetId, before, requested, minute]: Step, index: number): AuditRow {
  return auditRow({ sequence: index + 1, adSetId, before, requested, at: START + minute * MINUTE });
}

export function auditRow(
  row: Partial<AuditRow> & Pick<AuditRow, 'adSetId' | 'before' | 'requested' | 'at'>,
): AuditRow {
  return {
    sequence: 1,
    actor: 'api',
    outcome: 'applied',
    appliedAt: row.at,
    code: null,
    subcode: null,
    fault: null,
    ...row,
  };
}

/** A rollout without a fault, for tests to break. */
export function completed(): Evidence {
  const phasesDone = {
    '60': START + MINUTE + 100,
    '70': START + 63 * MINUTE + 100,
    '80': START + 185 * MINUTE + 100,
  };
  return evidenceOf(ROLLOUT, phasesDone);
}

/** A rollout that was reverted from its first phase. */
export function reverted(): Evidence {
  return {
    ...evidenceOf(REVERTED, { '60': START + MINUTE + 100 }),
    state: 'reverted',
    reason: { code: 'restored' },
    stateChangedAt: START + 95 * MINUTE,
  };
}

/** Inserts someone else's change of a budget into the audit at its instant. */
export function edit(evidence: Evidence, adSetId: string, requested: number, minute: number): AuditRow {
  const at = START + minute * MINUTE;
  const before =
    evidence.audit.findLast((row) => row.adSetId === adSetId && row.at <= at)?.requested ?? 20_000;
  const row = auditRow({ adSetId, before, requested, at, actor: 'person' });
  evidence.audit.push(row);
  evidence.audit.sort((x, y) => x.at - y.at);
  for (const [index, each] of evidence.audit.entries()) each.sequence = index + 1;
  return row;
}
