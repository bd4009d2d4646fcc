import type { VerificationLook } from '../contract/activities.js';
import { isObstacle, type Obstacle } from '../domain/rollout/obstacle.js';
import { HOUR_MS, instant } from '../domain/time.js';
import { nextVerificationAt, verificationWindow } from '../domain/verification/window.js';
import type { Run } from './experiment-run.js';
import type { Intent } from './inbox.js';
import { enduring, observations, obstacleFrom, promotions, verifications } from './proxies.js';
import { isShadow } from './reading.js';
import { actOn } from './rollout.js';

/** Meta didn't answer: the daily look comes again after this, or later where Meta says so. It doesn't press. */
const LOOK_AGAIN_MS = HOUR_MS;
/** How long past the window's judgement Meta may be silent before the verification ends without it. */
const SILENCE_MS = 24 * HOUR_MS;

/**
 * `verifying`: the winner is looked at once a day, for harm alone, and at the end of its window for good. Harm takes
 * the budgets back; every other outcome leaves them, and a person reads it in the state's reason.
 */
export async function verify(run: Run): Promise<void> {
  const window = verificationWindow(run.experiment.policy, run.promotion.phasesDone);
  run.verifiedUntil ??= run.now();
  const dueAt = nextVerificationAt(window, run.verifiedUntil, run.now());
  const wakeAt = Math.max(dueAt, run.retryAt ?? 0);
  const intent = await run.next(wakeAt, 'verification of the lift');
  if (intent?.kind === 'check') return tell(run, intent);
  if (intent) return actOn(run, intent);
  // The service may have been down itself: only what it has seen counts as silence of Meta.
  if (run.silentSince !== null) run.silentSince += Math.max(0, run.now() - wakeAt);
  // After a downtime a later look is due than the one that was waited for.
  return onceADay(run, nextVerificationAt(window, run.verifiedUntil, run.now()), window.judgedAt);
}

/**
 * The steps of a day, each of which may end the verification. A day of which one could not be read is tried again as a
 * whole. On the last day the gate comes first: the outcome depends on the split that it finds.
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

/** Whether ads, ad sets, budgets and account are as they were: what leads back reverts the rollout, the rest is reported. */
async function gate(run: Run): Promise<Obstacle | null> {
  const { id } = run.experiment;
  try {
    const { outcome } = await promotions.gate.executeWithOptions({ summary: 'gate of the day' }, [
      { experimentId: id, phase: 'verification' },
    ]);
    if (outcome.kind === 'done') run.trouble = null;
    else if (outcome.kind === 'back')
      await run.become('reverting', { code: 'gate', detail: outcome.reason, restoring: !isShadow(run) });
    else await run.report(`While the lift is verified: ${outcome.reason}`);
    return null;
  } catch (error) {
    return obstacleFrom(error);
  }
}

/** Fresh data, then what it says of the lift. */
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

/** The next state, where there is an outcome. */
async function conclude(run: Run, { outcome, message }: VerificationLook): Promise<void> {
  if (outcome === 'reverted') return run.become('reverting', { code: 'verification', detail: message });
  if (outcome !== null) return run.become('completed', { code: 'verification', detail: message });
}

/** Meta is silent: later again, but not for ever. */
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

/** A check by hand: where the lift stands. Harm may be seen at any time, so it is acted on here too. */
async function tell(run: Run, intent: Intent): Promise<void> {
  const look = await lookAtLift(run, run.now());
  if (isObstacle(look)) {
    const message = `${run.stateReason} Fresh data could not be had: ${look.reason}`;
    return run.answer(intent, message, run.lastDecision);
  }
  await conclude(run, look);
  await run.answer(intent, look.message, run.lastDecision);
}
