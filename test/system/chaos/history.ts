import { reasonSentence } from '../../../src/domain/state-reason.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { Evidence } from './evidence.js';

/** The budgets at any instant, by the market's audit. */

export type Amounts = Record<string, number>;

/** A change of a budget that took effect. */
export interface Effect {
  at: number;
  row: AuditRow;
}

export function effectsOf({ audit }: Evidence): Effect[] {
  return audit
    .filter((row) => row.outcome === 'applied')
    .map((row) => ({ at: row.appliedAt ?? row.at, row }))
    .sort((x, y) => x.at - y.at || x.row.sequence - y.row.sequence);
}

/** Budgets just before an effect or an arrival. */
export function amountsBefore(evidence: Evidence, at: number, sequence: number): Amounts {
  const amounts = { ...evidence.initial };
  for (const effect of effectsOf(evidence)) {
    if (effect.at > at || (effect.at === at && effect.row.sequence >= sequence)) break;
    amounts[effect.row.adSetId] = effect.row.requested;
  }
  return amounts;
}

export function totalOf(amounts: Amounts): number {
  return Object.values(amounts).reduce((sum, amount) => sum + amount, 0);
}

export const isOurs = (row: AuditRow) => row.actor === 'api';
export const isLate = ({ lateBoundMs }: Evidence, { at, row }: Effect) => at - row.at > lateBoundMs;
export const describe = ({ sequence, adSetId, before, requested, outcome, actor }: AuditRow) =>
  `audit row ${sequence} (ad set ${adSetId}, ${before} -> ${requested}, ${outcome}, by ${actor})`;

export function lastEdit({ audit }: Evidence, at: number, adSetId?: string): AuditRow | undefined {
  return audit.findLast(
    (row) => !isOurs(row) && row.at <= at && (adSetId === undefined || row.adSetId === adSetId),
  );
}

/**
 * When the service last read an ad set before it recorded a phase as complete: for the last one written, after that write
 * and shortly before the recorded instant; for the others, before that write. It could not see a later change by others.
 */
export function lastReadOf(evidence: Evidence, phase: string, adSetId: string): number {
  const { promotion, audit, raceMs, readBackMs } = evidence;
  const done = promotion?.phasesDone[phase];
  if (done === undefined) return Number.POSITIVE_INFINITY;
  const last = audit.findLast((row) => isOurs(row) && row.at <= done);
  if (last === undefined) return done;
  return last.adSetId === adSetId ? Math.max(last.at, done - readBackMs) : last.at - raceMs;
}

/** When every ad set first had its base again after our last write: any later change is someone else's. */
export function baseReachedAt(evidence: Evidence, base: Amounts): number {
  const effects = effectsOf(evidence);
  const from = effects.findLast(({ row }) => isOurs(row))?.at ?? evidence.promotion?.openedAt ?? 0;
  const stood = { ...evidence.initial };
  const isBase = () => Object.entries(base).every(([id, amount]) => stood[id] === amount);
  let since = 0;
  for (const { at, row } of effects) {
    if (at > from && isBase()) break;
    stood[row.adSetId] = row.requested;
    since = at;
  }
  return isBase() ? Math.max(from, since) : Number.POSITIVE_INFINITY;
}

/** Values of an ad set at an instant or shortly before it. */
export function valuesAround(evidence: Evidence, adSetId: string, at: number): number[] {
  const values = [evidence.initial[adSetId]!];
  for (const effect of effectsOf(evidence)) {
    if (effect.row.adSetId !== adSetId || effect.at > at) continue;
    if (effect.at < at - evidence.raceMs) values.length = 0;
    values.push(effect.row.requested);
  }
  return values;
}

/** The service's sentence on the run's state. */
export function whyOf({ reason, currency, trouble }: Evidence): string {
  return `${reasonSentence(reason, currency, [])} ${trouble ?? ''}`.trim();
}
