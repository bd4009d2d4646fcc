import { patched } from '@temporalio/workflow';
import { HOUR_MS } from '../domain/experiment.js';
import { amounts, isShadow, readBudgets } from './reading.js';
import type { Run } from './run.js';

/** How often a hold that ends by itself is tried. */
export const HOLD_AGAIN_MS = HOUR_MS / 6;
/** Longest wait between tries of a hold that comes back again and again. */
const HOLD_AGAIN_MOST_MS = HOUR_MS;
const STAND = ' The budgets stand at ';

/** `held`; in the midst of a phase with the amounts: a person must not have to look them up. */
export async function becomeHeld(run: Run, reason: string, code: string): Promise<void> {
  run.amountsAgainAt = null;
  const amountsNow = await amountsAmidPhase(run);
  await run.become('held', `${reason}${amountsNow ?? ''}`, { code });
}

/** A write of unknown outcome may have landed since: what the reason says of the amounts stays true. */
export async function sayAmountsAgain(run: Run): Promise<void> {
  const { stateReason, stateCode } = run.experiment;
  const [why = ''] = stateReason.split(STAND);
  const amountsNow = await amountsAmidPhase(run);
  const reason = `${why}${amountsNow}`;
  if (amountsNow !== null && reason !== stateReason) {
    await run.become('held', reason, { code: stateCode ?? undefined });
  }
}

/** Empty where every ad set stands as the last whole phase, or the base, has it; null where that can't be read now. */
async function amountsAmidPhase(run: Run): Promise<string | null> {
  // Runs recorded before the amounts were said didn't read them here.
  if (!patched('held-amounts') || isShadow(run)) return '';
  const reading = await readBudgets(run);
  if ('trouble' in reading) {
    run.amountsAgainAt = run.later(run.amountsAgainAt === null ? HOLD_AGAIN_MS : HOLD_AGAIN_MOST_MS);
    return null;
  }
  const { openUntil, at, current } = reading;
  run.amountsAgainAt = openUntil !== null && openUntil > at ? openUntil : null;
  const { plan, phasesDone } = run.promotion;
  const whole = plan.phases.findLast((phase) => phasesDone[phase.name] !== undefined)?.targets ?? plan.base;
  const stands = Object.keys(whole).every((adSetId) => current[adSetId] === whole[adSetId]);
  return stands ? '' : `${STAND}${amounts(run, current)}.`;
}

/** How long this hold lasts before it is tried again: what Meta asks for, and longer the more often it came back. */
export function waitOfHold(run: Run, code: string, hintMs: number | null): number {
  const before = run.holds?.code === code ? run.holds : null;
  const count = (before?.count ?? 0) + 1;
  run.holds = { code, since: before?.since ?? run.now(), count };
  const backoff = count === 1 ? 0 : Math.min(HOLD_AGAIN_MOST_MS, HOLD_AGAIN_MS * 2 ** (count - 2));
  return Math.max(hintMs ?? HOLD_AGAIN_MS, backoff);
}
