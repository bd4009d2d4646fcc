import { patched } from '@temporalio/workflow';
import type { VerificationLook } from '../activities/verification.js';
import { HOUR_MS } from '../domain/experiment.js';
import { nextVerificationAt, verificationWindow } from '../domain/verification-window.js';
import type { Intent } from './inbox.js';
import { enduring, observations, promotions, type Trouble, troubleOf, verifications } from './proxies.js';
import { goBack } from './reading.js';
import { actOn } from './rollout.js';
import type { Run } from './run.js';
import { instant } from './visibility.js';

/** Meta didn't answer: the daily look comes again after this, or later where Meta says so. It doesn't press. */
const LOOK_AGAIN_MS = HOUR_MS;
/** How long past the window's judgement Meta may be silent before the verification ends without it. */
const SILENCE_MS = 24 * HOUR_MS;

/**
 * `verifying`: the winner is looked at once a day, for harm alone, and at the end of its window for good. Harm takes
 * the budgets back; every other outcome leaves them, and a person reads it in the state's reason.
 */
export async function verify(run: Run): Promise<void> {
  // Runs recorded before there was a verification only wait.
  if (!patched('verification')) return waitOut(run);
  const window = verificationWindow(run.experiment.policy, run.promotion.phasesDone);
  run.verifiedUntil ??= run.now();
  const dueAt = nextVerificationAt(window, run.verifiedUntil, run.now());
  const intent = await run.next(Math.max(dueAt, run.retryAt ?? 0), 'verification of the lift');
  if (intent?.kind === 'check') return tell(run, intent);
  if (intent) return actOn(run, intent);
  // After a downtime a later look is due than the one that was waited for.
  return onceADay(run, nextVerificationAt(window, run.verifiedUntil, run.now()), window.judgedAt);
}

/** The steps of a day, each of which may end the verification. */
async function onceADay(run: Run, dueAt: number, judgedAt: number): Promise<void> {
  const look = await lookAtLift(run, dueAt);
  if ('trouble' in look) return tryAgain(run, look.trouble, judgedAt);
  run.verifiedUntil = dueAt;
  run.retryAt = null;
  run.trouble = null;
  await conclude(run, look);
  if (run.state === 'verifying') await gate(run);
}

/** Whether ads, ad sets and account are as they were: what leads back takes the budgets back, the rest is told. */
async function gate(run: Run): Promise<void> {
  const { id } = run.experiment;
  try {
    const { against, leadsTo } = await promotions.gate.executeWithOptions({ summary: 'gate of the day' }, [
      { experimentId: id, phase: 'verification' },
    ]);
    const reason = against.join(' ');
    if (leadsTo === 'revert') return run.become('reverting', `${reason}${goBack(run)}`);
    if (reason !== '') await run.report(`While the lift is verified: ${reason}`);
  } catch (error) {
    await run.report(`The gate of the day could not be read: ${troubleOf(error).message}`);
  }
}

/** Fresh data, then what it says of the lift. */
async function lookAtLift(run: Run, dueAt: number): Promise<VerificationLook | { trouble: Trouble }> {
  const request = { experimentId: run.experiment.id, dueAt };
  try {
    await observations.ingest.executeWithOptions({ summary: `performance up to ${instant(dueAt)}` }, [
      { experimentId: run.experiment.id, until: dueAt },
    ]);
    return await verifications.checkVerification.executeWithOptions({ summary: 'does the lift hold' }, [
      request,
    ]);
  } catch (error) {
    return { trouble: troubleOf(error) };
  }
}

/** The next state, where there is an outcome. */
async function conclude(run: Run, { outcome, message }: VerificationLook): Promise<void> {
  if (outcome === 'reverted') return run.become('reverting', message);
  if (outcome !== null) return run.become('completed', message);
}

/** Meta is silent: later again, but not for ever. */
async function tryAgain(run: Run, trouble: Trouble, judgedAt: number): Promise<void> {
  if (run.now() >= judgedAt + SILENCE_MS) {
    const request = { experimentId: run.experiment.id, dueAt: judgedAt, trouble: trouble.message };
    const look = await enduring(() =>
      verifications.giveUpVerification.executeWithOptions({ summary: 'the window could not be read' }, [
        request,
      ]),
    );
    return conclude(run, look);
  }
  run.retryAt = run.later(Math.max(trouble.retryAfterMs ?? 0, LOOK_AGAIN_MS));
  await run.report(`The lift can't be verified now: ${trouble.message} It is tried again.`);
}

/** A check by hand: where the lift stands. Harm may be seen at any time, so it is acted on here too. */
async function tell(run: Run, intent: Intent): Promise<void> {
  const look = await lookAtLift(run, run.now());
  if ('trouble' in look) {
    const { trouble } = look;
    const message = `${run.experiment.stateReason} Fresh data could not be had: ${trouble.message}`;
    return run.answer(intent, message, run.lastDecision);
  }
  await conclude(run, look);
  await run.answer(intent, look.message, run.lastDecision);
}

async function waitOut(run: Run): Promise<void> {
  const { until } = verificationWindow(run.experiment.policy, run.promotion.phasesDone);
  const intent = await run.next(until, 'the verification window ends');
  if (intent) return actOn(run, intent);
  await run.become(
    'completed',
    `The verification window ended ${instant(until)}; the winner keeps its budget.`,
  );
}
