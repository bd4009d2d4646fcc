/**
 * What a freeze does to a rollout: it waits for the end, which may move, and its decision outlasts the freeze. If the decision
 * is too old by then, fresh data is looked at before any budget moves.
 */
import type { Standing } from '../contract/activities.js';
import type { Promotion } from '../contract/records.js';
import { worstInterval } from '../domain/decision/pairs.js';
import { HOLD_AGAIN_MOST_MS, type Hold } from '../domain/rollout/hold.js';
import { HOUR_MS } from '../domain/time.js';
import { droppedBy } from './drop.js';
import type { Run } from './experiment-run.js';
import { withdraw } from './holding.js';
import { enduring, record } from './proxies.js';
import { CHECK_AGAIN_MS, promote, RULE, standingNow } from './running.js';

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

/**
 * The freeze is over, and the decision is too old: the next check is due at once. A promotion that someone asked for is opened
 * again if its winner still leads on fresh data and isn't worse; until those can be had, it stays held.
 */
export async function lapsedInFreeze(run: Run, hold: Hold, promotion: Promotion): Promise<boolean> {
  const { winnerVariantId, openedAt, by } = promotion;
  const hours = Math.floor((run.now() - openedAt) / HOUR_MS);
  const drops = droppedBy(run);
  const standing = by === RULE || drops !== undefined ? null : await standingNow(run);
  if (typeof standing === 'string') {
    const [first] = promotion.plan.phases;
    const reason = { code: 'phase_waits', phase: first!.name, detail: standing } as const;
    await run.become('held', reason, { hold: { ...hold, tryAt: run.later(CHECK_AGAIN_MS) } });
    return true;
  }
  if (!(await withdraw(run, { code: 'freeze_over', winnerVariantId, hours, drops }))) return false;
  await run.answerAskers(run.stateReason);
  if (standing !== null) await promoteAgain(run, promotion, standing);
  return true;
}

async function promoteAgain(run: Run, asked: Promotion, standing: Standing): Promise<void> {
  if (run.state !== 'running') return;
  const { winnerVariantId, lookNumber, confidence, forced, by, reason } = asked;
  const { leaderVariantId, harm, metrics, theta, se } = standing;
  if (leaderVariantId !== winnerVariantId || harm.length > 0) {
    const against = harm.length > 0 ? harm.join(' ') : `${leaderVariantId ?? 'no ad'} leads now.`;
    return run.report(`${winnerVariantId} is not promoted after the freeze: ${against}`);
  }
  const interval = worstInterval(run.lastDecision?.pairs ?? [], winnerVariantId);
  const evidence = { lookNumber, confidence, metrics, theta, se, interval };
  await promote(run, { winnerVariantId, ...evidence, forced, by, reason }, null);
}
