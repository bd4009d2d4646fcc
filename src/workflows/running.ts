import type { PromotionGrounds, Standing } from '../contract/activities.js';
import { decisionLapsesAt, nextCheckAt } from '../domain/decision/check-grid.js';
import type { Decision } from '../domain/decision/decision.js';
import { needsApproval } from '../domain/decision/guardrail-approval.js';
import { worstInterval } from '../domain/decision/pairs.js';
import { declarationSentence } from '../domain/earlier-delivery.js';
import { participants, undroppable } from '../domain/experiment.js';
import { horizonAt } from '../domain/extension.js';
import type { StateReason } from '../domain/state-reason.js';
import { HOUR_MS, instant } from '../domain/time.js';
import { dropBeaten, droppedBy, endDrop, stoppedSentence } from './drop.js';
import type { Run } from './experiment-run.js';
import { extendHorizon } from './extend.js';
import { type Intent, whoAsked } from './inbox.js';
import { evidenceNow, looks, observations, obstacleFrom, promotions } from './proxies.js';
import { showNextCheck } from './visibility.js';

/** If Meta didn't answer and gives no hint, the check comes again after this. */
export const CHECK_AGAIN_MS = HOUR_MS / 4;

/** Who promotes if no user does. */
export const RULE = 'rule';

/** How long past the horizon a promotion is tried that the last look decided. */
const PAST_HORIZON_MS = 72 * HOUR_MS;

/** `running`: waits for the next check or a control, then acts. */
export async function runTest(run: Run): Promise<void> {
  const dropped = droppedBy(run);
  if (dropped !== undefined) return endDrop(run, dropped);
  const dueAt = checkDueAt(run);
  const decided = undeliveredPromotion(run);
  showNextCheck(dueAt ?? run.now());
  const wakeAt = decided === null ? dueAt : Math.min(dueAt ?? Number.POSITIVE_INFINITY, run.now());
  const intent = await run.next(Math.max(wakeAt ?? run.now(), run.retryAt ?? 0), 'next check');
  switch (intent?.kind) {
    case undefined:
      if (decided !== null && (dueAt === null || run.now() < dueAt))
        return promote(run, groundsOf(decided), null);
      return check(run, null, checkDueAt(run) ?? horizonOf(run));
    case 'check':
      return check(run, intent, run.now());
    case 'promote':
      return forcePromotion(run, intent);
    case 'drop':
      return drop(run, intent);
    case 'extend':
      return extendHorizon(run, intent);
    case 'pause':
      await run.become('paused', { code: 'paused', ...whoAsked(intent) });
      return run.answer(intent, 'Checks and promotion are paused; the ads go on.');
    case 'stop':
      await run.become('stopped', { code: 'stopped', ...whoAsked(intent) });
      return run.answer(intent, stoppedSentence(run));
  }
}

/** `paused`: until someone resumes it; only then is the horizon judged. */
export async function waitWhilePaused(run: Run): Promise<void> {
  const intent = await run.next(null, 'someone resumes it');
  if (intent?.kind === 'resume') {
    await run.become('running', { code: 'resumed', ...whoAsked(intent) });
    return run.answer(intent, 'Checks go on.');
  }
  if (intent?.kind === 'extend') return extendHorizon(run, intent);
  if (intent?.kind === 'stop') {
    await run.become('stopped', { code: 'stopped', ...whoAsked(intent) });
    return run.answer(intent, stoppedSentence(run));
  }
}

/** `awaiting_approval`: for the policy's hours, even past the horizon; then it lapses. */
export async function awaitApproval(run: Run): Promise<void> {
  const { policy, stateChangedAt } = run.experiment;
  const intent = await run.next(stateChangedAt + policy.approvalHours * HOUR_MS, 'the approval lapses');
  switch (intent?.kind) {
    case undefined:
      return run.become('running', { code: 'approval_lapsed', hours: policy.approvalHours });
    case 'approve':
      return approve(run, intent);
    case 'promote':
      return forcePromotion(run, intent);
    case 'pause':
      await run.become('paused', { code: 'paused', ...whoAsked(intent) });
      return run.answer(intent, 'Paused; the approval is no longer asked for.');
    case 'stop':
      await run.become('stopped', { code: 'stopped', ...whoAsked(intent) });
      return run.answer(intent, stoppedSentence(run));
  }
}

function horizonOf(run: Run): number {
  return horizonAt(run.experiment);
}

/** The next check on the grid, which is also its cut-off; null after the check at the horizon. */
function checkDueAt(run: Run): number | null {
  const { id: experimentId, startedAt, policy } = run.experiment;
  if (run.lastCheckAt !== null && run.lastCheckAt >= horizonOf(run)) return null;
  const { checkEveryHours, horizonHours } = policy;
  return nextCheckAt({ experimentId, startedAt, checkEveryHours, horizonHours }, run.lastCheckAt, run.now());
}

