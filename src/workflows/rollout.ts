import type { GateAnswer } from '../contract/activities.js';
import { formatAmount } from '../domain/budget.js';
import { atRisk, atRiskSentence } from '../domain/rollout/at-risk.js';
import { type PlannedPhase, writeOrder } from '../domain/rollout/plan.js';
import { HOUR_MS } from '../domain/time.js';
import type { Run } from './experiment-run.js';
import {
  becomeHeld,
  GATE_AGAIN_MS,
  HOLD_AGAIN_MS,
  isExhausted,
  lapsesAt,
  sayAmountsAgain,
  tryHoldAgain,
  withdraw,
} from './holding.js';
import type { Intent } from './inbox.js';
import { budgets, closePromotion, enduring, promotions, type Trouble, troubleOf } from './proxies.js';
import { amounts, goBack, isShadow, readBudgets, readBudgetsPartly, standing } from './reading.js';

/** Attempts of unknown outcome in one step before the rollout goes back. */
const UNKNOWN_OUTCOMES = 4;
/** Causes of a hold that ends by itself, as soon as Meta answers again; the gate is evaluated anew before a write. */
const SELF_ENDING = ['auth', 'rate', 'not_yet', 'transient', 'envelope', 'hour_limit', 'too_old'];

/** How a step of the rollout went. `interrupted`: an intent has changed the state. */
type Step =
  | { kind: 'done'; at: number }
  | { kind: 'hold'; code: string; reason: string; retryAfterMs?: number | null }
  | { kind: 'back'; reason: string }
  | { kind: 'interrupted' };

/**
 * `rolling_out`: the next phase at its time, or what a person asks for. Driven by the phases on record, so a
 * run that was lost goes on where the ledger stands and never starts again at the first phase.
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
      run.holds = null;
      run.gateAgainAt = null;
      return run.answerAskers(`${phaseSentence(run, phase)} The next phases follow.`);
    case 'hold':
      if (step.code === 'too_old' && (await lapsed(run))) return;
      await becomeHeld(run, `Phase ${phase.name} waits: ${step.reason}`, step.code);
      tryHoldAgain(run, step.code, step.retryAfterMs ?? null, { count: true });
      if (isExhausted(run)) await retriesExhausted(run, step.reason);
      return run.answerAskers(run.experiment.stateReason);
    case 'back':
      await back(run, `Phase ${phase.name} failed: ${step.reason}`);
      return run.answerAskers(run.experiment.stateReason);
    case 'interrupted':
      return;
  }
}

/** `held`: until a person resumes it, or what held it is over. */
export async function hold(run: Run): Promise<void> {
  const stateCode = run.experiment.stateCode ?? '';
  const endsItself = SELF_ENDING.includes(stateCode);
  run.gateAgainAt ??= run.later(GATE_AGAIN_MS);
  const tryAt = endsItself ? (run.retryAt ?? run.later(HOLD_AGAIN_MS)) : run.amountsAgainAt;
  const wakeAt = Math.min(...[tryAt, run.gateAgainAt, lapsesAt(run)].filter((at) => at !== null));
  const intent = await run.next(wakeAt, 'trying again');
  if (intent?.kind === 'resume') return resume(run, intent);
  if (intent) return actOn(run, intent);
  if (await lapsed(run)) return;
  if (run.now() >= run.gateAgainAt) {
    await gateWhileHeld(run);
    if (run.state !== 'held' || endsItself) return;
  }
  if (!endsItself) return sayAmountsAgain(run);
  const reading = await readBudgets(run);
  if (!('trouble' in reading)) {
    return run.become('rolling_out', 'What held the rollout is over; it goes on.');
  }
  tryHoldAgain(run, stateCode, reading.trouble.retryAfterMs, { count: false });
  if (isExhausted(run)) return retriesExhausted(run, reading.trouble.message);
  await run.report(`Still held: ${reading.trouble.message}`);
}

/** A decision that has moved no money within a check interval is withdrawn: the next check decides on fresh evidence. */
async function lapsed(run: Run): Promise<boolean> {
  const at = lapsesAt(run);
  if (at === null || run.now() < at) return false;
  const { winnerVariantId } = run.promotion;
  const hours = run.experiment.policy.checkEveryHours;
  const held = run.state === 'held' ? `${run.experiment.stateReason} ` : '';
  const reason = `${held}The promotion of ${winnerVariantId} is withdrawn: its decision is ${hours} h old.`;
  if (!(await withdraw(run, reason))) return false;
  await run.answerAskers(run.experiment.stateReason);
  return true;
}

