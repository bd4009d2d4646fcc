/** `rolling_out`: from the first phase to the last, one step at a time. */
import { adSetName } from '../domain/ad-name.js';
import { formatAmount } from '../domain/budget.js';
import { atRisk, atRiskSentence } from '../domain/rollout/at-risk.js';
import { isExhausted, pausedHold } from '../domain/rollout/hold.js';
import { isObstacle, type Outcome } from '../domain/rollout/obstacle.js';
import { type PlannedPhase, writeOrder } from '../domain/rollout/plan.js';
import type { StateReason } from '../domain/state-reason.js';
import { HOUR_MS } from '../domain/time.js';
import { afterRevert, droppedBy } from './drop.js';
import type { Run } from './experiment-run.js';
import { lapsedInFreeze } from './freeze.js';
import { becomeHeld, holdAfter, isFreeze, lapsesAt, withdraw } from './holding.js';
import { type Intent, whoAsked } from './inbox.js';
import { outcomeOf } from './older-answers.js';
import { budgets, closePromotion, enduring, obstacleFrom } from './proxies.js';
import { inWords, isShadow, readBudgets, readBudgetsPartly, readGate, standOf } from './reading.js';

/** Attempts of unknown outcome in one step before the rollout is reverted. */
const UNKNOWN_OUTCOMES = 4;

/** `interrupted`: a control has changed the state meanwhile. */
export type Step = Outcome | { kind: 'interrupted' };

/**
 * `rolling_out`: the next phase at its time, unless someone asks for something else. Driven by the phases on record: a
 * run that replaces a lost one continues from the ledger and never starts again at the first phase.
 */
export async function rollOut(run: Run): Promise<void> {
  const { plan, phasesDone } = run.promotion;
  const index = plan.phases.findIndex((phase) => phasesDone[phase.name] === undefined);
  const phase = plan.phases[index];
  if (!phase) return finishRollout(run);
  const before = plan.phases[index - 1];
  const dueAt = before ? phasesDone[before.name]! + phase.waitHours * HOUR_MS : run.now();

  const intent = await run.next(dueAt, `phase ${phase.name}`);
  if (intent) return actOn(run, intent);
  if (await lapsed(run)) return;
  const step = await applyPhase(run, phase, index === plan.phases.length - 1);
  switch (step.kind) {
    case 'done':
      run.promotion = { ...run.promotion, phasesDone: { ...phasesDone, [phase.name]: step.at } };
      run.experiment.hold = null;
      return run.answerAskers(`${phaseSentence(run, phase)} The next phases follow.`);
    case 'wait':
    case 'person': {
      if (step.code === 'too_old' && (await lapsed(run))) return;
      const hold = holdAfter(run, step, { triesPhase: true });
      const { reason: detail, amounts } = step;
      await becomeHeld(run, { code: 'phase_waits', phase: phase.name, detail, amounts }, hold);
      if (isExhausted(hold)) await retriesExhausted(run, detail);
      return run.answerAskers(run.stateReason);
    }
    case 'back':
      await revertOrWithdraw(run, { code: 'phase_failed', phase: phase.name, detail: step.reason });
      return run.answerAskers(run.stateReason);
    case 'interrupted':
      return;
  }
}

/** Withdraws a decision that has moved no money within a check interval: the next check decides on fresh evidence. */
export async function lapsed(run: Run): Promise<boolean> {
  const at = lapsesAt(run);
  if (at === null || run.now() < at) return false;
  const { winnerVariantId } = run.promotion;
  const drops = droppedBy(run);
  const { hold } = run.experiment;
  if (isFreeze(hold)) return lapsedInFreeze(run, hold, run.promotion);
  const hours = run.experiment.policy.checkEveryHours;
  const before = run.state === 'held' ? run.experiment.reason : undefined;
  if (!(await withdraw(run, { code: 'withdrawn', winnerVariantId, hours, before, drops }))) return false;
  await run.answerAskers(run.stateReason);
  return true;
}

export function retriesExhausted(run: Run, detail: string): Promise<void> {
  return revertOrWithdraw(run, { code: 'retries_exhausted', detail });
}

/** Restores the budgets, or if none was moved the test goes on. */
export async function revertOrWithdraw(run: Run, reason: StateReason): Promise<void> {
  const { winnerVariantId } = run.promotion;
  if (await withdraw(run, { code: 'not_promoted', winnerVariantId, before: reason, drops: droppedBy(run) })) {
    // The decision stands until the next check; it is not tried again at once.
    run.retryAt = run.later(HOUR_MS / 4);
    return;
  }
  await run.become('reverting', { ...reason, restoring: !isShadow(run), ...afterRevert(run) });
}

/**
 * What people may ask for while budgets are being moved; `check` only reports. Whoever waits for a phase that is no
 * longer written gets the new state as the answer.
 */
export async function actOn(run: Run, intent: Intent): Promise<void> {
  const who = whoAsked(intent);
  switch (intent.kind) {
    case 'check':
      return run.answer(intent, `${run.state}: ${run.stateReason}`, run.lastDecision);
    case 'pause':
      await becomeHeld(run, { code: 'paused', ...who }, pausedHold(run.experiment.hold, run.now()));
      await run.answerAskers(run.stateReason);
      return run.answer(intent, 'The rollout is held; the budgets stay where they are.');
    case 'revert':
      return restoreFor(run, intent, { code: 'revert_asked', ...who, ...afterRevert(run) });
    case 'stop':
      if (intent.args.budgets === 'keep') return stopAndKeep(run, intent);
      return restoreFor(run, intent, { code: 'restore_asked', ...who, endsIn: 'stopped' });
  }
}

