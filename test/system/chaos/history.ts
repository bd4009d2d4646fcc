import { reasonSentence } from '../../../src/domain/state-reason.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { Evidence } from './evidence.js';

/** What stood when, by the market's audit. */

export type Amounts = Record<string, number>;

/** A budget that took effect. */
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

/** Budgets in force just before an effect or an arrival. */
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
 * When the service last read an ad set before it entered a phase as complete: the last one written after that write and
 * shortly before the instant on record, the others before that write. A person's change after it could not be seen.
 */
export function lastReadOf(evidence: Evidence, phase: string, adSetId: string): number {
  const { promotion, audit, raceMs, readBackMs } = evidence;
  const done = promotion?.phasesDone[phase];
  if (done === undefined) return Number.POSITIVE_INFINITY;
  const last = audit.findLast((row) => isOurs(row) && row.at <= done);
  if (last === undefined) return done;
  return last.adSetId === adSetId ? Math.max(last.at, done - readBackMs) : last.at - raceMs;
}

/** When, after the last write of ours, every ad set first stood at its base: what a person sets then is theirs. */
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

/** Values of an ad set in force at an instant, or shortly before it. */
export function valuesAround(evidence: Evidence, adSetId: string, at: number): number[] {
  const values = [evidence.initial[adSetId]!];
  for (const effect of effectsOf(evidence)) {
    if (effect.row.adSetId !== adSetId || effect.at > at) continue;
    if (effect.at < at - evidence.raceMs) values.length = 0;
    values.push(effect.row.requested);
  }
  return values;
}

/** What the service says of the run's state, in words. */
export function whyOf({ reason, currency, trouble }: Evidence): string {
  return `${reasonSentence(reason, currency)} ${trouble ?? ''}`.trim();
}
