import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import type { Evidence } from './evidence.js';
import { type Amounts, describe, isOurs } from './history.js';

/** Limits of the account, whatever happens to a run. */

export const NO_LIMITS: Evidence['limits'] = { killSwitch: [], beyondEnvelope: [], shadow: false };

/** The kill switch holds every rollout within this time. */
const HELD_WITHIN_MS = HOUR_MS / 60;

/** Minor units per major unit. A second table, independent of the service's own. */
const MINOR_UNITS: Record<string, number> = { USD: 100, JPY: 1 };

export function minorUnitsOf(currency: string): number {
  const units = MINOR_UNITS[currency];
  if (units === undefined) throw new RangeError(`no run is in ${currency}`);
  return units;
}

/** The date of an instant in a time zone. */
function dateIn(timezone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone });
  return (at) => format.format(at);
}

/** 8. No phase is written while the kill switch is engaged or beyond the envelope of the day, and nothing in shadow. */
export function limitsKept({ audit, promotion, limits }: Evidence): string[] {
  const ours = audit.filter(isOurs);
  if (limits.shadow) return ours.map((row) => `Written in shadow: ${describe(row)}.`);
  const forward = ours.filter((row) => row.requested !== promotion?.base[row.adSetId]);
  return forward.flatMap((row) => {
    const killed = limits.killSwitch.some(({ from, to }) => row.at > from + HELD_WITHIN_MS && row.at < to);
    return [
      ...(killed ? [`While the kill switch is engaged: ${describe(row)}.`] : []),
      ...(limits.beyondEnvelope.includes(row.sequence) ? [`Beyond the envelope: ${describe(row)}.`] : []),
    ];
  });
}

/**
 * Sequences of the service's raises beyond `envelope` (major units) on their day of the account. Restoring a base is no
 * raise. Two writes of one step count once: the first may take effect after the second was sent.
 */
export function raisesBeyond(
  audit: readonly AuditRow[],
  envelope: number | null,
  { currency, timezone }: { currency: string; timezone: string },
  bases: Amounts,
): number[] {
  if (envelope === null) return [];
  const limit = envelope * minorUnitsOf(currency);
  const dateOf = dateIn(timezone);
  const moved = new Map<string, number>();
  const steps = new Map<string, number>();
  return audit.flatMap((row) => {
    const raise = row.requested - row.before;
    if (!isOurs(row) || row.outcome !== 'applied' || raise <= 0 || row.requested === bases[row.adSetId])
      return [];
    const day = dateOf(row.at);
    const step = [day, row.adSetId, row.requested].join('/');
    const more = Math.max(0, raise - (steps.get(step) ?? 0));
    steps.set(step, Math.max(raise, steps.get(step) ?? 0));
    const sum = (moved.get(day) ?? 0) + more;
    moved.set(day, sum);
    return sum > limit ? [row.sequence] : [];
  });
}
