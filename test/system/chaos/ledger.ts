import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';
import { disagreements } from '../crash/check.js';
import type { Evidence } from './evidence.js';
import { isOurs } from './history.js';

/** Both sides read the same clock; an instant in JSON is a whole millisecond. */
const TOLERANCE_MS = 1_000;

/**
 * 3. Ledger and audit agree, attempt by attempt. Only an attempt of unknown outcome may lack its audit row. If two
 * attempts ask for the same amount and can't be distinguished, either may be the one that landed.
 */
export function ledgerAgrees({ ledger, audit, raced, lateBoundMs }: Evidence): string[] {
  const inDoubt = ledger.map((row) => asInDoubt(row, lateBoundMs));
  const ours = asRead(audit, raced, ledger).filter(isOurs);
  const found = disagreements(inDoubt, ours);
  return found.length === 0 ? [] : disagreements(swapTwins(inDoubt, ours, lateBoundMs), ours);
}

/** After an edit between a read and the write, the ledger has the amount read, the audit the edit: Meta has no compare-and-set. */
function asRead(
  audit: readonly AuditRow[],
  raced: readonly number[],
  ledger: readonly LedgerRowJson[],
): AuditRow[] {
  const isEntered = (row: AuditRow, before: number) =>
    ledger.some(
      (entry) =>
        entry.ad_set_id === row.adSetId && entry.intended === row.requested && entry.before === before,
    );
  const lastOf = new Map<string, AuditRow>();
  return audit.map((row) => {
    const last = lastOf.get(row.adSetId);
    lastOf.set(row.adSetId, row);
    if (!isOurs(row) || !last || !raced.includes(last.sequence)) return row;
    const read = isEntered(row, row.before) || !isEntered(row, last.before) ? row.before : last.before;
    return { ...row, before: read };
  });
}

/**
 * A request whose answer was given up may still be on its way, so its audit row may be later than its ledger row was
 * settled. The service waits that long from the settling, not from the entry: on a busy machine it gives up long after it.
 */
function asInDoubt(row: LedgerRowJson, lateBoundMs: number): LedgerRowJson {
  if (row.outcome !== 'pending' && row.outcome !== 'unknown') return row;
  const givenUpAt = Date.parse(row.settled_at ?? row.at);
  return { ...row, outcome: 'unknown', settled_at: new Date(givenUpAt + lateBoundMs).toISOString() };
}

/** Swaps an applied attempt that has no audit row with an earlier one of unknown outcome that has one. */
function swapTwins(
  ledger: readonly LedgerRowJson[],
  audit: readonly AuditRow[],
  lateBoundMs: number,
): LedgerRowJson[] {
  const rows = ledger.map((row) => ({ ...row }));
  const arrived = (row: LedgerRowJson) =>
    audit.some(
      (each) =>
        each.adSetId === row.ad_set_id &&
        each.requested === row.intended &&
        each.outcome === 'applied' &&
        each.at >= Date.parse(row.at) - TOLERANCE_MS &&
        each.at <=
          (row.outcome === 'unknown' ? Date.parse(row.settled_at!) : Date.parse(row.at) + lateBoundMs),
    );
  for (const row of rows) {
    if (row.outcome !== 'applied' || arrived(row)) continue;
    const twin = rows.findLast(
      (other) =>
        other.sequence < row.sequence &&
        other.outcome === 'unknown' &&
        other.ad_set_id === row.ad_set_id &&
        other.intended === row.intended &&
        arrived(other),
    );
    if (!twin) continue;
    [twin.outcome, row.outcome] = [row.outcome, twin.outcome];
    [twin.read_back, row.read_back] = [row.read_back, twin.read_back];
  }
  return rows;
}
