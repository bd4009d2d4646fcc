/**
 * What a freeze does to a rollout: it waits for the end, which may move, and its decision outlasts the freeze. If the decision
 * is too old by then, fresh data is looked at before any budget moves.
 */
import type { Promotion } from '../contract/records.js';
import { worstInterval } from '../domain/decision/pairs.js';
import { HOLD_AGAIN_MOST_MS, type Hold } from '../domain/rollout/hold.js';
import { HOUR_MS } from '../domain/time.js';
import { droppedBy } from './drop.js';
import type { Run } from './experiment-run.js';
import { withdraw } from './holding.js';
import { enduring, record } from './proxies.js';
import { promote, RULE, standingNow } from './running.js';

/** When the windows are looked at again: they may be changed meanwhile. A freeze whose end has passed is over in a moment. */
export function freezeLookAt(run: Run, { tryAt }: Hold, wakeAt: number): number {
  return (tryAt ?? 0) <= run.now() ? run.later(0) : Math.min(wakeAt, run.later(HOLD_AGAIN_MOST_MS));
}

/** Goes on unless the account's windows still freeze it; if the end has moved, the hold and its reason say so. */
export async function endFreeze(run: Run, held: Hold): Promise<void> {
  const freeze = await enduring(() =>
    record.freezeNow.executeWithOptions({ summary: 'is the account still frozen' }, []),
  );
  // The gate reads everything again: what it finds is a hold of its own.
  if (freeze === null) return run.become('rolling_out', { code: 'hold_over' }, { hold: held });
  const { reason } = run.experiment;
  if (freeze.until === held.tryAt && freeze.sentence === reason.detail) return;
  await run.become(
    'held',
    { ...reason, detail: freeze.sentence },
    { hold: { ...held, tryAt: freeze.until } },
  );
}

/** The freeze is over, and the decision is too old: the next check is due at once. What someone asked for is tried again. */
export async function lapsedInFreeze(run: Run, promotion: Promotion): Promise<boolean> {
  const { winnerVariantId, openedAt } = promotion;
  const hours = Math.floor((run.now() - openedAt) / HOUR_MS);
  const drops = droppedBy(run);
  if (!(await withdraw(run, { code: 'freeze_over', winnerVariantId, hours, drops }))) return false;
  await run.answerAskers(run.stateReason);
  if (drops === undefined) await promoteAgain(run, promotion);
  return true;
}

/**
 * A promotion that someone asked for outlasts a freeze: it is opened again if its winner still leads on fresh data and
 * isn't worse. One by the rule is left to the next check.
 */
async function promoteAgain(run: Run, asked: Promotion): Promise<void> {
  const { winnerVariantId, lookNumber, confidence, forced, by, reason } = asked;
  if (by === RULE || run.state !== 'running') return;
  const standing = await standingNow(run);
  if (typeof standing === 'string') return run.report(standing);
  const { leaderVariantId, harm } = standing;
  if (leaderVariantId !== winnerVariantId || harm.length > 0) {
    const against = harm.length > 0 ? harm.join(' ') : `${leaderVariantId ?? 'no ad'} leads now.`;
    return run.report(`${winnerVariantId} is not promoted after the freeze: ${against}`);
  }
  const interval = worstInterval(run.lastDecision?.pairs ?? [], winnerVariantId);
  const { metrics, theta, se } = standing;
  const grounds = {
    winnerVariantId,
    lookNumber,
    confidence,
    metrics,
    theta,
    se,
    forced,
    by,
    reason,
    interval,
  };
  await promote(run, grounds, null);
}