/**
 * The last look's verdict to promote, if it has not been carried out yet. It holds for one check interval, since the next
 * check decides anew. No check follows the last look, so its verdict is tried longer; harm since then speaks against it.
 */
function undeliveredPromotion(run: Run): Decision | null {
  const { experiment, lastDecision: decision } = run;
  const { policy } = experiment;
  if (decision?.verdict !== 'promote' || needsApproval(decision, policy)) return null;
  if (!participants(experiment, run.now()).some(({ id }) => id === decision.winnerVariantId)) return null;
  const { reason, stateChangedAt } = experiment;
  const isLast = decision.dueAt >= horizonOf(run);
  // A freeze may outlast it, and no look can follow the last one.
  const triedSince = reason.code === 'freeze_over' ? stateChangedAt : decision.dueAt;
  const freshUntil = isLast ? triedSince + PAST_HORIZON_MS : decisionLapsesAt(decision.dueAt, policy);
  return run.now() < freshUntil ? decision : null;
}

/** One check: ingest, look, decide. */
async function check(run: Run, asker: Intent | null, dueAt: number): Promise<void> {
  const decision = await look(run, dueAt, asker);
  if (decision === null) {
    if (asker) await run.refuse(asker, run.trouble ?? 'The check failed.');
    return;
  }
  const [reason = ''] = decision.reasons;
  switch (decision.verdict) {
    case 'promote':
      if (needsApproval(decision, run.experiment.policy)) {
        await run.become('awaiting_approval', { code: 'approval_asked', detail: reason });
        break;
      }
      return promote(run, groundsOf(decision), asker);
    case 'held':
      await run.report(reason);
      break;
    case 'no_winner':
      await run.become('no_winner', { code: 'no_winner', detail: reason });
      break;
  }
  if (asker) await run.answer(asker, decision.reasons.join(' '), decision);
  if (decision.verdict === 'continue_testing') await dropBeaten(run, decision);
}

/** Fresh data, then the next look. Null if Meta or the statistics failed: nothing is decided, and the check comes again. */
async function look(run: Run, dueAt: number, asker: Intent | null): Promise<Decision | null> {
  const { id: experimentId } = run.experiment;
  const askedBy = asker?.args.by ?? 'schedule';
  try {
    await observations.ingest.executeWithOptions({ summary: `performance up to ${instant(dueAt)}` }, [
      { experimentId, until: dueAt },
    ]);
    const lookNumber = (run.lastDecision?.lookNumber ?? 0) + 1;
    const decision = await looks.look.executeWithOptions({ summary: `look ${lookNumber}` }, [
      { experimentId, lookNumber, dueAt, askedBy },
    ]);
    run.lastDecision = decision;
    run.retryAt = null;
    run.clearTrouble();
    if (asker === null) run.lastCheckAt = dueAt;
    return decision;
  } catch (error) {
    const { retryAfterMs, reason } = obstacleFrom(error);
    if (asker === null) run.retryAt = run.later(retryAfterMs ?? CHECK_AGAIN_MS);
    await run.report(`The check failed: ${reason} Nothing is decided; it is tried again.`);
    return null;
  }
}

/** Takes a variant out of the comparison; its ad set keeps its budget until a promotion. */
async function drop(run: Run, intent: Intent): Promise<void> {
  const variantId = intent.args.variantId ?? '';
  const against = undroppable(run.experiment, variantId, run.now());
  if (against !== null) return run.refuse(intent, against);
  await run.dropVariant(variantId);
  return run.answer(intent, `${variantId} is compared no more; its ad goes on until a promotion.`);
}

/** A forced promotion skips statistics and approval, but never the preflight, and needs an ad that leads. */
async function forcePromotion(run: Run, intent: Intent): Promise<void> {
  const standing = await standingNow(run);
  if (typeof standing === 'string') return run.refuse(intent, standing);
  if (standing.leaderVariantId === null)
    return run.refuse(intent, 'No ad leads, so there is none to promote.');
  const grounds = {
    ...standing,
    winnerVariantId: standing.leaderVariantId,
    interval: worstInterval(run.lastDecision?.pairs ?? [], standing.leaderVariantId),
  };
  await promote(
    run,
    {
      ...grounds,
      lookNumber: run.lastDecision?.lookNumber ?? 0,
      confidence: run.lastDecision?.confidence ?? 0,
      forced: true,
      by: intent.args.by,
      reason: intent.args.reason,
    },
    intent,
  );
}

