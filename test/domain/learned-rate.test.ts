import { describe, expect, it } from 'vitest';
import { learnedRate, learnedTests, rateKindOf } from '../../src/domain/learned-rate.js';
import type { Objective } from '../../src/domain/metric.js';

const testsOf = (...objectives: Objective[]) =>
  objectives.map((objective) => ({ experiment: { policy: { objective } } }));
const objectivesOf = (tests: ReturnType<typeof testsOf>) =>
  tests.map(({ experiment }) => experiment.policy.objective);

describe('the rate that is learned from', () => {
  it('is the kind that most tests have', () => {
    expect(learnedRate([])).toBeNull();
    expect(learnedRate(testsOf('click_through_rate', 'conversion_rate', 'conversion_rate'))).toBe(
      'linkClicks',
    );
  });

  it('counts tests of conversions and of revenue per amount spent together', () => {
    expect(rateKindOf('cost_per_conversion')).toBe(rateKindOf('return_on_ad_spend'));
    const tests = testsOf('click_through_rate', 'cost_per_conversion', 'return_on_ad_spend');
    expect(objectivesOf(learnedTests(tests))).toEqual(['cost_per_conversion', 'return_on_ad_spend']);
  });

  it('is the click rate if no other kind has more tests', () => {
    const tests = testsOf('conversion_rate', 'click_through_rate');
    expect(objectivesOf(learnedTests(tests))).toEqual(['click_through_rate']);
    expect(learnedTests([])).toEqual([]);
  });
});
