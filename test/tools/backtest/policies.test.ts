import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/sandbox/random.js';
import {
  decide,
  judge,
  type Replay,
  WINNER_SHARE,
  welchWinner,
} from '../../../src/tools/backtest/policies.js';
import { emptyStream } from '../../../src/tools/backtest/stream.js';

/** 112 looks with 1,000 impressions per ad; the click rates may change on the way. */
function replayOf(
  rateA: (look: number) => number,
  rateB: (look: number) => number,
  seed = 'policies',
): Replay {
  const random = new Random(seed);
  const stream = emptyStream(112);
  for (let k = 0; k < 112; k++) {
    stream.impressionsA[k] = 1000;
    stream.impressionsB[k] = 1000;
    stream.clicksA[k] = random.binomial(1000, rateA(k));
    stream.clicksB[k] = random.binomial(1000, rateB(k));
  }
  return { stream, hoursPerLook: 6 };
}

describe('the policies', () => {
  it('all find a clear winner: peeking first, the fixed horizon last', () => {
    const found = decide(
      replayOf(
        () => 0.03,
        () => 0.02,
      ),
    );
    expect(Object.values(found).map((promotion) => promotion?.winner)).toEqual(['A', 'A', 'A']);
    expect(found.fixed_horizon!.look).toBe(112);
    expect(found.peeked_welch!.look).toBeGreaterThanOrEqual(4);
    expect(found.peeked_welch!.look).toBeLessThanOrEqual(found.sequential!.look);
    expect(found.sequential!.look).toBeLessThan(40);
  });

  it('promote neither ad if both are the same', () => {
    const replay = replayOf(
      () => 0.02,
      () => 0.02,
    );
    replay.stream.clicksB.set(replay.stream.clicksA);
    expect(decide(replay)).toEqual({ peeked_welch: null, fixed_horizon: null, sequential: null });
  });

  it('wait for 25 clicks per ad', () => {
    const replay = replayOf(
      () => 0.03,
      () => 0.03,
    );
    replay.stream.clicksB.fill(0);
    replay.stream.clicksB[100] = 24;
    expect(decide(replay)).toEqual({ peeked_welch: null, fixed_horizon: null, sequential: null });
  });
});

describe("Welch's winner", () => {
  it.each([
    [{ clicksA: 200, impressionsA: 10_000, clicksB: 245, impressionsB: 10_000 }, 'B'],
    [{ clicksA: 245, impressionsA: 10_000, clicksB: 200, impressionsB: 10_000 }, 'A'],
    [{ clicksA: 200, impressionsA: 10_000, clicksB: 230, impressionsB: 10_000 }, null],
    [{ clicksA: 0, impressionsA: 10_000, clicksB: 0, impressionsB: 10_000 }, null],
  ])('of %o is %s', (sums, winner) => {
    expect(welchWinner(sums)).toBe(winner);
  });
});

describe('judging a promotion', () => {
  const stream = emptyStream(4);
  stream.impressionsA.fill(1000);
  stream.impressionsB.fill(1000);
  stream.clicksA.set([30, 20, 20, 20]);
  stream.clicksB.set([20, 30, 30, 30]);
  const replay: Replay = { stream, hoursPerLook: 6 };

  it('counts the clicks of the extra impressions at the rates after the decision', () => {
    // 6,000 impressions are left. The winner gets more than half of them, and has 10 clicks per 1,000 more.
    expect(judge(replay, { look: 1, winner: 'B' })).toEqual({
      reversed: false,
      shareOfImpressions: 0.25,
      clicksGained: expect.closeTo((WINNER_SHARE - 0.5) * 6000 * 0.01, 9),
    });
  });

  it('reports a reversal if the winner is worse in the full data, which costs clicks', () => {
    const outcome = judge(replay, { look: 1, winner: 'A' });
    expect(outcome.reversed).toBe(true);
    expect(outcome.clicksGained).toBeCloseTo(-(WINNER_SHARE - 0.5) * 6000 * 0.01, 9);
  });

  it('counts no gain at the end or without a promotion', () => {
    expect(judge(replay, { look: 4, winner: 'B' })).toEqual({
      reversed: false,
      shareOfImpressions: 1,
      clicksGained: 0,
    });
    expect(judge(replay, null)).toEqual({ reversed: false, shareOfImpressions: 1, clicksGained: 0 });
  });
});
