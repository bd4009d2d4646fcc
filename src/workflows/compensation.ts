/**
 * `reverting` and `needs_attention`: take every ad set back to its base.
 *
 * A revert is data: the ledger holds the base (each ad set's budget before the first write), so a run that knows nothing
 * else can restore it. Ad sets are cut before others are raised, so the total never grows; each write is read back. A
 * write that was given up may land later, so the budgets are read again at 5, 15 and 60 minutes. It ends with every ad set
 * at its base, or in `needs_attention` with both amounts: then only a user's `resolve` ends it.
 */
import type { BudgetReading } from '../contract/activities.js';
import { amountsInWords } from '../domain/budget.js';
import { isObstacle, type Obstacle, type ObstacleCode, type Outcome } from '../domain/rollout/obstacle.js';
import { writeOrder } from '../domain/rollout/plan.js';
import type { StateReason } from '../domain/state-reason.js';
import { HOUR_MS, instant } from '../domain/time.js';
import type { Run } from './experiment-run.js';
import { type Intent, whoAsked } from './inbox.js';
import { outcomeOf } from './older-answers.js';
import { budgets, closePromotion, obstacleFrom } from './proxies.js';
import { adSetsOff, inWords, isShadow, type Reading, readBudgetsPartly, standOf, whole } from './reading.js';
import { settledStand, stopAndKeep } from './rollout.js';

const MINUTE_MS = HOUR_MS / 60;
/** How long a restore may take: the hour limit and an expired token must fit in. */
const RESTORE_WINDOW_MS = 24 * HOUR_MS;
const TRY_AGAIN_MS = 10 * MINUTE_MS;
/** The first wait if Meta gives no hint; doubled each time, up to {@link TRY_AGAIN_MS}. */
const FIRST_WAIT_MS = MINUTE_MS / 6;
/** Reads after the base is reached: a write that was given up may land late. */
const READS_AFTER_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];

/** `person`: with what was read last. `interrupted`: someone has stopped it. */
type Restore = { kind: 'done' } | { kind: 'person'; why: string; reading: Reading } | { kind: 'interrupted' };

/** `reverting`: every ad set exactly to its base; ends in `reverted` (or `stopped`), or in `needs_attention`. */
export async function restoreBudgets(run: Run): Promise<void> {
  const { stateChangedAt } = run.experiment;
  if (isShadow(run)) return endShadow(run);
  const restored = await restoreBase(run, stateChangedAt + RESTORE_WINDOW_MS);
  if (restored.kind === 'interrupted') return;
  if (restored.kind === 'person') return giveUp(run, restored);
  const base = amountsInWords(run.promotion.plan.base, run.experiment.currency);
  await run.answerAskers(`Every ad set is back at its base: ${base}.`);
  const watched = await watchForLateWrites(run);
  if (watched.kind === 'interrupted') return;
  if (watched.kind === 'person') return giveUp(run, watched);
  // Read again: a stop that came meanwhile has changed the end.
  const { reason } = run.experiment;
  const end = reason.endsIn ?? 'reverted';
  // The test goes on: its next step closes the rollout.
  if (end !== 'running') await closePromotion(run.experiment.id, end);
  const { drops } = reason;
  await run.become(end, { code: 'restored', before: reason, drops, ...changedSince(watched.reading) });
}

/** What someone has set since the base was reached is theirs. */
function changedSince(reading: BudgetReading): Pick<StateReason, 'amounts'> {
  const changed = adSetsOff(reading, reading.base).map((adSetId) => [adSetId, reading.current[adSetId]!]);
  return changed.length === 0 ? {} : { amounts: Object.fromEntries(changed) };
}

/** Nothing was written, so there is nothing to restore. */
async function endShadow(run: Run): Promise<void> {
  const { reason } = run.experiment;
  await run.become(reason.endsIn ?? 'reverted', { code: 'shadow_ended', before: reason });
  await run.answerAskers('The rollout was in shadow: nothing was written.');
}

/** `needs_attention`: reads every 10 minutes; only a user's `resolve` ends it. */
export async function waitForResolve(run: Run): Promise<void> {
  const intent = await run.next(run.later(TRY_AGAIN_MS), 'reading the budgets again');
  if (intent?.kind === 'resolve') return resolve(run, intent);
  const reading = await readBudgetsPartly(run);
  if (isObstacle(reading)) return run.report(`The budgets can't be read: ${reading.reason}`);
  run.clearTrouble();
  // A write that was given up and landed late is the one thing still corrected.
  for (const adSetId of reading.late) await restore(run, adSetId, reading.base[adSetId]!);
  const now = reading.late.length === 0 ? reading : await readBudgetsPartly(run);
  const before = run.experiment.reason;
  // A sentence from before reasons were data already has amounts, and stays as it is.
  if (before.code === 'recorded') return;
  const reason = attentionReason(run, before.detail ?? run.stateReason, now);
  if (run.inWords(reason) !== run.stateReason) await run.become('needs_attention', reason);
}

