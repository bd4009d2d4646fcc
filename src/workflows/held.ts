/** `held`: waits until what holds the rollout is over, or someone resumes, reverts or stops it. */
import { GATE_AGAIN_MS, HOLD_AGAIN_MS, isExhausted } from '../domain/rollout/hold.js';
import { isObstacle } from '../domain/rollout/obstacle.js';
import { standInWords } from '../domain/state-reason.js';
import type { Run } from './experiment-run.js';
import { endFreeze, freezeLookAt } from './freeze.js';
import { holdAfter, isFreeze, keepHold, lapsesAt, updateAmounts } from './holding.js';
import { type Intent, whoAsked } from './inbox.js';
import { enduring, obstacleFrom, promotions } from './proxies.js';
import { isShadow, readBudgets, readGate } from './reading.js';
import { actOn, lapsed, retriesExhausted, revertOrWithdraw } from './rollout.js';

/** `held`: until someone resumes it, or what held it is over. */
export async function waitWhileHeld(run: Run): Promise<void> {
  const held = run.hold;
  const tryAt = held.endsItself ? (held.tryAt ?? run.later(HOLD_AGAIN_MS)) : held.readAt;
  const wakeAt = Math.min(...[tryAt, held.gateAt, lapsesAt(run)].filter((at) => at !== null));
  const intent = isFreeze(held)
    ? await run.next(freezeLookAt(run, held, wakeAt), 'the end of the freeze', tryAt)
    : await run.next(wakeAt, 'trying again');
  if (intent?.kind === 'resume') return resume(run, intent);
  if (intent) return actOn(run, intent);
  if (await lapsed(run)) return;
  if (run.now() >= held.gateAt) {
    await gateWhileHeld(run);
    if (run.state !== 'held' || held.endsItself) return;
  }
  if (!held.endsItself) return updateAmounts(run, run.hold);
  if (isFreeze(held)) return endFreeze(run, held);
  const reading = await readBudgets(run);
  if (!isObstacle(reading)) return run.become('rolling_out', { code: 'hold_over' }, { hold: run.hold });
  const again = holdAfter(run, reading, { triesPhase: false });
  await keepHold(run, again);
  if (isExhausted(again)) return retriesExhausted(run, reading.reason);
  await run.report(`Still held: ${reading.reason}`);
}

/** Once per day: the evidence may have turned while the rollout waited for someone, or for Meta. */
async function gateWhileHeld(run: Run): Promise<void> {
  await keepHold(run, { ...run.hold, gateAt: run.later(GATE_AGAIN_MS) });
  try {
    const { outcome } = await readGate(run, 'held', 'gate of a held day');
    run.clearTrouble();
    if (outcome.kind === 'back') await revertOrWithdraw(run, { code: 'gate', detail: outcome.reason });
  } catch (error) {
    await run.report(`The gate of the day could not be read: ${obstacleFrom(error).reason}`);
  }
}

/** Refused while someone else's value stands: the rollout would overwrite it. */
async function resume(run: Run, intent: Intent): Promise<void> {
  const reading = await readBudgets(run);
  if (isObstacle(reading)) return run.refuse(intent, `Meta must be asked first: ${reading.reason}`);
  if (reading.unexpected.length > 0 && !isShadow(run)) {
    const amounts = Object.fromEntries(reading.unexpected.map((id) => [id, reading.current[id]!]));
    return run.refuse(
      intent,
      `Someone else's budget still stands: ${standInWords({ amounts }, run.experiment.currency, run.experiment.variants)}. Set it back and resume, or stop with budgets: keep. A revert restores the other budgets and leaves this one to you: resolve ends that.`,
    );
  }
  if (reading.killSwitch) return run.refuse(intent, reading.killSwitch);
  if (reading.freeze && isFreeze(run.hold))
    return run.refuse(intent, `${reading.freeze} It ends by itself, or when an admin removes its windows.`);
  if (run.hold.code === 'at_risk') {
    await enduring(() =>
      promotions.acceptRisk.executeWithOptions({ summary: 'the amount at risk is accepted' }, [
        run.experiment.id,
      ]),
    );
  }
  // What the freeze outlasted is looked at again, as at its end.
  const kept = isFreeze(run.hold) ? { hold: run.hold } : {};
  await run.become('rolling_out', { code: 'resumed', ...whoAsked(intent) }, kept);
  const { freeze } = reading;
  await run.answer(intent, freeze ? `The next phase waits. ${freeze}` : 'The rollout goes on.');
}
