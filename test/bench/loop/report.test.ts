import { describe, expect, it } from 'vitest';
import { type Reached, runProgramme } from '../../../bench/loop/programme.js';
import { reportOf } from '../../../bench/loop/report.js';
import { historyOf } from '../../../bench/several-ads/worlds.js';
import { learnAttributes } from '../../../src/domain/patterns/attribute-model.js';

const reached = (...winners: number[]): Reached => ({
  winners,
  promotions: 1,
  falsely: 0,
  model: learnAttributes([], []),
  scores: [],
});

describe('the report of the loop', () => {
  const last = { learned: [0.3, 0.5, 0.4], shuffled: [0.1, 0.2, 0.3], random: [0.2, 0.2, 0.2] };
  const report = reportOf([1, 2, 3], 2, ({ seed, choice, luck }) =>
    // The mean over luck is the figure above.
    reached(0, last[choice][seed - 1]! + (luck === 0 ? 0.05 : -0.05)),
  );

  it('compares the last winners seed by seed, with Student’s interval', () => {
    // Differences 0.1, 0.3, 0.2: mean 0.2, deviation 0.1, t of 2 degrees of freedom 4.303.
    const margin = (4.303 * 0.1) / Math.sqrt(3);
    const { log_rate, interval, pct } = report.learned_less_random;
    expect(log_rate).toBe(0.2);
    expect(interval[0]).toBeCloseTo(0.2 - margin, 3);
    expect(interval[1]).toBeCloseTo(0.2 + margin, 3);
    expect(pct).toBe(22.1);
    expect(report.shuffled_less_random.log_rate).toBeCloseTo(0, 12);
  });

  it('shows what the last winners reached on average', () => {
    expect(report.rows.learned.last_winner_pct).toBe(49.2);
    expect(report.rows.random).toMatchObject({ last_winner_pct: 22.1, promotions: 1, verdict: 'too_few' });
  });
});

// A short form of `npm run -s bench:loop`.
describe('a programme of tests', () => {
  const history = historyOf('loop', 'iid');
  const run = (choice: 'learned' | 'random', effects: 'some' | 'none') =>
    runProgramme({ seed: 3, luck: 0, choice, effects, unexplained: 0.05, tests: 4, challengers: 2 }, history);

  it('depends on its seed alone, starts each test from the last winner, and learns from it', () => {
    const [one, again] = [run('learned', 'some'), run('learned', 'some')];
    expect(again).toEqual(one);
    expect(one.winners).toHaveLength(4);
    expect(one.model.tests).toBe(4);
    expect(one.scores).toHaveLength(4);
    // The first forecast knows nothing, the others what the tests before taught.
    expect(one.scores.map(({ learnedFrom }) => learnedFrom)).toEqual([0, 1, 2, 3]);
    expect(one.winners.every((rate, i) => i === 0 || one.promotions > 0 || rate === one.winners[i - 1])).toBe(
      true,
    );
  });

  it('believes in larger effects if there are some', () => {
    const sd = (effects: 'some' | 'none') => Math.sqrt(run('random', effects).model.effectVariance);
    expect(sd('none')).toBeLessThan(0.06);
    expect(sd('some')).toBeGreaterThan(sd('none'));
  });
});
