import { decisionLapsesAt } from '../domain/decision/check-grid.js';
import { HOUR_MS } from '../domain/time.js';
import type { Run } from './experiment-run.js';
import { enduring, promotions } from './proxies.js';
import { isShadow, readBudgetsPartly, standing } from './reading.js';

/** How often a hold that ends by itself is tried. */
export const HOLD_AGAIN_MS = HOUR_MS / 6;
/** Longest wait between tries of a hold that comes back again and again. */
const HOLD_AGAIN_MOST_MS = HOUR_MS;
const STAND = ' The budgets stand at ';

/** How often the gate is evaluated while a rollout is held: what was decided may turn. */
export const GATE_AGAIN_MS = 24 * HOUR_MS;
/** How long Meta may be silent in a rollout before everything goes back, experiment time. */
const SILENCE_MS = 24 * HOUR_MS;

/** `held`; in the midst of a phase with the amounts: a person must not have to look them up. */
export async function becomeHeld(run: Run, reason: string, code: string): Promise<void> {
  run.amountsAgainAt = null;
  run.gateAgainAt ??= run.later(GATE_AGAIN_MS);
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
  if (isShadow(run)) return '';
  const reading = await readBudgetsPartly(run);
  const soon = run.later(run.amountsAgainAt === null ? HOLD_AGAIN_MS : HOLD_AGAIN_MOST_MS);
  if ('trouble' in reading) {
    run.amountsAgainAt = soon;
    return null;
  }
  const { openUntil, at, current, unreadable = [] } = reading;
  const mayLand = openUntil !== null && openUntil > at;
  run.amountsAgainAt = mayLand ? openUntil : unreadable.length > 0 ? soon : null;
  const { plan, phasesDone } = run.promotion;
  const whole = plan.phases.findLast((phase) => phasesDone[phase.name] !== undefined)?.targets ?? plan.base;
  const stands = Object.keys(whole).every((adSetId) => current[adSetId] === whole[adSetId]);
  return stands ? '' : `${STAND}${standing(run, reading)}.`;
}

/**
 * Sets when this hold is tried again: after what Meta asks for, and later the more often a try of the phase brought it
 * back. `count`: whether this was such a try, and not only a read while held.
 */
export function tryHoldAgain(
  run: Run,
  code: string,
  hintMs: number | null,
  { count }: { count: boolean },
): void {
  const before = run.holds?.code === code ? run.holds : null;
  const times = (before?.count ?? 0) + (count ? 1 : 0);
  const backoff = count && times > 1 ? Math.min(HOLD_AGAIN_MOST_MS, HOLD_AGAIN_MS * 2 ** (times - 2)) : 0;
  const now = run.now();
  const tryAt = run.later(Math.max(hintMs ?? HOLD_AGAIN_MS, backoff));
  const silentMs = before ? before.silentMs + Math.min(now, before.tryAt) - before.failedAt : 0;
  run.holds = { code, count: times, silentMs, failedAt: now, tryAt };
  run.retryAt = tryAt;
}

/** Whether Meta has been seen silent for a day. A service that was down itself has seen nothing. */
export function isExhausted({ holds }: Run): boolean {
  return holds?.code === 'transient' && holds.silentMs > SILENCE_MS;
}

/** {@link decisionLapsesAt}; null once money may have moved. */
export function lapsesAt(run: Run): number | null {
  const { openedAt, phasesDone } = run.promotion;
  if (run.moved || Object.keys(phasesDone).length > 0) return null;
  return decisionLapsesAt(openedAt, run.experiment.policy);
}

/**
 * Takes the promotion back if it has moved no budget, and the test goes on; false if it has. What a person paused stays
 * paused.
 */
export async function withdraw(run: Run, reason: string): Promise<boolean> {
  if (lapsesAt(run) === null) return false;
  const withdrawn = await enduring(() =>
    promotions.withdrawPromotion.executeWithOptions({ summary: 'no budget was moved: the test goes on' }, [
      run.experiment.id,
    ]),
  );
  if (!withdrawn) {
    run.moved = true;
    return false;
  }
  const byPerson = run.state === 'held' && run.experiment.stateCode === 'person';
  await run.become(byPerson ? 'paused' : 'running', `${reason} No budget was moved; the test goes on.`);
  run.forgetPromotion();
  run.holds = null;
  run.gateAgainAt = null;
  return true;
}
