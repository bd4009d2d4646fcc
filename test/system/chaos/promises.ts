import { HOUR_MS } from '../../../src/domain/time.js';
import type { Evidence } from './evidence.js';
import { describe, effectsOf, isOurs, whyOf } from './history.js';
import { targetsOf } from './targets.js';

/** What is promised of evidence, of dropped variants, of the verification and of our own downtime. */

/** The world has turned by a factor of 25: after so long anybody must see it. */
const SEEN_MS = 8 * HOUR_MS;
/** The verification looks once a day. */
const DAILY_MS = 25 * HOUR_MS;

/** A promotion is opened at once when it is asked for, give or take how late the machine may be. */
const OPENED_MS = HOUR_MS;

/**
 * Writes of a phase, when a person had asked for the promotion that they are of, and when it began: on a busy machine a
 * promotion is opened long after it was asked for.
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

/** 9. No phase is written long after the winner has become the worst ad; a new promotion begins with new evidence. */
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
  // Between its last look at the clock and the market a write may be under way.
  const limit = checkEveryHours * HOUR_MS + evidence.raceMs;
  const writes = forwardWrites(evidence);
  return writes.flatMap(({ row, askedAt, begunAt }) => {
    const moved = writes.some(
      (other) =>
        other.askedAt === askedAt && other.row.outcome === 'applied' && other.row.sequence < row.sequence,
    );
    if (moved || row.at - begunAt <= limit) return [];
    return [
      `${describe(row)} is the first of a promotion that is ${hours(row.at - begunAt)} h old, above one check interval, ${checkEveryHours} h.`,
    ];
  });
}

/** 11. The ad set of a dropped variant is never raised above what it had. */
export function droppedNotPromoted(evidence: Evidence): string[] {
  const base = evidence.promotion?.base ?? evidence.initial;
  return evidence.audit.filter(isOurs).flatMap((row) => {
    const droppedAt = evidence.world.dropped[row.adSetId];
    if (droppedAt === undefined || row.at <= droppedAt || row.requested <= base[row.adSetId]!) return [];
    return [`${describe(row)} raises a variant that was dropped ${hours(row.at - droppedAt)} h before.`];
  });
}

/** 12. A split that a person changed for a day of the verification is told, and its lift is never called verified. */
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
        ...(found ? [] : [`No gate has found ${describe(row)}, made in the verification.`]),
        ...(verification === 'verified' ? [`The lift is called verified after ${describe(row)}.`] : []),
      ];
    });
  });
}

/** 13. What is no reason to give a promotion up, such as our own downtime, never keeps a winner from its end. */
export function harmlessCompletes(evidence: Evidence): string[] {
  const { world, state } = evidence;
  if (!world.harmless || state === 'completed') return [];
  return [`Nothing stood against it, and it is ${state}: ${whyOf(evidence)}`];
}

function hours(ms: number): string {
  return (ms / HOUR_MS).toFixed(1);
}