/** Once a day: what was decided may have turned while a person, or Meta, was waited for. */
async function gateWhileHeld(run: Run): Promise<void> {
  run.gateAgainAt = run.later(GATE_AGAIN_MS);
  try {
    const { against, leadsTo } = await promotions.gate.executeWithOptions({ summary: 'gate of a held day' }, [
      { experimentId: run.experiment.id, phase: 'held' },
    ]);
    run.trouble = null;
    if (leadsTo === 'revert') await back(run, against.join(' '));
  } catch (error) {
    await run.report(`The gate of the day could not be read: ${troubleOf(error).message}`);
  }
}

function retriesExhausted(run: Run, why: string): Promise<void> {
  return back(run, `Retries are exhausted: ${why}`);
}

/** The way back, or if no budget was moved the test goes on. */
async function back(run: Run, why: string): Promise<void> {
  if (await withdraw(run, `${run.promotion.winnerVariantId} is not promoted: ${why}`)) {
    // The decision stands until the next check; it is not tried again at once.
    run.retryAt = run.later(HOUR_MS / 4);
    return;
  }
  await run.become('reverting', `${why}${goBack(run)}`);
}

/** Refused while a value stands that is a person's: going on would overwrite it. */
async function resume(run: Run, intent: Intent): Promise<void> {
  const reading = await readBudgets(run);
  if ('trouble' in reading) return run.refuse(intent, `Meta must be asked first: ${reading.trouble.message}`);
  if (reading.unexpected.length > 0 && !isShadow(run)) {
    return run.refuse(
      intent,
      `Someone else's budget still stands: ${amounts(run, reading.current, reading.unexpected)}. Set it back and resume, or stop with budgets: keep. A revert brings back the others and leaves this one to you: resolve ends that.`,
    );
  }
  if (reading.killSwitch) return run.refuse(intent, reading.killSwitch);
  if (run.experiment.stateCode === 'at_risk') {
    await enduring(() =>
      promotions.acceptRisk.executeWithOptions({ summary: 'the amount at risk is accepted' }, [
        run.experiment.id,
      ]),
    );
  }
  run.holds = null;
  run.gateAgainAt = null;
  await run.become('rolling_out', `Resumed by ${intent.args.by}: ${intent.args.reason}`);
  await run.answer(intent, 'The rollout goes on.');
}

/**
 * What a person may ask for while budgets are on the move; `check` only tells. Whoever waits for a phase that this keeps
 * from being written is told so.
 */
export async function actOn(run: Run, intent: Intent): Promise<void> {
  const who = `${intent.args.by}: ${intent.args.reason}`;
  switch (intent.kind) {
    case 'check':
      return run.answer(intent, `${run.state}: ${run.experiment.stateReason}`, run.lastDecision);
    case 'pause':
      await becomeHeld(run, `Paused by ${who}`, 'person');
      await run.answerAskers(run.experiment.stateReason);
      return run.answer(intent, 'The rollout is held; the budgets stay where they are.');
    case 'revert':
      await run.become('reverting', `Reverted by ${who}`);
      await run.answerAskers(run.experiment.stateReason);
      run.askers.push(intent);
      return;
    case 'stop':
      if (intent.args.budgets === 'keep') return stopAndKeep(run, intent);
      await run.become('reverting', `Stopped with restore by ${who}`, { code: STOP });
      await run.answerAskers(run.experiment.stateReason);
      run.askers.push(intent);
      return;
  }
}

/** `stateCode` of a way back that ends in `stopped`. */
export const STOP = 'stop';

/** Ends here with the budgets as they are, once no write of ours can still change them. */
export async function stopAndKeep(run: Run, intent: Intent): Promise<void> {
  const stand = await settledAmounts(run);
  await closePromotion(run.experiment.id, 'stopped');
  await run.become(
    'stopped',
    `Stopped by ${intent.args.by}: ${intent.args.reason}. The budgets stay as they are${stand}.`,
  );
  await run.answerAskers(run.experiment.stateReason);
  await run.answer(intent, `Stopped. The budgets stay as they are${stand}.`);
}

/** The amounts in words, once a write of unknown outcome can no longer take effect; empty where Meta doesn't tell. */
export async function settledAmounts(run: Run): Promise<string> {
  if (isShadow(run)) return '';
  const openUntil = await enduring(() =>
    budgets.openUntil.executeWithOptions({ summary: 'is a write still on its way' }, [run.experiment.id]),
  );
  if (openUntil !== null) await run.pause(openUntil, 'a write of unknown outcome');
  const all = await readBudgets(run);
  const reading = 'trouble' in all ? await readBudgetsPartly(run) : all;
  return 'trouble' in reading ? '' : `: ${standing(run, reading)}`;
}

