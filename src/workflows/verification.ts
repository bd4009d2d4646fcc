import type { VerificationLook } from '../contract/activities.js';
import { isObstacle, type Obstacle } from '../domain/rollout/obstacle.js';
import { HOUR_MS, instant } from '../domain/time.js';
import { nextVerificationAt, verificationWindow } from '../domain/verification/window.js';
import type { Run } from './experiment-run.js';
import type { Intent } from './inbox.js';
import { enduring, observations, obstacleFrom, verifications } from './proxies.js';
import { readGate } from './reading.js';
import { actOn, revertOrWithdraw } from './rollout.js';

/** If Meta didn't answer, the daily look comes again after this, or later if Meta asks for it. It isn't urgent. */
const LOOK_AGAIN_MS = HOUR_MS;
/** How long past the end of the window Meta may give no answer before the verification ends without it. */
const SILENCE_MS = 24 * HOUR_MS;

/**
 * `verifying`: once per day the winner is checked for harm, and at the end of its window the lift is judged. On harm the
 * budgets are restored; any other outcome leaves them, and the state's reason says what it was.
 */
export async function verifyLift(run: Run): Promise<void> {
  const window = verificationWindow(run.experiment.policy, run.promotion.phasesDone);
  run.verifiedUntil ??= run.now();
  const dueAt = nextVerificationAt(window, run.verifiedUntil, run.now());
  const wakeAt = Math.max(dueAt, run.retryAt ?? 0);
  const intent = await run.next(wakeAt, 'verification of the lift');
  if (intent?.kind === 'check') return reportLift(run, intent);
  if (intent) return actOn(run, intent);
  // The service may have been down itself: only time that it has seen counts as Meta's silence.
  if (run.silentSince !== null) run.silentSince += Math.max(0, run.now() - wakeAt);
  // After a downtime, a later look may be due than the one that it waited for.
  return onceADay(run, nextVerificationAt(window, run.verifiedUntil, run.now()), window.judgedAt);
}

/**
 * The steps of a day; each may end the verification. If one can't be read, the whole day is tried again. On the last day
 * the gate comes first: the outcome depends on the split that it finds.
 */
async function onceADay(run: Run, dueAt: number, judgedAt: number): Promise<void> {
  const steps = [() => lookOfTheDay(run, dueAt), () => gate(run)];
  for (const step of dueAt < judgedAt ? steps : steps.reverse()) {
    const obstacle = await step();
    if (run.state !== 'verifying') return;
    if (obstacle) return tryAgain(run, obstacle, judgedAt);
  }
  run.verifiedUntil = dueAt;
  run.retryAt = null;
  run.silentSince = null;
}

async function lookOfTheDay(run: Run, dueAt: number): Promise<Obstacle | null> {
  const look = await lookAtLift(run, dueAt);
  if (isObstacle(look)) return look;
  await conclude(run, look);
  return null;
}

/** Whether ads, ad sets, budgets and account are as they were. Harm reverts the rollout; anything else is reported. */
async function gate(run: Run): Promise<Obstacle | null> {
  try {
    const { outcome } = await readGate(run, 'verification', 'gate of the day');
    if (outcome.kind === 'done') run.clearTrouble();
    else if (outcome.kind === 'back') await revertOrWithdraw(run, { code: 'gate', detail: outcome.reason });
    else await run.report(`While the lift is verified: ${outcome.reason}`);
    return null;
  } catch (error) {
    return obstacleFrom(error);
  }
}

/** Fresh data, then whether the lift holds. */
async function lookAtLift(run: Run, dueAt: number): Promise<VerificationLook | Obstacle> {
  const request = { experimentId: run.experiment.id, dueAt };
  try {
    await observations.ingest.executeWithOptions({ summary: `performance up to ${instant(dueAt)}` }, [
      { experimentId: run.experiment.id, until: dueAt },
    ]);
    return await verifications.checkVerification.executeWithOptions({ summary: 'does the lift hold' }, [
      request,
    ]);
  } catch (error) {
    return obstacleFrom(error);
  }
}

/** Enters the next state if there is an outcome. */
async function conclude(run: Run, { outcome, message }: VerificationLook): Promise<void> {
  if (outcome === 'reverted') return run.become('reverting', { code: 'verification', detail: message });
  if (outcome !== null) return run.become('completed', { code: 'verification', detail: message });
}

/** Meta gives no answer: tries again later, but not for ever. */
async function tryAgain(run: Run, obstacle: Obstacle, judgedAt: number): Promise<void> {
  run.silentSince ??= run.now();
  if (run.now() >= Math.max(judgedAt, run.silentSince) + SILENCE_MS) {
    const request = { experimentId: run.experiment.id, dueAt: judgedAt, trouble: obstacle.reason };
    const look = await enduring(() =>
      verifications.giveUpVerification.executeWithOptions({ summary: 'the window could not be read' }, [
        request,
      ]),
    );
    return conclude(run, look);
  }
  run.retryAt = run.later(Math.max(obstacle.retryAfterMs ?? 0, LOOK_AGAIN_MS));
  await run.report(`The lift can't be verified now: ${obstacle.reason} It is tried again.`);
}

/** A check that a user asked for: how the lift stands. Harm is acted on whenever it is seen, so here too. */
async function reportLift(run: Run, intent: Intent): Promise<void> {
  const look = await lookAtLift(run, run.now());
  if (isObstacle(look)) {
    const message = `${run.stateReason} Fresh data could not be had: ${look.reason}`;
    return run.answer(intent, message, run.lastDecision);
  }
  await conclude(run, look);
  await run.answer(intent, look.message, run.lastDecision);
}
