import { describe, expect, it } from 'vitest';
import {
  chosenOfTwo,
  chosenWithPrior,
  highest,
  type SplitText,
  splitText,
} from '../../../bench/learning-pays/replay.js';
import { Random } from '../../../src/sandbox/random.js';

const text = (events: number, trials = 1_000): SplitText => ({
  ...{ text: '', tested: { events, trials }, laterRate: 0 },
});

describe('a split', () => {
  it('keeps every click and every impression', () => {
    const whole = { text: 'a', events: 40, trials: 1_001 };
    for (let i = 0; i < 20; i++) {
      const { tested, laterRate } = splitText(whole, 0.5, new Random(`split ${i}`));
      expect(tested.trials).toBe(500);
      expect(Math.round(laterRate * 501) + tested.events).toBe(40);
    }
  });

  it('is hypergeometric: mean and variance', () => {
    const draws = Array.from({ length: 4_000 }, (_, i) => {
      return splitText({ text: 'a', events: 40, trials: 100 }, 0.25, new Random(`split ${i}`)).tested.events;
    });
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(10, 0);
    expect(Math.abs(variance / (25 * 0.4 * 0.6 * (75 / 99)) - 1)).toBeLessThan(0.1);
  });

  it('takes all clicks if all impressions had one', () => {
    const { tested, laterRate } = splitText({ text: 'a', events: 10, trials: 10 }, 0.5, new Random('x'));
    expect([tested.events, laterRate]).toEqual([5, 1]);
  });
});

describe('the choice with a prior', () => {
  it('follows the test if nothing is predicted, and the prediction if the test says nothing', () => {
    const flat = { predicted: [0, 0, 0], residualVariance: 0.07 };
    expect(chosenWithPrior([text(20), text(30), text(25)], flat)).toEqual([1]);
    expect(chosenWithPrior([text(25), text(25), text(25)], flat)).toEqual([0, 1, 2]);
    expect(
      chosenWithPrior([text(0, 1), text(0, 1)], { predicted: [0.1, 0.2], residualVariance: 0.07 }),
    ).toEqual([1]);
  });

  it('weighs both by their variances', () => {
    // The test says that the first is ahead by ln(30.5/25.5) = 0.18, give or take 0.27.
    const texts = [text(30), text(25)];
    const chosen = (predicted: number, residualVariance = 0.07) =>
      chosenWithPrior(texts, { predicted: [0, predicted], residualVariance })[0];
    expect(chosen(0.05)).toBe(0);
    expect(chosen(0.4)).toBe(1);
    expect(chosen(0.4, 10)).toBe(0);
  });
});

describe('the choice of two', () => {
  it('tests the two that are predicted best', () => {
    const texts = [text(50), text(30), text(20)];
    expect(chosenOfTwo(texts, { predicted: [0, 1, 2] }, new Random('x'))).toEqual([1]);
  });

  it('draws from equal predictions', () => {
    const texts = [text(50), text(30), text(20)];
    const chosen = Array.from({ length: 300 }, (_, i) =>
      chosenOfTwo(texts, { predicted: [0, 0, 0] }, new Random(`lot ${i}`)),
    );
    // The first is among two of three in two cases of three.
    const first = chosen.filter(([place]) => place === 0).length / chosen.length;
    expect(Math.abs(first - 2 / 3)).toBeLessThan(0.09);
  });
});

it('the highest are all that tie', () => {
  expect(highest([1, 3, 3])).toEqual([1, 2]);
});
