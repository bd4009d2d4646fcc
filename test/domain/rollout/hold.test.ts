import { describe, expect, it } from 'vitest';
import {
  GATE_AGAIN_MS,
  HOLD_AGAIN_MOST_MS,
  HOLD_AGAIN_MS,
  type Hold,
  isExhausted,
  nextHold,
  pausedHold,
} from '../../../src/domain/rollout/hold.js';
import { HOUR_MS } from '../../../src/domain/time.js';

const START = Date.UTC(2026, 10, 23);
const silence = { kind: 'wait', code: 'transient', retryAfterMs: null } as const;
const at = (now: number, triesPhase = true) => ({ now, later: (ms: number) => now + ms, triesPhase });

/** Tries the phase `times` times, each time as soon as the hold allows. */
function tried(times: number): Hold[] {
  const holds: Hold[] = [];
  let now = START;
  for (let index = 0; index < times; index++) {
    const hold = nextHold(holds.at(-1) ?? null, silence, at(now));
    holds.push(hold);
    now = hold.tryAt!;
  }
  return holds;
}

describe('a hold', () => {
  it('waits longer the more often the phase is held again, up to an hour', () => {
    expect(tried(6).map(({ tryAt, failedAt }) => (tryAt! - failedAt) / 60_000)).toEqual([
      10, 10, 20, 40, 60, 60,
    ]);
    expect(tried(6).map(({ tries, since }) => [tries, since])).toEqual(
      [1, 2, 3, 4, 5, 6].map((tries) => [tries, START]),
    );
  });

  it("waits at least as long as Meta's hint says", () => {
    const hint = 3 * HOLD_AGAIN_MOST_MS;
    expect(nextHold(null, { ...silence, retryAfterMs: hint }, at(START)).tryAt).toBe(START + hint);
  });

  it('by a freeze ends with it, and its time is no silence of Meta', () => {
    const until = START + 60 * HOUR_MS;
    const freeze = { kind: 'wait', code: 'freeze', retryAfterMs: 60 * HOUR_MS, until } as const;
    const frozen = nextHold(tried(3).at(-1)!, freeze, at(START));
    expect(frozen).toMatchObject({ code: 'freeze', endsItself: true, tryAt: until });
    const silent = nextHold(frozen, silence, at(until));
    expect(silent).toMatchObject({ code: 'transient', tries: 1, silentMs: 0 });
    expect(isExhausted(silent)).toBe(false);
  });

  it('does not wait longer after reads alone', () => {
    const [first] = tried(1);
    const again = nextHold(first!, silence, at(first!.tryAt!, false));
    expect(again).toMatchObject({ tries: 1, tryAt: first!.tryAt! + HOLD_AGAIN_MS });
  });

  it('starts again with another cause, but the daily gate keeps its time', () => {
    const [first] = tried(1);
    const other = nextHold(
      first!,
      { kind: 'person', code: 'foreign', retryAfterMs: null },
      at(START + HOUR_MS),
    );
    expect(other).toMatchObject({
      ...{ code: 'foreign', endsItself: false, since: START + HOUR_MS, tries: 1, tryAt: null, silentMs: 0 },
      gateAt: START + GATE_AGAIN_MS,
    });
    expect(pausedHold(other, START + 2 * HOUR_MS)).toMatchObject({
      code: 'person',
      gateAt: START + GATE_AGAIN_MS,
    });
  });

  it('is exhausted after a day in which Meta was seen to be silent', () => {
    const holds = tried(40);
    const over = holds.findIndex(isExhausted);
    expect(holds[over]!.silentMs).toBeGreaterThan(24 * HOUR_MS);
    expect(holds[over - 1]!.silentMs).toBeLessThanOrEqual(24 * HOUR_MS);
  });

  it("does not count the service's own downtime", () => {
    const [first] = tried(1);
    const late = nextHold(first!, silence, at(first!.tryAt! + 100 * HOUR_MS));
    expect(late.silentMs).toBe(HOLD_AGAIN_MS);
    expect(isExhausted(late)).toBe(false);
  });

  it('counts silence whatever held the rollout first, and starts anew with any answer', () => {
    const rate = { kind: 'wait', code: 'rate', retryAfterMs: null } as const;
    let hold = nextHold(null, rate, at(START));
    expect(hold.silentMs).toBe(0);
    for (let tries = 0; tries < 200; tries++) hold = nextHold(hold, silence, at(hold.tryAt!, false));
    expect(hold).toMatchObject({ code: 'rate', endsItself: true, tries: 1, since: START });
    expect(isExhausted(hold)).toBe(true);
    const answered = nextHold(hold, rate, at(hold.tryAt!, false));
    expect(isExhausted(answered)).toBe(false);
    expect(isExhausted(nextHold(answered, { ...rate, code: 'auth' }, at(answered.tryAt!, false)))).toBe(
      false,
    );
  });
});
