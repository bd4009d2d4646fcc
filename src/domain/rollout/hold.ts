/** The state of a hold. The record keeps it, so that after the loss of a run the next one continues the wait. */
import { HOUR_MS } from '../time.js';
import type { Obstacle, ObstacleCode } from './obstacle.js';

/** Wait between tries of a hold that ends by itself. */
export const HOLD_AGAIN_MS = HOUR_MS / 6;
/** Longest wait between tries of a hold that keeps coming back. */
export const HOLD_AGAIN_MOST_MS = HOUR_MS;
/** Wait between two gates while a rollout is held: the evidence may change. */
export const GATE_AGAIN_MS = 24 * HOUR_MS;
/** How long Meta may be silent in a rollout before the budgets are restored. */
const SILENCE_MS = 24 * HOUR_MS;

/** Successive holds with the same cause and no phase in between. Instants are experiment time, epoch ms. */
export interface Hold {
  /** Why the rollout is held; `person`: someone paused it. */
  code: ObstacleCode | 'person';
  /** Whether it ends by itself. */
  endsItself: boolean;
  since: number;
  /** How often the phase was tried and held again. */
  tries: number;
  failedAt: number;
  /** When the phase is tried again; null unless the hold ends by itself. */
  tryAt: number | null;
  /**
   * How long Meta was seen to be silent, ms: the waits between tries without an answer, each up to the instant at which the
   * next try was due. Any answer ends the silence.
   */
  silentMs: number;
  /** When the gate is evaluated again. */
  gateAt: number;
  /** In a hold that only a user ends: when the amounts are read again. Null if they are known. */
  readAt: number | null;
}

/**
 * The hold after one more failed try. The wait grows with the number of tries; otherwise a hold that returns at once
 * would fill the history. `triesPhase`: whether the phase was tried; if the budgets were only read, the rollout is held
 * for the same cause as before. `later`: the instant after a wait in experiment ms.
 */
export function nextHold(
  before: Hold | null,
  obstacle: Pick<Obstacle, 'kind' | 'code' | 'retryAfterMs' | 'until'>,
  { now, later, triesPhase }: { now: number; later(waitMs: number): number; triesPhase: boolean },
): Hold {
  const cause = { code: obstacle.code, endsItself: obstacle.kind === 'wait' };
  const { code, endsItself }: Pick<Hold, 'code' | 'endsItself'> = triesPhase ? cause : (before ?? cause);
  const same = before?.code === code ? before : null;
  const tries = (same?.tries ?? 0) + (triesPhase ? 1 : 0);
  const backoff =
    triesPhase && tries > 1 ? Math.min(HOLD_AGAIN_MOST_MS, HOLD_AGAIN_MS * 2 ** (tries - 2)) : 0;
  return {
    code,
    endsItself,
    since: same?.since ?? now,
    tries,
    failedAt: now,
    tryAt: endsItself
      ? (obstacle.until ?? later(Math.max(obstacle.retryAfterMs ?? HOLD_AGAIN_MS, backoff)))
      : null,
    silentMs:
      same && obstacle.code === 'transient'
        ? same.silentMs + Math.max(0, Math.min(now, same.tryAt ?? now) - same.failedAt)
        : 0,
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

/** Whether Meta was seen to be silent for more than a day. The service's own downtime doesn't count. */
export function isExhausted({ silentMs }: Hold): boolean {
  return silentMs > SILENCE_MS;
}
