import type { BudgetReading } from '../activities/budgets.js';
import { HOUR_MS } from '../domain/experiment.js';
import { writeOrder } from '../domain/rollout-plan.js';
import type { Intent } from './inbox.js';
import { budgets, closePromotion, type Trouble, troubleOf } from './proxies.js';
import { amounts } from './rollout.js';
import type { Run } from './run.js';

const MINUTE_MS = HOUR_MS / 60;
/** How long a way back may take: the hour limit and an expired token must fit in. */
const REVERT_WINDOW_MS = 24 * HOUR_MS;
const TRY_AGAIN_MS = 10 * MINUTE_MS;
/** Reads after the base is reached: a write that was given up may land late. */
const READS_AFTER_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS];

/** `stateCode` of a way back that ends in `stopped`. */
const STOP = 'stop';

/**
 * `reverting`: every ad set exactly to its base, from the base on record, cuts before raises; then reads at 5,
 * 15 and 60 minutes. Ends in `reverted` (or `stopped`), or in `needs_attention` with the amounts.
 */
export async function revert(run: Run): Promise<void> {
  const { id: experimentId, stateChangedAt, stateCode } = run.experiment;
  const failure = await restoreBase(run, stateChangedAt + REVERT_WINDOW_MS);
  if (failure !== null) return giveUp(run, failure);
  await run.answerAskers(`Every ad set is back at its base: ${amounts(run, run.promotion.plan.base)}.`);

  const restoredAt = run.now();
  for (const wait of READS_AFTER_MS) {
    await run.pause(restoredAt + wait, 'looking for a late write');
    const reading = await readBudgets(run);
    const late =
      'trouble' in reading ? [] : changed(reading).filter((adSetId) => !reading.foreign.includes(adSetId));
    if (late.length > 0) {
      const again = await restoreBase(run, run.now() + REVERT_WINDOW_MS);
      if (again !== null) return giveUp(run, again);
    }
  }
  const stopped = stateCode === STOP;
  await closePromotion(experimentId, stopped ? 'stopped' : 'reverted');
  await run.become(
    stopped ? 'stopped' : 'reverted',
    `${run.experiment.stateReason} Every ad set is back at its base.`,
  );
}

/** `needs_attention`: reads every 10 minutes; only a person's `resolve` ends it. */
export async function needsAttention(run: Run): Promise<void> {
  const intent = await run.next(run.now() + TRY_AGAIN_MS, 'reading the budgets again');
  if (intent?.kind === 'resolve') return resolve(run, intent);
  const reading = await readBudgets(run);
  if ('trouble' in reading) return;
  const before = run.attention;
  run.attention = reading.current;
  // A value of ours that appears now is a write that was given up and landed late: the one thing still corrected.
  const late = changed(reading).filter(
    (id) => before !== null && before[id] !== reading.current[id] && !reading.foreign.includes(id),
  );
  for (const adSetId of late) await restore(run, adSetId, run.promotion.plan.base[adSetId]!);
}

async function resolve(run: Run, intent: Intent): Promise<void> {
  const who = `${intent.args.by}: ${intent.args.reason}`;
  if (intent.args.action === 'accept_current') {
    await closePromotion(run.experiment.id, 'stopped');
    await run.become('stopped', `The budgets as they are were accepted by ${who}`);
    return run.answer(intent, 'The budgets stay as they are.');
  }
  await run.become('reverting', `Tried again by ${who}.`);
  run.askers.push(intent);
}

/** Null when every ad set reads its base; else why not. */
async function restoreBase(run: Run, deadline: number): Promise<string | null> {
  const { base } = run.promotion.plan;
  for (;;) {
    const problems: string[] = [];
    let wait: number | null = null;
    const later = (trouble: Pick<Trouble, 'retryAfterMs' | 'message'>) => {
      wait = Math.max(wait ?? 0, trouble.retryAfterMs ?? TRY_AGAIN_MS);
      problems.push(trouble.message);
    };
    const reading = await readBudgets(run);
    if ('trouble' in reading) {
      if (['not_found', 'invalid'].includes(reading.trouble.kind)) return reading.trouble.message;
      later(reading.trouble);
    } else {
      for (const adSetId of writeOrder(reading.current, base)) {
        const outcome = await restore(run, adSetId, base[adSetId]!);
        if (outcome.kind === 'applied') continue;
        if (outcome.kind === 'unknown')
          later({ retryAfterMs: outcome.waitMs, message: `Ad set ${adSetId} did not answer.` });
        else if (outcome.kind === 'blocked')
          later({ retryAfterMs: outcome.retryAfterMs, message: outcome.reason });
        else problems.push(outcome.reason);
        // A raise must not come before a cut that has not been read back.
        if (outcome.kind !== 'foreign') break;
      }
    }
    if (problems.length === 0) return null;
    if (wait === null || run.now() + wait > deadline) return problems.join(' ');
    await run.report(`The way back waits: ${problems.join(' ')}`);
    await run.pause(run.now() + wait, 'the way back goes on');
  }
}

async function restore(run: Run, adSetId: string, target: number) {
  const request = { experimentId: run.experiment.id, phase: 'revert', adSetId, target };
  try {
    return await budgets.writeBudget.executeWithOptions({ summary: `ad set ${adSetId} back to its base` }, [
      request,
    ]);
  } catch (error) {
    return { kind: 'blocked' as const, retryAfterMs: null, reason: troubleOf(error).message };
  }
}

/** Money is not where the ledger says and can't be put there: say both amounts and wait for a person. */
async function giveUp(run: Run, why: string): Promise<void> {
  const { base } = run.promotion.plan;
  const reading = await readBudgets(run);
  const found =
    'trouble' in reading ? 'what stands now could not be read' : `now ${amounts(run, reading.current)}`;
  await closePromotion(run.experiment.id, 'needs_attention');
  await run.become('needs_attention', `${why} The base is ${amounts(run, base)}; ${found}.`);
  run.attention = 'trouble' in reading ? null : reading.current;
  await run.refuseAskers(run.experiment.stateReason);
}

/** Ad sets that don't read their base. */
function changed(reading: BudgetReading): string[] {
  return Object.keys(reading.base).filter((adSetId) => reading.current[adSetId] !== reading.base[adSetId]);
}

async function readBudgets(run: Run) {
  try {
    return await budgets.readBudgets.executeWithOptions({ summary: 'where the budgets stand' }, [
      run.experiment.id,
    ]);
  } catch (error) {
    return { trouble: troubleOf(error) };
  }
}
