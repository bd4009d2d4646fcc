/** The state of a hold: kept on record, so that a lost run goes on waiting where the last one stood. */
import { HOUR_MS } from '../time.js';
import type { Obstacle, ObstacleCode } from './obstacle.js';

/** How often a hold that ends by itself is tried. */
export const HOLD_AGAIN_MS = HOUR_MS / 6;
/** Longest wait between tries of a hold that comes back again and again. */
export const HOLD_AGAIN_MOST_MS = HOUR_MS;
/** How often the gate is evaluated while a rollout is held: the evidence may turn. */
export const GATE_AGAIN_MS = 24 * HOUR_MS;
/** How long Meta may give no answer in a rollout before the budgets are restored. */
const SILENCE_MS = 24 * HOUR_MS;

/** Holds of one cause, one after the other, without a phase in between. Instants are experiment time, epoch ms. */
export interface Hold {
  /** What holds the rollout; `person`: someone paused it. */
  code: ObstacleCode | 'person';
  /** Whether it ends without anyone's help. */
  endsItself: boolean;
  since: number;
  /** How often the phase was tried and came back here. */
  tries: number;
  failedAt: number;
  /** When it is tried again; only in a hold that ends by itself. */
  tryAt: number | null;
  /** How long Meta was seen to give no answer, ms: time in which no try was due or made counts nothing. */
  silentMs: number;
  /** When the gate is evaluated again. */
  gateAt: number;
  /** In a hold that only a person ends: when the amounts are read again. Null: they are known. */
  readAt: number | null;
}

/**
 * The hold after one more failed try. The wait grows with the tries of the phase: a hold that comes back at once would
 * otherwise fill the history. `triesPhase`: whether the phase was tried, and the budgets were not only read.
 * `later`: the instant after a wait in experiment ms.
 */
export function nextHold(
  before: Hold | null,
  { kind, code, retryAfterMs }: Pick<Obstacle, 'kind' | 'retryAfterMs'> & Pick<Hold, 'code'>,
  { now, later, triesPhase }: { now: number; later(waitMs: number): number; triesPhase: boolean },
): Hold {
  const same = before?.code === code ? before : null;
  const tries = (same?.tries ?? 0) + (triesPhase ? 1 : 0);
  const backoff =
    triesPhase && tries > 1 ? Math.min(HOLD_AGAIN_MOST_MS, HOLD_AGAIN_MS * 2 ** (tries - 2)) : 0;
  return {
    code,
    endsItself: kind === 'wait',
    since: same?.since ?? now,
    tries,
    failedAt: now,
    tryAt: kind === 'wait' ? later(Math.max(retryAfterMs ?? HOLD_AGAIN_MS, backoff)) : null,
    silentMs: same ? same.silentMs + Math.max(0, Math.min(now, same.tryAt ?? now) - same.failedAt) : 0,
    gateAt: before?.gateAt ?? later(GATE_AGAIN_MS),
    readAt: null,
  };
}

/** The hold of a rollout that someone paused. */
export function pausedHold(before: Hold | null, now: number): Hold {
  return {
    code: 'person',
    endsItself: false,
    since: now,
    tries: 0,
    failedAt: now,
    tryAt: null,
    silentMs: 0,
    gateAt: before?.gateAt ?? now + GATE_AGAIN_MS,
    readAt: null,
  };
}

/** Whether Meta was seen to give no answer for a day. A service that was down itself has seen nothing. */
export function isExhausted({ code, silentMs }: Hold): boolean {
  return code === 'transient' && silentMs > SILENCE_MS;
}