/** Preflight and the harm gate on fresh data, never a new test; refused if that winner no longer leads. */
async function approve(run: Run, intent: Intent): Promise<void> {
  const decision = run.lastDecision;
  if (!decision?.winnerVariantId) return run.refuse(intent, 'There is no decision to approve.');
  const standing = await standingNow(run);
  if (typeof standing === 'string') return run.refuse(intent, standing);
  if (standing.leaderVariantId !== decision.winnerVariantId) {
    const leader = standing.leaderVariantId ?? 'no ad';
    return run.refuse(
      intent,
      `${decision.winnerVariantId} no longer leads: ${leader} does. Nothing was promoted.`,
    );
  }
  const { harm } = standing;
  if (harm.length > 0)
    return run.refuse(intent, `${decision.winnerVariantId} is not promoted: ${harm.join(' ')}`);
  await promote(run, { ...groundsOf(decision), by: intent.args.by, reason: intent.args.reason }, intent);
}

/** Who leads on fresh data, or the sentence that says why it isn't known. */
export async function standingNow(run: Run): Promise<Standing | string> {
  const { id: experimentId } = run.experiment;
  const dueAt = run.now();
  try {
    await evidenceNow.ingest.executeWithOptions({ summary: `performance up to ${instant(dueAt)}` }, [
      { experimentId, until: dueAt },
    ]);
    return await evidenceNow.standing.executeWithOptions({ summary: 'who leads, without a look' }, [
      { experimentId, dueAt },
    ]);
  } catch (error) {
    return `Fresh data could not be had: ${obstacleFrom(error).reason} Nothing was promoted.`;
  }
}

function groundsOf(decision: Decision): PromotionGrounds {
  const { winnerVariantId, lookNumber, confidence, metrics } = decision;
  if (winnerVariantId === null) throw new TypeError(`look ${lookNumber} has no winner`);
  const effects = decision.pairs
    .filter((pair) => pair.variantA === winnerVariantId || pair.variantB === winnerVariantId)
    .map(({ variantB, evidence }) => ({
      theta: variantB === winnerVariantId ? evidence.theta : -evidence.theta,
      se: evidence.se,
    }));
  const { theta, se } = effects.reduce((least, effect) => (effect.theta < least.theta ? effect : least));
  return {
    winnerVariantId,
    lookNumber,
    confidence,
    metrics,
    theta,
    se,
    forced: false,
    by: RULE,
    reason: decision.reasons.join(' '),
    interval: worstInterval(decision.pairs, winnerVariantId),
  };
}

/** The verdict; if someone acted on it or against it, also who and why. */
function whyPromoted(run: Run, { by, reason, forced }: PromotionGrounds): StateReason {
  if (by === RULE) return { code: 'promoted', detail: reason };
  const said = run.lastDecision?.reasons.join(' ');
  const detail =
    said === undefined ? withDeclaration(run, 'There was no look before.') : `The last look said: ${said}`;
  return { code: forced ? 'forced' : 'approved', by, because: reason, detail };
}

/** A text about the evidence, with who declared that delivery before the handover counts. */
function withDeclaration(run: Run, text: string): string {
  return [text, declarationSentence(run.experiment) ?? []].flat().join(' ');
}

/**
 * Preflight and the plan go on record; then the rollout begins. Whoever asked is answered after its first phase. If Meta
 * gave no answer, it is tried again; if the preflight refuses, the next look decides.
 */
export async function promote(run: Run, grounds: PromotionGrounds, asker: Intent | null): Promise<void> {
  let reasons: string[];
  let silent = false;
  try {
    const opened = await promotions.openPromotion.executeWithOptions(
      { summary: `preflight for ${grounds.winnerVariantId}` },
      [run.experiment.id, grounds],
    );
    if (opened.kind === 'opened') {
      run.promotion = opened.promotion;
      const { winnerVariantId } = opened.promotion;
      await run.become('rolling_out', whyPromoted(run, grounds), { winnerVariantId });
      if (asker) run.askers.push(asker);
      return;
    }
    reasons = opened.reasons;
  } catch (error) {
    const { retryAfterMs, reason } = obstacleFrom(error);
    silent = true;
    run.retryAt = run.later(retryAfterMs ?? CHECK_AGAIN_MS);
    reasons = [reason];
  }
  const { winnerVariantId } = grounds;
  const detail = withDeclaration(run, reasons.join(' '));
  const message = `${winnerVariantId} is not promoted: ${detail}`;
  const over = run.now() >= horizonOf(run) && run.state === 'running' && !grounds.forced;
  if (over && !silent) await run.become('no_winner', { code: 'time_over', winnerVariantId, detail });
  else await run.report(message);
  // Without a wait, the same refusal would come again and again.
  if (run.retryAt === null || run.retryAt <= run.now()) run.retryAt = run.later(CHECK_AGAIN_MS);
  if (asker?.kind === 'check') return run.answer(asker, message, run.lastDecision);
  if (asker) await run.refuse(asker, message);
}
