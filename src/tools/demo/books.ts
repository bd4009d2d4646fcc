/**
 * Do the books agree? The ledger is what the service says it wrote, the audit is what the market saw. They are compared
 * row by row: ad set, amount before, amount asked for, outcome, order, instant. And no write may have raised the total
 * of a test above what it was.
 */

import { HOUR_MS } from '../../domain/time.js';
import type { AuditRow } from '../../sandbox/meta-simulator/index.js';
import type { LedgerRowJson } from './api.js';

/** What the service says of one experiment's budgets. */
export interface Book {
  experimentId: string;
  ledger: readonly LedgerRowJson[];
  /** The market's amounts by ad set id. */
  budgets: Record<string, { before: number; now: number }>;
}

/** Both sides read the same clock, but not at the same instant; instants in JSON are whole milliseconds. */
const TOLERANCE_MS = HOUR_MS / 60;
const REVERT = 'revert';

/** A ledger row and the audit row that confirms it; null for an attempt of unknown outcome that never arrived. */
export interface Matched {
  row: LedgerRowJson;
  audit: AuditRow | null;
}

/** One sentence per disagreement; empty if the books agree. An audit row of an unknown ad set is a disagreement too. */
export function auditBooks(books: readonly Book[], audit: readonly AuditRow[]): string[] {
  const known = new Set(books.flatMap((book) => Object.keys(book.budgets)));
  const strays = audit
    .filter((row) => !known.has(row.adSetId))
    .map((row) => `The market saw a write to an ad set that is in no test: ${describe(row)}.`);
  return [...strays, ...books.flatMap((book) => compare(book, audit).problems)];
}

/** Compares the ledger with the audit. */
export function compare(
  { experimentId, ledger, budgets }: Book,
  audit: readonly AuditRow[],
): { matched: Matched[]; problems: string[] } {
  const seen = audit.filter((row) => row.adSetId in budgets);
  const problems: string[] = [];
  const matched: Matched[] = [];
  let next = 0;
  for (const row of [...ledger].sort((x, y) => x.sequence - y.sequence)) {
    if (row.outcome === 'not_sent') {
      matched.push({ row, audit: null });
      continue;
    }
    const candidate = seen[next];
    const differences = candidate === undefined ? ['the market has no such write'] : differ(row, candidate);
    if (differences.length > 0 && row.outcome === 'unknown') {
      matched.push({ row, audit: null });
      continue;
    }
    next++;
    matched.push({ row, audit: candidate ?? null });
    if (differences.length > 0) {
      const other = candidate === undefined ? '' : `; the market says ${describe(candidate)}`;
      problems.push(
        `${experimentId}, ledger row ${row.sequence} (phase ${row.phase}, ad set ${row.ad_set_id}, ${row.before} -> ${row.intended}, ${row.outcome}): ${differences.join(', ')}${other}.`,
      );
    }
  }
  for (const row of seen.slice(next)) {
    problems.push(`${experimentId}: the market saw a write that the ledger lacks: ${describe(row)}.`);
  }
  problems.push(...overspent(experimentId, budgets, seen));
  for (const [adSetId, { before, now }] of Object.entries(budgets)) {
    const last = ledger.findLast((row) => row.ad_set_id === adSetId && row.outcome === 'applied');
    const expected = last?.read_back ?? before;
    if (now !== expected) {
      problems.push(`${experimentId}: ad set ${adSetId} stands at ${now}, the ledger says ${expected}.`);
    }
  }
  return { matched, problems };
}

function overspent(experimentId: string, budgets: Book['budgets'], seen: readonly AuditRow[]): string[] {
  const amounts = new Map(Object.entries(budgets).map(([adSetId, { before }]) => [adSetId, before]));
  const total = () => [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  const base = total();
  return seen.flatMap((row) => {
    if (row.outcome !== 'applied') return [];
    amounts.set(row.adSetId, row.requested);
    return total() > base
      ? [`${experimentId}: a write made the total ${total()}, above ${base}: ${describe(row)}.`]
      : [];
  });
}

function differ(row: LedgerRowJson, audit: AuditRow): string[] {
  const from = Date.parse(row.at) - TOLERANCE_MS;
  const to = (row.settled_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.settled_at)) + TOLERANCE_MS;
  const applied = audit.outcome === 'applied';
  return [
    ...(row.ad_set_id === audit.adSetId ? [] : ['another ad set']),
    ...(row.before === audit.before ? [] : ['another amount before']),
    ...(row.intended === audit.requested ? [] : ['another amount asked for']),
    ...(row.outcome === 'unknown' || (row.outcome === 'applied') === applied ? [] : ['another outcome']),
    ...(row.outcome === 'applied' && row.read_back !== audit.requested ? ['another amount read back'] : []),
    ...(audit.at >= from && audit.at <= to ? [] : ['another instant']),
    ...(audit.actor === 'api' ? [] : ['written by someone else']),
  ];
}

/** Timing of a phase as the market saw it, in hours. */
export interface PhaseTiming {
  experimentId: string;
  phase: string;
  /** From the first write of the rollout to the read-back of this phase's last write. */
  standsAt: number;
  /** How much later than planned that is; the plan counts from the first write. */
  late: number;
  /** From the read-back of the previous phase to this phase's first write, minus the planned wait. */
  slack: number;
}

/** Timing of every phase that was reached. `waits`: planned hours after the previous phase, by name, in order. */
export function phaseTimings(
  book: Book,
  audit: readonly AuditRow[],
  waits: readonly { name: string; waitHours: number }[],
): PhaseTiming[] {
  const matched = compare(book, audit).matched.filter(
    (pair): pair is { row: LedgerRowJson; audit: AuditRow } =>
      pair.audit !== null && pair.row.outcome === 'applied' && pair.row.phase !== REVERT,
  );
  const start = matched[0]?.audit.at;
  if (start === undefined) return [];
  const timings: PhaseTiming[] = [];
  let planned = 0;
  let before: number | null = null;
  for (const { name, waitHours } of waits) {
    planned += waitHours;
    const rows = matched.filter(({ row }) => row.phase === name);
    const complete = rows.length === Object.keys(book.budgets).length;
    if (!complete) break;
    const first = Math.min(...rows.map((pair) => pair.audit.at));
    const readBack = Math.max(...rows.map(({ row }) => Date.parse(row.settled_at ?? row.at)));
    timings.push({
      experimentId: book.experimentId,
      phase: name,
      standsAt: (readBack - start) / HOUR_MS,
      late: (readBack - start) / HOUR_MS - planned,
      slack: before === null ? 0 : (first - before) / HOUR_MS - waitHours,
    });
    before = readBack;
  }
  return timings;
}

function describe(row: AuditRow): string {
  const { sequence, adSetId, before, requested, outcome, actor, at } = row;
  return `audit row ${sequence} (ad set ${adSetId}, ${before} -> ${requested}, ${outcome}, by ${actor}, ${new Date(at).toISOString()})`;
}
