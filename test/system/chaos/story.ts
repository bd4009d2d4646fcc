import { formatAmount } from '../../../src/domain/budget.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from '../../../src/tools/demo/api.js';
import type { StoryLine } from './evidence.js';

/** A run's story in order, with hours after the promotion. */
export function storyLines(story: readonly StoryLine[], promotedAt: number): string[] {
  return story.map(({ at, what }) => `${((at - promotedAt) / HOUR_MS).toFixed(4).padStart(9)} h  ${what}`);
}

/** One line per write that the market saw. */
export function writeLines(audit: readonly AuditRow[], currency: string): StoryLine[] {
  const say = (amount: number) => formatAmount(amount, currency);
  return audit.map((row) => ({
    at: row.at,
    what: `market: ad set ${row.adSetId} ${say(row.before)} -> ${say(row.requested)} by ${row.actor}: ${row.outcome}${
      row.appliedAt !== null && row.appliedAt > row.at
        ? `, in force ${Math.round((row.appliedAt - row.at) / 60_000)} min later`
        : ''
    }${row.code === null ? '' : ` (code ${row.code}/${row.subcode ?? '-'})`}${row.fault === null ? '' : ` [${row.fault}]`}`,
  }));
}

/** One line per attempt in the service's ledger. */
export function attemptLines(ledger: readonly LedgerRowJson[], currency: string): StoryLine[] {
  const say = (amount: number) => formatAmount(amount, currency);
  return ledger.map((row) => {
    const at = Date.parse(row.at);
    const settled =
      row.settled_at === null
        ? ''
        : `, settled ${((Date.parse(row.settled_at) - at) / HOUR_MS).toFixed(4)} h later`;
    return {
      at,
      what: `ledger row ${row.sequence} (${row.phase}): ad set ${row.ad_set_id} ${say(row.before)} -> ${say(row.intended)}: ${row.outcome}${settled}${row.error === null ? '' : ` (${row.error})`}`,
    };
  });
}
