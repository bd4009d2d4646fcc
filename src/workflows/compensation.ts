import type { BudgetReading, WriteOutcome } from '../contract/activities.js';
import { writeOrder } from '../domain/rollout/plan.js';
import { HOUR_MS, instant } from '../domain/time.js';
import type { Run } from './experiment-run.js';
import type { Intent } from './inbox.js';
import { budgets, closePromotion, type Trouble, troubleOf } from './proxies.js';
import { amounts, isShadow, type Reading, readBudgetsPartly, standing, whole } from './reading.js';
import { STOP, settledAmounts, stopAndKeep } from './rollout.js';

const MINUTE_MS = HOUR_MS / 60;
/** How long a way back may take: the hour limit and an expired token must fit in. */
const REVERT_WINDOW_MS = 24 * HOUR_MS;
const TRY_AGAIN_MS = 10 * MINUTE_MS;
/** The first wait where Meta gives no hint; doubled each time, up to {@link TRY_AGAIN_MS}. */
const FIRST_WAIT_MS = MINUTE_MS / 6;
/** Reads after the base is reached: a write that was given up may land late. */
const READS_AFTER_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];

/** How a way back went. `stuck`: with what was read last. `stopped`: a person ended it. */
type Way = { kind: 'done' } | { kind: 'stuck'; why: string; reading: Reading } | { kind: 'stopped' };

/**
 * `reverting`: every ad set exactly to its base, from the base on record, cuts before raises; then reads at 5,
 * 15 and 60 minutes. Ends in `reverted` (or `stopped`), or in `needs_attention` with the amounts.
 */
export async function revert(run: Run): Promise<void> {
  const { id: experimentId, stateChangedAt, stateCode } = run.experiment;
  if (isShadow(run)) return endShadow(run);
  const { base } = run.promotion.plan;
  const deadline = stateChangedAt + REVERT_WINDOW_MS;
  const way = await restoreBase(run, deadline);
  if (way.kind === 'stopped') return;
  if (way.kind === 'stuck') return giveUp(run, way);
  await run.answerAskers(`Every ad set is back at its base: ${amounts(run, base)}.`);
  const watched = await watchForLateWrites(run);
  if (watched.kind === 'stopped') return;
  if (watched.kind === 'stuck') return giveUp(run, watched);
  const end = stateCode === STOP ? 'stopped' : 'reverted';
  await closePromotion(experimentId, end);
  await run.become(end, `${run.experiment.stateReason} ${outcomeOf(run, watched.reading)}`);
}

/** What somebody has set since the base was reached is theirs. */
function outcomeOf(run: Run, reading: BudgetReading): string {
  const since = offBase(reading);
  if (since.length === 0) return 'Every ad set is back at its base.';
  return `Every ad set was back at its base; somebody has since put ${amounts(run, reading.current, since)}.`;
}

/** Nothing was written, so that there is nothing to bring back. */
async function endShadow(run: Run): Promise<void> {
  const end = run.experiment.stateCode === STOP ? 'stopped' : 'reverted';
  await run.become(end, `${run.experiment.stateReason} The rollout was in shadow: nothing was written.`);
  await run.answerAskers('The rollout was in shadow: nothing was written.');
}

/** `needs_attention`: reads every 10 minutes; only a person's `resolve` ends it. */
export async function needsAttention(run: Run): Promise<void> {
  const intent = await run.next(run.later(TRY_AGAIN_MS), 'reading the budgets again');
  if (intent?.kind === 'resolve') return resolve(run, intent);
  const reading = await readBudgetsPartly(run);
  if ('trouble' in reading) return run.report(`The budgets can't be read: ${reading.trouble.message}`);
  run.trouble = null;
  // A write that was given up and landed late is the one thing still corrected.
  for (const adSetId of reading.late) await restore(run, adSetId, reading.base[adSetId]!);
  const now = reading.late.length === 0 ? reading : await readBudgetsPartly(run);
  const [why = ''] = run.experiment.stateReason.split(BASE_IS);
  const reason = attentionReason(run, why, now);
  if (reason !== run.experiment.stateReason) await run.become('needs_attention', reason);
}

