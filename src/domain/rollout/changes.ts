/** Who changed an ad set's budget, and when: compares the ledger's attempts with Meta's activity log. Pure. */

import { HOUR_MS } from '../time.js';
import { type AttemptOutcome, mayHaveReached } from './ownership.js';

/** The parts of a ledger row that show whether a budget was changed. */
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
  /** Minor units; null if the log doesn't say. */
  after: number | null;
}

/** The log has whole seconds, by Meta's own clock. */
const LOG_SLACK_MS = HOUR_MS / 30;

/**
 * Our own attempts that changed an ad set's budget, in ledger order. An attempt of unknown outcome counts, unless the
 * value from before it was found again at the next attempt or, after the last attempt, is the current value.
 */
export function ownChanges<A extends Attempt>(attempts: readonly A[], adSetId: string, current: number): A[] {
  const own = attempts.filter((attempt) => attempt.adSetId === adSetId && mayHaveReached(attempt));
  return own.filter(
    ({ outcome, before }, index) => outcome === 'applied' || (own[index + 1]?.before ?? current) !== before,
  );
}

/** When an attempt changed a budget, as far as is known; epoch ms. */
export function changedAt({ at, settledAt }: Pick<Attempt, 'at' | 'settledAt'>): number {
  return settledAt ?? at;
}

/**
 * The log's entries of one ad set that are not ours. An entry is ours if an attempt at the same amount was under way, or
 * at any amount if the log gives none. An attempt of unknown outcome may take effect late.
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