/** Gate, cut, read back, raise, read back. In shadow the gate says what would be written, and nothing is. */
async function applyPhase(run: Run, phase: PlannedPhase, last: boolean): Promise<Step> {
  const { id } = run.experiment;
  let gate: GateAnswer;
  try {
    gate = await promotions.gate.executeWithOptions({ summary: `gate before phase ${phase.name}` }, [
      { experimentId: id, phase: phase.name },
    ]);
  } catch (error) {
    return holdFor(troubleOf(error));
  }
  const { against, current, code, leadsTo, retryAfterMs = null } = gate;
  const reason = against.join(' ');
  if (leadsTo === 'revert') return { kind: 'back', reason };
  if (against.length > 0) return { kind: 'hold', code: code ?? 'gate', reason, retryAfterMs };

  let readBackAt = run.now();
  const written = isShadow(run) ? [] : writeOrder(current, phase.targets);
  for (const adSetId of written) {
    const step = await write(run, phase, adSetId);
    if (step.kind !== 'done') return step;
    readBackAt = step.at;
  }
  const request = { experimentId: id, phase: phase.name, readBackAt, last };
  const at = await enduring(() =>
    budgets.completePhase.executeWithOptions({ summary: `phase ${phase.name} is complete` }, [request]),
  );
  return { kind: 'done', at };
}

/** One ad set to its target. After an unknown outcome: wait longer than it can still take effect, then ask again. */
async function write(run: Run, phase: PlannedPhase, adSetId: string): Promise<Step> {
  const target = phase.targets[adSetId]!;
  for (let unknown = 0; ; unknown++) {
    try {
      const request = { experimentId: run.experiment.id, phase: phase.name, adSetId, target };
      const summary = `ad set ${adSetId} to ${formatAmount(target, run.experiment.currency)}`;
      const outcome = await budgets.writeBudget.executeWithOptions({ summary }, [request]);
      switch (outcome.kind) {
        case 'applied':
          return { kind: 'done', at: outcome.at };
        case 'refused':
          return { kind: 'back', reason: outcome.reason };
        case 'foreign':
        case 'unsafe':
          return { kind: 'hold', code: outcome.kind, reason: outcome.reason };
        case 'held':
          return {
            kind: 'hold',
            code: outcome.code,
            reason: outcome.reason,
            retryAfterMs: outcome.retryAfterMs,
          };
        case 'blocked':
          return {
            kind: 'hold',
            code: outcome.cause,
            reason: outcome.reason,
            retryAfterMs: outcome.retryAfterMs,
          };
        case 'unknown': {
          if (unknown === UNKNOWN_OUTCOMES) {
            return {
              kind: 'back',
              reason: `Meta left ${unknown} writes of ad set ${adSetId} without an answer.`,
            };
          }
          const until = run.now() + outcome.waitMs;
          for (
            let intent = await run.next(until, 'a write of unknown outcome');
            intent;
            intent = await run.next(until, 'a write of unknown outcome')
          ) {
            const state = run.state;
            await actOn(run, intent);
            if (run.state !== state) return { kind: 'interrupted' };
          }
        }
      }
    } catch (error) {
      // What was sent and not answered comes back as an outcome: here nothing is known to have been sent.
      return holdFor(troubleOf(error));
    }
  }
}

/** Trouble before anything of this step was sent. What Meta refuses to tell is no refusal of a write: nothing goes back. */
function holdFor({ kind, message, retryAfterMs }: Trouble): Step {
  return { kind: 'hold', code: kind, reason: message, retryAfterMs };
}

async function finishRollout(run: Run): Promise<void> {
  const last = run.promotion.plan.phases.at(-1)!;
  const watched = isShadow(run) ? '' : ' The lift is watched on the live control.';
  await run.become('verifying', `${phaseSentence(run, last)}${watched}`);
}

function phaseSentence(run: Run, phase: PlannedPhase): string {
  const { winnerVariantId, plan } = run.promotion;
  const now = amounts(run, phase.targets, [plan.winnerAdSetId]);
  const risk = riskSentence(run, phase);
  return isShadow(run)
    ? `Shadow: phase ${phase.name} of ${winnerVariantId} would have set ${now}; nothing is written. ${risk}`
    : `Phase ${phase.name} of ${winnerVariantId} is read back: ${now}. ${risk}`;
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