async function resolve(run: Run, intent: Intent): Promise<void> {
  const who = `${intent.args.by}: ${intent.args.reason}`;
  if (intent.args.action === 'accept_current') {
    const stand = await settledAmounts(run);
    await closePromotion(run.experiment.id, 'stopped');
    const which = stand === '' ? '' : `${stand},`;
    await run.become('stopped', `The budgets as they are${which} were accepted by ${who}`);
    return run.answer(intent, `The budgets stay as they are${stand}.`);
  }
  await run.become('reverting', `Tried again by ${who}.`);
  run.askers.push(intent);
}

/** Brings every ad set to its base, however often it takes until the deadline. */
async function restoreBase(run: Run, deadline: number): Promise<Way> {
  let stuckSince: number | null = null;
  for (let failures = 0; ; failures++) {
    const { troubles, wrote } = await restoreOnce(run);
    if (troubles.length === 0) {
      if (!wrote) return { kind: 'done' };
      // A person may have changed one ad set while another was written: what is said of the base must have been read.
      const again = await readBudgetsPartly(run);
      if (isAtBase(again)) return { kind: 'done' };
      troubles.push(troubleOffBase(run, again));
    }
    const why = troubles.map((trouble) => trouble.message).join(' ');
    const backoff = Math.min(TRY_AGAIN_MS, FIRST_WAIT_MS * 2 ** failures);
    const until = run.later(Math.max(backoff, ...troubles.map((trouble) => trouble.retryAfterMs ?? 0)));
    const waits = troubles.map(({ kind }) => WAITS_MS[kind] ?? Number.POSITIVE_INFINITY);
    const patience = Math.min(...waits);
    stuckSince = patience === Number.POSITIVE_INFINITY ? null : (stuckSince ?? run.now());
    const last = Math.min(deadline, (stuckSince ?? deadline) + patience);
    if (troubles.every((trouble) => trouble.kind === FINAL) || until > last) {
      const reading = await readBudgetsPartly(run);
      // What could not be read in time may stand at its base all the same: nobody need be called for that.
      return isAtBase(reading) ? { kind: 'done' } : { kind: 'stuck', why, reading };
    }
    await run.report(`The way back waits until ${instant(until)}: ${why}`);
    if (await stoppedWhile(run, until, 'the way back goes on')) return { kind: 'stopped' };
  }
}

/** What no wait mends: a refusal for good, somebody else's value. */
const FINAL = 'final';
/**
 * How long a person waits to be told of troubles that a wait rarely mends: a read that Meta answers, but not with a
 * budget; what is final, as long as a cut of another ad set may still go through, which the hour limit may delay.
 */
const WAITS_MS: Record<string, number> = { invalid: HOUR_MS, too_large: HOUR_MS, [FINAL]: 2 * HOUR_MS };

/**
 * Cuts, then raises. A cut needs its own ad set alone; a raise never comes before a cut that has not been read back, nor
 * beside an ad set that can't be read. `wrote`: whether there was anything to write.
 */
async function restoreOnce(run: Run): Promise<{ troubles: Trouble[]; wrote: boolean }> {
  const reading = await readBudgetsPartly(run);
  if ('trouble' in reading) return { troubles: [troubleOfRead(reading.trouble)], wrote: false };
  const { current, base, unreadable = [] } = reading;
  const troubles = unreadable.map(troubleOfRead);
  let raises = unreadable.length === 0;
  for (const adSetId of writeOrder(current, base)) {
    const now = current[adSetId];
    if (now === undefined || (now < base[adSetId]! && !raises)) continue;
    const outcome = await restore(run, adSetId, base[adSetId]!);
    const trouble = troubleWith(outcome);
    if (trouble) troubles.push(trouble);
    if (trouble && outcome.kind !== 'foreign') raises = false;
  }
  return { troubles, wrote: !isAtBase(reading) };
}

/** Written and read back, and yet another value is read: whoever asks again at once may be told so for ever. */
function troubleOffBase(run: Run, reading: Reading): Trouble {
  if ('trouble' in reading) return troubleOfRead(reading.trouble);
  const message = `The budgets were read back at their base, and then ${standing(run, reading)}.`;
  return { kind: 'off_base', retryAfterMs: null, message };
}

/** What is gone doesn't come back by waiting. */
function troubleOfRead({ kind, retryAfterMs, message }: Trouble): Trouble {
  return { kind: kind === 'not_found' ? FINAL : kind, retryAfterMs, message };
}

