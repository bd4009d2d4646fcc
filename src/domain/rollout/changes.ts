/** Who changed an ad set's budget, and when: the ledger's attempts beside Meta's activity log. Pure. */

import { HOUR_MS } from '../time.js';
import { type AttemptOutcome, mayHaveReached } from './ownership.js';

/** The parts of a ledger row that tell whether a budget was changed. */
interface Attempt {
  adSetId: string;
  before: number;
  intended: number;
  outcome: AttemptOutcome;
  at: number;
  settledAt: number | null;
}

/** An entry of Meta's activity log. */
interface LoggedChange {
  at: number;
  /** Minor units; null where the log doesn't tell. */
  after: number | null;
}

/** The log knows whole seconds, by a clock of its own. */
const LOG_SLACK_MS = HOUR_MS / 30;

/**
 * Our own attempts that changed an ad set's budget. One of unknown outcome counts unless the value stood as before it
 * when the next attempt was made, or stands so now, once it can no longer take effect. In ledger order.
 */
export function ownChanges<A extends Attempt>(attempts: readonly A[], adSetId: string, current: number): A[] {
  const own = attempts.filter((attempt) => attempt.adSetId === adSetId && mayHaveReached(attempt));
  return own.filter(
    ({ outcome, before }, index) => outcome === 'applied' || (own[index + 1]?.before ?? current) !== before,
  );
}

/** When an attempt changed a budget, as far as we know; epoch ms. */
export function changedAt({ at, settledAt }: Pick<Attempt, 'at' | 'settledAt'>): number {
  return settledAt ?? at;
}

/**
 * The log's entries of one ad set that are none of ours. An entry is ours where an attempt at the same amount (or, where
 * the log tells none, any) was under way; one of unknown outcome may land late.
 */
export function othersChanges<L extends LoggedChange>(
  own: readonly Omit<Attempt, 'adSetId' | 'before'>[],
  logged: readonly L[],
): L[] {
  const left = own.filter(mayHaveReached);
  return logged.filter(({ at, after }) => {
    const mine = left.findIndex(
      (attempt) =>
        (after ?? attempt.intended) === attempt.intended &&
        at >= attempt.at - LOG_SLACK_MS &&
        (attempt.outcome !== 'applied' || at <= changedAt(attempt) + LOG_SLACK_MS),
    );
    if (mine >= 0) left.splice(mine, 1);
    return mine < 0;
  });
}