async function resolve(run: Run, intent: Intent): Promise<void> {
  if (intent.args.action === 'accept_current') {
    const { stand, words } = await settledStand(run);
    await closePromotion(run.experiment.id, 'stopped');
    await run.become('stopped', { code: 'accepted', ...whoAsked(intent), ...stand });
    return run.answer(intent, `The budgets stay as they are${words}.`);
  }
  await run.become('reverting', { code: 'retry_asked', ...whoAsked(intent) });
  run.askers.push(intent);
}

/** Brings every ad set to its base, however often it takes until the deadline. */
async function restoreBase(run: Run, deadline: number): Promise<Restore> {
  let stuckSince: number | null = null;
  for (let failures = 0; ; failures++) {
    const { obstacles, wrote } = await restoreOnce(run);
    if (obstacles.length === 0) {
      if (!wrote) return { kind: 'done' };
      // Someone may have changed one ad set while another was written: only a reading shows the base.
      const again = await readBudgetsPartly(run);
      if (isAtBase(again)) return { kind: 'done' };
      obstacles.push(offBaseAgain(run, again));
    }
    const why = obstacles.map(({ reason }) => reason).join(' ');
    const backoff = Math.min(TRY_AGAIN_MS, FIRST_WAIT_MS * 2 ** failures);
    const until = run.later(Math.max(backoff, ...obstacles.map(({ retryAfterMs }) => retryAfterMs ?? 0)));
    const patience = Math.min(...obstacles.map(({ code }) => PATIENCE_MS[code] ?? Number.POSITIVE_INFINITY));
    stuckSince = patience === Number.POSITIVE_INFINITY ? null : (stuckSince ?? run.now());
    const last = Math.min(deadline, (stuckSince ?? deadline) + patience);
    if (obstacles.every(({ code }) => FINAL.includes(code)) || until > last) {
      const reading = await readBudgetsPartly(run);
      // An ad set that could not be read in time may stand at its base: then nobody need be called.
      return isAtBase(reading) ? { kind: 'done' } : { kind: 'person', why, reading };
    }
    await run.report(`The restore waits until ${instant(until)}: ${why}`);
    if (await stoppedWhile(run, until, 'the restore goes on')) return { kind: 'interrupted' };
  }
}

/** No wait helps: Meta refuses for good, or someone else's value stands. */
const FINAL: readonly (ObstacleCode | 'refused')[] = ['refused', 'foreign', 'unsafe', 'not_found'];
/**
 * How long to try before someone is called, if a wait rarely helps. Meta answers a read, but without a budget: an hour. It
 * is final, but another ad set may still be cut, which the hour limit may delay: two hours.
 */
const PATIENCE_MS: Partial<Record<ObstacleCode | 'refused', number>> = {
  invalid: HOUR_MS,
  too_large: HOUR_MS,
  refused: 2 * HOUR_MS,
  foreign: 2 * HOUR_MS,
  unsafe: 2 * HOUR_MS,
  not_found: 2 * HOUR_MS,
};

/** An {@link Obstacle} of a restore, or a write that Meta refused for good. */
type RestoreObstacle = Pick<Obstacle, 'retryAfterMs' | 'reason'> & { code: ObstacleCode | 'refused' };

/**
 * Cuts, then raises. A cut needs its own ad set alone. A raise never comes before a cut that has not been read back, nor
 * while an ad set can't be read. `wrote`: whether there was anything to write.
 */
async function restoreOnce(run: Run): Promise<{ obstacles: RestoreObstacle[]; wrote: boolean }> {
  const reading = await readBudgetsPartly(run);
  if (isObstacle(reading)) return { obstacles: [reading], wrote: false };
  const { current, base, unreadable } = reading;
  const obstacles: RestoreObstacle[] = unreadable.map(({ obstacle }) => obstacle);
  let raises = unreadable.length === 0;
  for (const adSetId of writeOrder(current, base)) {
    const now = current[adSetId];
    if (now === undefined || (now < base[adSetId]! && !raises)) continue;
    const outcome = await restore(run, adSetId, base[adSetId]!);
    if (outcome.kind === 'done') continue;
    const obstacle: RestoreObstacle =
      outcome.kind === 'back' ? { code: 'refused', retryAfterMs: null, reason: outcome.reason } : outcome;
    obstacles.push(obstacle);
    if (obstacle.code !== 'foreign') raises = false;
  }
  return { obstacles, wrote: !isAtBase(reading) };
}

