/**
 * Holds: the rollout stops where it is, until what held it is over or someone acts. What holds it is on record as a
 * {@link Hold}; the amounts stand in the reason, so that nobody has to look them up.
 */
import { decisionLapsesAt } from '../domain/decision/check-grid.js';
import { HOLD_AGAIN_MOST_MS, HOLD_AGAIN_MS, type Hold, nextHold } from '../domain/rollout/hold.js';
import { isObstacle, type Obstacle } from '../domain/rollout/obstacle.js';
import type { StateReason } from '../domain/state-reason.js';
import type { Run } from './experiment-run.js';
import { keepsHolds } from './older-answers.js';
import { enduring, promotions, record } from './proxies.js';
import { adSetsOff, isShadow, readBudgetsPartly, standOf } from './reading.js';

/** Enters `held`; amid a phase with the amounts as they are. */
export async function becomeHeld(run: Run, reason: StateReason, hold: Hold): Promise<void> {
  const { stand, readAt } = await standAmidPhase(run, HOLD_AGAIN_MS);
  await run.become('held', { ...reason, ...stand }, { hold: { ...hold, readAt } });
}

/** The hold after an obstacle. `triesPhase`: the phase was tried, and the budgets were not only read. */
export function holdAfter(run: Run, obstacle: Obstacle, { triesPhase }: { triesPhase: boolean }): Hold {
  const later = (waitMs: number) => run.later(waitMs);
  return nextHold(run.experiment.hold, obstacle, { now: run.now(), later, triesPhase });
}

/** Keeps a hold on record that goes on. */
export async function keepHold(run: Run, hold: Hold): Promise<void> {
  if (keepsHolds())
    await enduring(() =>
      record.keepHold.executeWithOptions({ summary: `held: ${hold.code}` }, [run.experiment.id, hold]),
    );
  run.experiment.hold = hold;
}

/** Reads the amounts again: a write of unknown outcome may have landed, and the reason must stay true. */
export async function updateAmounts(run: Run, hold: Hold): Promise<void> {
  const { reason } = run.experiment;
  const { stand, readAt } = await standAmidPhase(run, HOLD_AGAIN_MOST_MS);
  const now = { ...reason, ...stand };
  if (run.inWords(now) !== run.stateReason) return run.become('held', now, { hold: { ...hold, readAt } });
  await keepHold(run, { ...hold, readAt });
}

/**
 * The amounts, unless every ad set stands as the last whole phase (or the base) has it; null if they can't be read now.
 * `readAt`: when they are worth another reading.
 */
async function standAmidPhase(
  run: Run,
  againMs: number,
): Promise<{ stand: Pick<StateReason, 'amounts' | 'unreadable'> | null; readAt: number | null }> {
  const none = { amounts: undefined, unreadable: undefined };
  if (isShadow(run)) return { stand: none, readAt: null };
  const reading = await readBudgetsPartly(run);
  if (isObstacle(reading)) return { stand: null, readAt: run.later(againMs) };
  const { openUntil, at, unreadable } = reading;
  const mayLand = openUntil !== null && openUntil > at;
  const readAt = mayLand ? openUntil : unreadable.length > 0 ? run.later(againMs) : null;
  const { plan, phasesDone } = run.promotion;
  const whole = plan.phases.findLast((phase) => phasesDone[phase.name] !== undefined)?.targets ?? plan.base;
  const stands = adSetsOff(reading, whole).length === 0;
  return { stand: stands ? none : { ...none, ...standOf(reading) }, readAt };
}

/** {@link decisionLapsesAt}, in a freeze at its end; null once money may have moved. */
export function lapsesAt(run: Run): number | null {
  const { openedAt, phasesDone } = run.promotion;
  if (run.moved || Object.keys(phasesDone).length > 0) return null;
  const { state, policy, hold } = run.experiment;
  const lapses = decisionLapsesAt(openedAt, policy);
  return state === 'held' && isFreeze(hold) ? Math.max(lapses, hold.tryAt ?? 0) : lapses;
}

/** Whether the account's freeze windows hold the rollout. */
export function isFreeze(hold: Hold | null): hold is Hold {
  return hold?.code === 'freeze';
}

/**
 * Withdraws the promotion if it has moved no budget, and the test goes on; false if it has. A test that someone paused
 * stays paused.
 */
export async function withdraw(run: Run, reason: StateReason): Promise<boolean> {
  if (lapsesAt(run) === null) return false;
  const withdrawn = await enduring(() =>
    promotions.withdrawPromotion.executeWithOptions({ summary: 'no budget was moved: the test goes on' }, [
      run.experiment.id,
    ]),
  );
  if (!withdrawn) {
    run.moved = true;
    return false;
  }
  const paused = run.experiment.hold?.code === 'person';
  await run.become(paused ? 'paused' : 'running', reason);
  run.forgetPromotion();
  return true;
}
