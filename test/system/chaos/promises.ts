import { HOUR_MS } from '../../../src/domain/time.js';
import type { Evidence } from './evidence.js';
import { describe, effectsOf, isOurs, whyOf } from './history.js';
import { targetsOf } from './targets.js';

/** What the product promises about evidence, dropped variants, the verification and its own downtime. */

/** The truth has turned by a factor of 25: after this time any rule must see it. */
const SEEN_MS = 8 * HOUR_MS;
/** The verification has one gate per day. */
const DAILY_MS = 25 * HOUR_MS;

/** A promotion is opened at once when it is requested, apart from delays of the machine. */
const OPENED_MS = HOUR_MS;

/**
 * Writes of a phase, with when a user requested their promotion and when it began: on a busy machine a promotion is opened
 * long after the request.
 */
function forwardWrites({ audit, promotion, initial, world, overdueMs }: Evidence) {
  const base = promotion?.base ?? initial;
  const openedAt = promotion?.openedAt ?? 0;
  return audit
    .filter((row) => isOurs(row) && row.requested !== base[row.adSetId])
    .map((row) => {
      const askedAt = world.promotionsAsked.findLast((at) => at <= row.at) ?? 0;
      const isItsOpening = openedAt <= row.at && openedAt - askedAt <= OPENED_MS + overdueMs;
      return { row, askedAt, begunAt: isItsOpening ? Math.max(askedAt, openedAt) : askedAt };
    });
}

/** 9. No phase is written long after the winner has become the worst ad. A new promotion has new evidence. */
export function turnedNotRaised(evidence: Evidence): string[] {
  const { turnedAt } = evidence.world;
  if (turnedAt === null) return [];
  return forwardWrites(evidence).flatMap(({ row, begunAt }) => {
    const since = Math.max(turnedAt, begunAt);
    if (row.at < since + SEEN_MS + evidence.overdueMs) return [];
    return [`${describe(row)}, ${hours(row.at - since)} h after the winner's ad had become the worst.`];
  });
}

/** 10. A decision that has moved no money within one check interval is never carried out. */
export function staleNotWritten(evidence: Evidence): string[] {
  const { checkEveryHours, promotedByRule } = evidence.world;
  if (promotedByRule) return [];
  // A write may be under way between the service's last look at the clock and the market.
  const limit = checkEveryHours * HOUR_MS + evidence.raceMs;
  const writes = forwardWrites(evidence);
  return writes.flatMap(({ row, askedAt, begunAt }) => {
    const moved = writes.some(
      (other) =>
        other.askedAt === askedAt && other.row.outcome === 'applied' && other.row.sequence < row.sequence,
    );
    if (moved || row.at - begunAt <= limit) return [];
    return [
      `${describe(row)} is the first write of a promotion that is ${hours(row.at - begunAt)} h old, more than the check interval of ${checkEveryHours} h.`,
    ];
  });
}

/** 11. The ad set of a dropped variant is never raised above its base. */
export function droppedNotPromoted(evidence: Evidence): string[] {
  const base = evidence.promotion?.base ?? evidence.initial;
  return evidence.audit.filter(isOurs).flatMap((row) => {
    const droppedAt = evidence.world.dropped[row.adSetId];
    if (droppedAt === undefined || row.at <= droppedAt || row.requested <= base[row.adSetId]!) return [];
    return [`${describe(row)} raises a variant that was dropped ${hours(row.at - droppedAt)} h before.`];
  });
}

/** 12. If someone changes the split for a day of the verification, it is reported, and the lift is never called verified. */
export function foreignNotVerified(evidence: Evidence): string[] {
  const { promotion, limits, state, stateChangedAt, observedAt, verification, splitsFound } = evidence;
  if (promotion === null || limits.shadow) return [];
  const last = targetsOf({ ...evidence, base: promotion.base }).at(-1);
  const since = last && promotion.phasesDone[last.name];
  if (last === undefined || since === undefined) return [];
  const until = state === 'completed' ? stateChangedAt : state === 'verifying' ? observedAt : since;
  return Object.entries(last.targets).flatMap(([id, target]) => {
    const changes = effectsOf(evidence).filter(
      ({ row }) => row.adSetId === id && row.requested !== row.before,
    );
    return changes.flatMap(({ at, row }, index) => {
      const gone = changes[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      const isForeign = !isOurs(row) && row.requested !== target && at > since;
      if (!isForeign || Math.min(gone, until) - at < DAILY_MS) return [];
      const found = splitsFound.some((gate) => gate.at >= at && gate.budgets[id] !== target);
      return [
        ...(found ? [] : [`No gate found ${describe(row)}, made during the verification.`]),
        ...(verification === 'verified' ? [`The lift is called verified after ${describe(row)}.`] : []),
      ];
    });
  });
}

/** 13. An event that is no reason to give up a promotion, such as the service's downtime, never keeps it from completing. */
export function harmlessCompletes(evidence: Evidence): string[] {
  const { world, state } = evidence;
  if (!world.harmless || state === 'completed') return [];
  return [`It should have completed, but it is ${state}: ${whyOf(evidence)}`];
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(1);
}
