import { describe, expect, it } from 'vitest';
import type { LookFigures } from '../../../src/domain/decision/variant-rates.js';
import { DEFAULT_POLICY, type Experiment, type Policy } from '../../../src/domain/experiment.js';
import { NOTHING_DELIVERED } from '../../../src/domain/metric.js';
import { finishedTest } from '../../../src/domain/patterns/finished-test.js';

const ids = ['control', 'one', 'two'];

function experiment(changes: Partial<Experiment> = {}, policy: Partial<Policy> = {}): Experiment {
  return {
    ...{
      id: 'exp',
      name: 'exp',
      environment: 'sandbox',
      accountId: 'act_1',
      currency: 'USD',
      state: 'no_winner',
    },
    ...{ reason: { code: 'recorded', detail: '' }, hold: null, stateChangedAt: 9 },
    policy: { ...DEFAULT_POLICY, ...policy },
    variants: ids.map((id, i) => ({
      ...{ id, role: i === 0 ? 'control' : 'challenger', adId: `6${i}`, adSetId: `5${i}` },
      creative: {
        ...{ hook: null, text: null, script: null, visualNotes: null },
        headline: i === 1 ? 'Do dogs bark at night?' : 'Dogs bark at night',
      },
    })),
    ...{ startedAt: 1, winnerVariantId: null, promotedAt: null, endedAt: 9 },
    ...changes,
  } as Experiment;
}

function look(clicks: Record<string, number>, pairs: [string, string, number, number][]): LookFigures {
  return {
    metrics: Object.fromEntries(
      Object.entries(clicks).map(([id, linkClicks]) => [id, { ...NOTHING_DELIVERED, linkClicks }]),
    ),
    pairs: pairs.map(([variantA, variantB, theta, se]) => ({ variantA, variantB, evidence: { theta, se } })),
  };
}

describe('a finished test', () => {
  it('has what the look weighed: ratios over the control, with an error that is no smaller than that of the counts', () => {
    const clicks = { control: 99.5, one: 199.5, two: 49.5 };
    const counted = { control: 1 / 100, one: 1 / 200, two: 1 / 50 };
    // Twice the variance of the counts, and less than it.
    const [se, small] = [Math.sqrt(2 * (counted.control + counted.one)), 0.01];
    const { arms, ...rest } = finishedTest(experiment(), [
      look(clicks, [
        ['control', 'one', -0.2, se],
        ['control', 'two', 0.1, small],
        ['one', 'two', 0.3, 0.1],
      ]),
    ]);
    expect(rest).toEqual({ id: 'exp', startedAt: 1, finishedAt: 9 });
    const level = arms[0]!.logRate;
    arms.forEach(({ logRate }, i) => {
      expect(logRate - level).toBeCloseTo([0, -0.2, 0.1][i]!, 12);
    });
    arms.forEach(({ variance }, i) => {
      expect(variance).toBeCloseTo(1.5 * counted[ids[i] as keyof typeof counted], 12);
    });
    expect(arms.map(({ attributes }) => attributes.question_mark)).toEqual([0, 1, 0]);
    expect(new Set(arms.map(({ group }) => group)).size).toBe(1);
  });

  it('says which variants name the brand, if its names are known', () => {
    const looks = [look({ control: 99, one: 99 }, [['control', 'one', 0.1, 0.2]])];
    const named = (brands?: string[]) =>
      finishedTest(experiment(), looks, brands).arms.map(({ attributes }) => attributes.brand_first);
    expect(named()).toEqual([null, null]);
    expect(named(['Acme', 'Dogs'])).toEqual([1, 1]);
    expect(named(['Night'])).toEqual([0, 0]);
  });

  it('compares a dropped variant by the last look that did', () => {
    const last = look({ control: 400, one: 400 }, [['control', 'one', 0.1, 0.2]]);
    const before = look({ control: 100, one: 100, two: 100 }, [
      ['control', 'one', 0.9, 0.2],
      ['control', 'two', -0.4, 0.2],
    ]);
    const { arms } = finishedTest(experiment({ dropped: { two: 5 } }), [last, before]);
    arms.forEach(({ logRate }, i) => {
      expect(logRate - arms[0]!.logRate).toBeCloseTo([0, 0.1, -0.4][i]!, 12);
    });
    expect(arms[2]!.variance / arms[1]!.variance).toBeCloseTo(400.5 / 100.5, 12);
  });

  it.each([
    ['no error', 0.1, 0],
    ['no finite error', 0.1, Number.POSITIVE_INFINITY],
    ['no ratio', Number.NaN, 0.1],
  ])('leaves out what has %s, and has no arms if nothing is left', (_, theta, se) => {
    const { arms } = finishedTest(experiment(), [
      look({ control: 9, one: 9 }, [['control', 'one', theta, se]]),
    ]);
    expect(arms).toEqual([]);
  });

  it('counts the events of its objective', () => {
    const figures = look({}, [['control', 'one', 0.1, 0.001]]);
    for (const id of ['control', 'one'])
      figures.metrics[id] = { ...NOTHING_DELIVERED, linkClicks: 5, conversions: 9.5 };
    const variance = (objective: Policy['objective']) =>
      finishedTest(experiment({}, { objective }), [figures]).arms[1]!.variance;
    expect(variance('conversion_rate')).toBeCloseTo(1 / 10, 12);
    expect(variance('return_on_ad_spend')).toBeCloseTo(2 / 10, 12);
  });

  it('has finished when it was promoted; one that runs is refused', () => {
    expect(finishedTest(experiment({ promotedAt: 4 }), []).finishedAt).toBe(4);
    expect(() => finishedTest(experiment({ endedAt: null }), [])).toThrow('experiment exp has not finished');
  });
});
