import { describe, expect, it } from 'vitest';
import {
  attributeForecast,
  expectedEffect,
  learnAttributes,
} from '../../../src/domain/patterns/attribute-model.js';
import type { PatternTest } from '../../../src/domain/patterns/effects.js';
import { Random } from '../../../src/sandbox/random.js';

const IDS = ['question_mark', 'emoji', 'number', 'colon'];

function testOf(
  id: string,
  arms: [attributes: Record<string, number | null>, logRate: number][],
): PatternTest {
  return {
    id,
    arms: arms.map(([attributes, logRate]) => ({ attributes, logRate, variance: 0.002, group: '' })),
  };
}

/** Tests of a control and three ads, with a true effect per attribute. */
function world(
  seed: string,
  effects: Record<string, number>,
  count: number,
  unexplained = 0.05,
): PatternTest[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, test) =>
    testOf(
      `test ${test}`,
      Array.from({ length: 4 }, () => {
        const attributes = Object.fromEntries(IDS.map((id) => [id, Number(random.uniform() < 0.5)]));
        const explained = IDS.reduce((sum, id) => sum + (effects[id] ?? 0) * attributes[id]!, 0);
        return [attributes, explained + unexplained * random.normal() + Math.sqrt(0.002) * random.normal()];
      }),
    ),
  );
}

describe('what attributes say together', () => {
  it('knows the prior alone without tests', () => {
    const model = learnAttributes([], IDS, { emoji: 0.04 });
    expect(model.ids).toEqual([]);
    expect(expectedEffect(model, 'question_mark').mean).toBe(0);
    expect(expectedEffect(model, 'emoji').mean).toBe(0.04);
    expect(expectedEffect(model, 'emoji').sd).toBeCloseTo(Math.sqrt(model.effectVariance), 12);
    const { means, covariance } = attributeForecast(model, [{ emoji: 1 }, { emoji: 0 }]);
    expect(means[0]! - means[1]!).toBeCloseTo(0.04, 12);
    const between = covariance[0]![0]! + covariance[1]![1]! - 2 * covariance[0]![1]!;
    expect(between).toBeCloseTo(model.effectVariance + 2 * model.unexplained, 12);
  });

  it('has the posterior of a single attribute in closed form, averaged over the variances', () => {
    // Two tests of two arms: contrasts of 0.3 and 0.1, each with the variance 2·(0.002 + u²).
    const tests = [
      testOf('one', [
        [{ emoji: 1 }, 0.3],
        [{ emoji: 0 }, 0],
      ]),
      testOf('two', [
        [{ emoji: 0 }, 1],
        [{ emoji: 1 }, 1.1],
      ]),
    ];
    const model = learnAttributes(tests, ['emoji']);
    const fits = [0.01, 0.05, 0.1, 0.15, 0.25].flatMap((effect) =>
      [0.03, 0.1, 0.2].map((u) => {
        const noise = 2 * (0.002 + u * u);
        const precision = effect ** -2 + 2 / noise;
        const mean = 0.4 / noise / precision;
        // The two contrasts are normal with a common part: determinant and squares by hand.
        const both = noise * (noise + 2 * effect ** 2);
        const squares = 0.2 ** 2 / 2 / noise + 0.4 ** 2 / 2 / (noise + 2 * effect ** 2);
        return { mean, variance: 1 / precision, weight: both ** -0.5 * Math.exp(-squares / 2) };
      }),
    );
    const total = fits.reduce((sum, { weight }) => sum + weight, 0);
    const mean = fits.reduce((sum, fit) => sum + (fit.weight / total) * fit.mean, 0);
    const second = fits.reduce((sum, fit) => sum + (fit.weight / total) * (fit.variance + fit.mean ** 2), 0);
    expect(expectedEffect(model, 'emoji').mean).toBeCloseTo(mean, 10);
    expect(expectedEffect(model, 'emoji').sd).toBeCloseTo(Math.sqrt(second - mean ** 2), 10);
  });

  it('tells apart attributes that often come together', () => {
    const tests = world('together', { question_mark: 0.2 }, 60).map((test) => ({
      ...test,
      arms: test.arms.map((arm, i) => ({
        ...arm,
        attributes: {
          ...arm.attributes,
          colon: i === 0 ? 1 - arm.attributes.question_mark! : arm.attributes.question_mark!,
        },
      })),
    }));
    const model = learnAttributes(tests, IDS);
    expect(expectedEffect(model, 'question_mark').mean).toBeGreaterThan(0.14);
    expect(Math.abs(expectedEffect(model, 'colon').mean)).toBeLessThan(0.06);
  });

  it('covers true effects as often as it says if they are drawn as it thinks possible', () => {
    let covered = 0;
    let all = 0;
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(`effects ${seed}`);
      const size = [0.01, 0.05, 0.1, 0.15, 0.25][seed % 5]!;
      const unexplained = [0.03, 0.1, 0.2][seed % 3]!;
      const effects = Object.fromEntries(IDS.map((id) => [id, size * random.normal()]));
      const model = learnAttributes(world(`covers ${seed}`, effects, 6, unexplained), IDS);
      for (const id of IDS) {
        const { mean, sd } = expectedEffect(model, id);
        if (Math.abs(effects[id]! - mean) < 1.645 * sd) covered++;
        all++;
      }
    }
    // 90 %, with an error of 1.1 points by 300 worlds.
    expect(covered / all).toBeGreaterThan(0.87);
    expect(covered / all).toBeLessThan(0.94);
  });

  it('believes in no effects if there are none', () => {
    const nothing = learnAttributes(world('nothing', {}, 100), IDS);
    expect(Math.sqrt(nothing.effectVariance)).toBeLessThan(0.03);
    for (const id of IDS) expect(Math.abs(expectedEffect(nothing, id).mean)).toBeLessThan(0.03);
  });

  it('does not depend on the order of the tests, nor on arms without a rival', () => {
    const tests = world('order', { emoji: 0.1 }, 8);
    const alone = testOf('alone', [[{ emoji: 1 }, 3]]);
    const [a, b] = [learnAttributes(tests, IDS), learnAttributes([alone, ...tests.toReversed()], IDS)];
    a.means.forEach((mean, i) => {
      expect(b.means[i]).toBeCloseTo(mean, 10);
    });
    expect(b.tests).toBe(8);
  });

  it('counts what is unknown of an arm as the mean of its group', () => {
    const model = learnAttributes(
      [
        testOf('one', [
          [{ emoji: null, colon: 1 }, 0.2],
          [{ emoji: 1, colon: 0 }, 0],
        ]),
      ],
      ['emoji', 'colon'],
    );
    expect(model.ids).toEqual(['colon']);
  });
});