/** Written and read back, and yet another value is read: asking again at once may give the same answer for ever. */
function offBaseAgain(run: Run, reading: Reading): RestoreObstacle {
  if (isObstacle(reading)) return reading;
  const reason = `The budgets were read back at their base, and then ${inWords(run, reading)}.`;
  return { code: 'off_base', retryAfterMs: null, reason };
}

/** Reads at 5, 15 and 60 minutes; begins again after a correction. A read that failed is repeated. */
async function watchForLateWrites(
  run: Run,
): Promise<Exclude<Restore, { kind: 'done' }> | { kind: 'watched'; reading: BudgetReading }> {
  let reachedAt = run.now();
  for (let read = 0; ; ) {
    const until = run.later(Math.max(0, reachedAt + READS_AFTER_MS[read]! - run.now()));
    if (await stoppedWhile(run, until, 'looking for a late write')) return { kind: 'interrupted' };
    const partly = await readBudgetsPartly(run);
    if (drifted(partly)) {
      const restored = await restoreBase(run, run.now() + RESTORE_WINDOW_MS);
      if (restored.kind !== 'done') return restored;
      reachedAt = run.now();
      read = 0;
      continue;
    }
    const reading = whole(partly);
    if (isObstacle(reading)) {
      if (run.now() > reachedAt + RESTORE_WINDOW_MS) {
        const last = await readBudgetsPartly(run);
        if (isAtBase(last)) return { kind: 'watched', reading: last };
        const why = `The base could not be read again: ${reading.reason}`;
        return { kind: 'person', why, reading: last };
      }
      await run.report(`Looking for a late write: ${reading.reason}`);
      const again = run.later(reading.retryAfterMs ?? TRY_AGAIN_MS);
      if (await stoppedWhile(run, again, 'reading again')) return { kind: 'interrupted' };
      continue;
    }
    read++;
    if (read === READS_AFTER_MS.length) return { kind: 'watched', reading };
  }
}

/** Waits, unless someone stops the restore and keeps the budgets as they are. */
async function stoppedWhile(run: Run, until: number, what: string): Promise<boolean> {
  for (let intent = await run.next(until, what); intent; intent = await run.next(until, what)) {
    if (intent.args.budgets === 'keep') {
      await run.refuseAskers(`Stopped by ${intent.args.by}: the budgets stay as they are.`);
      await stopAndKeep(run, intent);
      return true;
    }
    if (intent.kind === 'stop' && run.experiment.reason.endsIn === undefined) {
      const before = run.experiment.reason;
      await run.become('reverting', {
        code: 'restore_asked',
        ...whoAsked(intent),
        endsIn: 'stopped',
        before,
      });
    }
    await run.answer(intent, 'The budgets are being restored already.');
  }
  return false;
}

async function restore(run: Run, adSetId: string, target: number): Promise<Outcome> {
  const request = { experimentId: run.experiment.id, phase: 'revert', adSetId, target };
  try {
    const summary = `ad set ${adSetId} back to its base`;
    return outcomeOf(await budgets.writeBudget.executeWithOptions({ summary }, [request]));
  } catch (error) {
    // Nothing final was answered: whatever failed, it is tried again.
    return { ...obstacleFrom(error), kind: 'wait', code: 'transient' };
  }
}

/** The money is not where the ledger says and can't be put there: report both amounts and wait for someone. */
async function giveUp(run: Run, { why, reading }: { why: string; reading: Reading }): Promise<void> {
  const reason = attentionReason(run, why, reading);
  await closePromotion(run.experiment.id, 'needs_attention');
  await run.become('needs_attention', reason);
  await run.refuseAskers(
    `The base was not reached: ${run.stateReason} What works now: resolve, with accept_current (the budgets stay as they are) or retry_restore (once nothing stands in the way).`,
  );
}

function attentionReason(run: Run, detail: string, reading: Reading): StateReason {
  const stand = isObstacle(reading) ? {} : standOf(reading);
  return { code: 'not_restored', detail, base: run.promotion.plan.base, ...stand };
}

function isAtBase(reading: Reading): reading is BudgetReading {
  return !isObstacle(reading) && adSetsOff(reading, reading.base).length === 0;
}

/** Whether an ad set that can be read is off its base by a value of ours. */
function drifted(reading: Reading): boolean {
  if (isObstacle(reading)) return false;
  const { base, current, foreign } = reading;
  return adSetsOff(reading, base).some(
    (adSetId) => current[adSetId] !== undefined && !foreign.includes(adSetId),
  );
}