function troubleWith(outcome: WriteOutcome): Trouble | null {
  switch (outcome.kind) {
    case 'applied':
      return null;
    case 'unknown':
      return { kind: 'unknown', retryAfterMs: outcome.waitMs, message: 'A write had no answer.' };
    case 'blocked':
      return { kind: outcome.cause, retryAfterMs: outcome.retryAfterMs, message: outcome.reason };
    default:
      return { kind: FINAL, retryAfterMs: null, message: outcome.reason };
  }
}

/** Reads at 5, 15 and 60 minutes; begins again after a correction. A read that failed is made up for. */
async function watchForLateWrites(
  run: Run,
): Promise<Exclude<Way, { kind: 'done' }> | { kind: 'watched'; reading: BudgetReading }> {
  let reachedAt = run.now();
  for (let read = 0; ; ) {
    const until = run.later(Math.max(0, reachedAt + READS_AFTER_MS[read]! - run.now()));
    if (await stoppedWhile(run, until, 'looking for a late write')) return { kind: 'stopped' };
    const partly = await readBudgetsPartly(run);
    if (drifted(partly)) {
      const way = await restoreBase(run, run.now() + REVERT_WINDOW_MS);
      if (way.kind !== 'done') return way;
      reachedAt = run.now();
      read = 0;
      continue;
    }
    const reading = whole(partly);
    if ('trouble' in reading) {
      if (run.now() > reachedAt + REVERT_WINDOW_MS) {
        const last = await readBudgetsPartly(run);
        if (isAtBase(last)) return { kind: 'watched', reading: last };
        const why = `The base could not be read again: ${reading.trouble.message}`;
        return { kind: 'stuck', why, reading: last };
      }
      await run.report(`Looking for a late write: ${reading.trouble.message}`);
      const again = run.later(reading.trouble.retryAfterMs ?? TRY_AGAIN_MS);
      if (await stoppedWhile(run, again, 'reading again')) return { kind: 'stopped' };
      continue;
    }
    read++;
    if (read === READS_AFTER_MS.length) return { kind: 'watched', reading };
  }
}

/** Waits, unless a person stops it with the budgets as they are. */
async function stoppedWhile(run: Run, until: number, what: string): Promise<boolean> {
  for (let intent = await run.next(until, what); intent; intent = await run.next(until, what)) {
    if (intent.args.budgets === 'keep') {
      await run.refuseAskers(`Stopped by ${intent.args.by}: the budgets stay as they are.`);
      await stopAndKeep(run, intent);
      return true;
    }
    await run.answer(intent, 'The budgets are on their way back already.');
  }
  return false;
}

async function restore(run: Run, adSetId: string, target: number): Promise<WriteOutcome> {
  const request = { experimentId: run.experiment.id, phase: 'revert', adSetId, target };
  try {
    return await budgets.writeBudget.executeWithOptions({ summary: `ad set ${adSetId} back to its base` }, [
      request,
    ]);
  } catch (error) {
    const { message } = troubleOf(error);
    return { kind: 'blocked', cause: 'transient', retryAfterMs: null, reason: message };
  }
}

/** Money is not where the ledger says and can't be put there: say both amounts and wait for a person. */
async function giveUp(run: Run, { why, reading }: { why: string; reading: Reading }): Promise<void> {
  const reason = attentionReason(run, why, reading);
  await closePromotion(run.experiment.id, 'needs_attention');
  await run.become('needs_attention', reason);
  await run.refuseAskers(
    `The base was not reached: ${run.experiment.stateReason} What works now: resolve, with accept_current (the budgets stay as they are) or retry_restore (once nothing stands in the way).`,
  );
}

const BASE_IS = ' The base is ';

function attentionReason(run: Run, why: string, reading: Reading): string {
  const now = 'trouble' in reading ? 'what stands now could not be read' : `now ${standing(run, reading)}`;
  return `${why}${BASE_IS}${amounts(run, run.promotion.plan.base)}; ${now}.`;
}

function isAtBase(reading: Reading): reading is BudgetReading {
  return !('trouble' in reading) && offBase(reading).length === 0;
}

/** Whether an ad set that can be read is off its base by a value of ours. */
function drifted(reading: Reading): boolean {
  if ('trouble' in reading) return false;
  const { current, foreign } = reading;
  return offBase(reading).some((adSetId) => current[adSetId] !== undefined && !foreign.includes(adSetId));
}

/** Ad sets that don't read their base. */
function offBase(reading: BudgetReading): string[] {
  return Object.keys(reading.base).filter((adSetId) => reading.current[adSetId] !== reading.base[adSetId]);
}