async function restoreFor(run: Run, intent: Intent, reason: StateReason): Promise<void> {
  await run.become('reverting', reason);
  await run.answerAskers(run.stateReason);
  run.askers.push(intent);
}

/** Ends here with the budgets as they are, once no write of ours can still change them. */
export async function stopAndKeep(run: Run, intent: Intent): Promise<void> {
  const { stand, words } = await settledStand(run);
  await closePromotion(run.experiment.id, 'stopped');
  await run.become('stopped', { code: 'kept', ...whoAsked(intent), ...stand });
  await run.answerAskers(run.stateReason);
  await run.answer(intent, `Stopped. The budgets stay as they are${words}.`);
}

/** The amounts once a write of unknown outcome can no longer take effect; none if Meta doesn't give them. */
export async function settledStand(
  run: Run,
): Promise<{ stand: Pick<StateReason, 'amounts' | 'unreadable'>; words: string }> {
  const unknown = { stand: {}, words: '' };
  if (isShadow(run)) return unknown;
  const openUntil = await enduring(() =>
    budgets.openUntil.executeWithOptions({ summary: 'is a write still on its way' }, [run.experiment.id]),
  );
  if (openUntil !== null) await run.sleepUntil(openUntil, 'a write of unknown outcome');
  const all = await readBudgets(run);
  const reading = isObstacle(all) ? await readBudgetsPartly(run) : all;
  return isObstacle(reading) ? unknown : { stand: standOf(reading), words: `: ${inWords(run, reading)}` };
}

/** Gate, cut, read back, raise, read back. In shadow the gate says what would be written, and nothing is. */
async function applyPhase(run: Run, phase: PlannedPhase, last: boolean): Promise<Step> {
  const step = await gateAndWrite(run, phase);
  if (step.kind !== 'done') return step;
  const request = { experimentId: run.experiment.id, phase: phase.name, readBackAt: step.at, last };
  const at = await enduring(() =>
    budgets.completePhase.executeWithOptions({ summary: `phase ${phase.name} is complete` }, [request]),
  );
  return { kind: 'done', at };
}

async function gateAndWrite(run: Run, phase: PlannedPhase): Promise<Step> {
  try {
    const { outcome, current } = await readGate(run, phase.name, `gate before phase ${phase.name}`);
    if (outcome.kind !== 'done') return outcome;
    let step: Step = { kind: 'done', at: run.now() };
    for (const adSetId of isShadow(run) ? [] : writeOrder(current, phase.targets)) {
      step = await write(run, phase, adSetId);
      if (step.kind !== 'done') break;
    }
    return step;
  } catch (error) {
    // A write that was sent and not answered comes back as an outcome: here nothing is known to have been sent.
    return obstacleFrom(error);
  }
}

/** One ad set to its target. After an unknown outcome: waits longer than it can still take effect, then asks again. */
async function write(run: Run, phase: PlannedPhase, adSetId: string): Promise<Step> {
  const target = phase.targets[adSetId]!;
  const request = { experimentId: run.experiment.id, phase: phase.name, adSetId, target };
  const summary = `ad set ${adSetId} to ${formatAmount(target, run.experiment.currency)}`;
  for (let unknown = 0; ; unknown++) {
    const outcome = outcomeOf(await budgets.writeBudget.executeWithOptions({ summary }, [request]));
    if (outcome.kind !== 'wait' || outcome.code !== 'unknown_outcome') return outcome;
    if (unknown === UNKNOWN_OUTCOMES)
      return {
        kind: 'back',
        reason: `Meta left ${unknown} writes of ${adSetName(run.experiment.variants, adSetId)} without an answer.`,
      };
    const until = run.now() + (outcome.retryAfterMs ?? 0);
    const what = 'a write of unknown outcome';
    for (let intent = await run.next(until, what); intent; intent = await run.next(until, what)) {
      const state = run.state;
      await actOn(run, intent);
      if (run.state !== state) return { kind: 'interrupted' };
    }
  }
}

async function finishRollout(run: Run): Promise<void> {
  const drops = droppedBy(run);
  if (drops !== undefined) {
    const { targets: amounts } = run.promotion.plan.phases.at(-1)!;
    return run.become('running', { code: 'dropped', drops, amounts, shadow: isShadow(run) });
  }
  await run.become('verifying', phaseReason(run, run.promotion.plan.phases.at(-1)!));
}

function phaseReason(run: Run, phase: PlannedPhase): StateReason {
  const { winnerVariantId, plan } = run.promotion;
  const amounts = { [plan.winnerAdSetId]: phase.targets[plan.winnerAdSetId]! };
  const detail = riskSentence(run, phase);
  return { code: 'rolled_out', phase: phase.name, winnerVariantId, amounts, detail, shadow: isShadow(run) };
}

function phaseSentence(run: Run, phase: PlannedPhase): string {
  return run.inWords({ ...phaseReason(run, phase), code: 'phase_done' });
}

function riskSentence(run: Run, phase: PlannedPhase): string {
  const { policy, currency } = run.experiment;
  const { plan, interval = null } = run.promotion;
  const risk = atRisk({ ...plan, targets: phase.targets, interval });
  return atRiskSentence(risk, currency, {
    confidence: policy.confidence,
    objective: policy.objective,
    // Evidence from before there was a choice of rules doesn't say so: it is adjusted.
    adjusted: run.lastDecision?.pairs.every((pair) => pair.evidence.adjusted !== false) ?? true,
  });
}
