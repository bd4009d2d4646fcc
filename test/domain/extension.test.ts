import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Extension, type Policy } from '../../src/domain/experiment.js';
import { inextensible, policyAtLook, ruleAgainstExtension } from '../../src/domain/extension.js';
import { HOUR_MS } from '../../src/domain/time.js';

const policy = (more: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, rule: 'anytime', ...more });
const DAY = 24 * HOUR_MS;

describe('a longer horizon', () => {
  it('is allowed only by the rule without a horizon, and the others say why not', () => {
    expect(ruleAgainstExtension(policy())).toBeNull();
    expect(ruleAgainstExtension(policy({ rule: 'sequential' }))).toBe(
      'This test was planned for 28 days. Looking longer than planned would raise the chance of a false winner above 5 %. Start a new test, or make it extendable when you start it.',
    );
    expect(ruleAgainstExtension(policy({ rule: 'welch', confidence: 0.99 }))).toBe(
      "This test was planned for 28 days. Its rule, Welch's test, keeps the chance of a false winner at 1 % for one look only: a longer test would call more false winners. Start a new test, or make it extendable when you start it.",
    );
  });

  it.each([
    [42, 10, null],
    [90, 27.9, null],
    [29, 60, 'The test is planned for 28 days and began 60 days ago: 29 days have passed.'],
    [
      28,
      10,
      'The test is planned for 28 days: 28 days would not be longer. A test can be stopped at any time.',
    ],
    [
      14,
      10,
      'The test is planned for 28 days: 14 days would not be longer. A test can be stopped at any time.',
    ],
    [91, 10, 'The test is planned for 28 days; a longer horizon is a whole number of days, 90 at most.'],
    [30.5, 10, 'The test is planned for 28 days; a longer horizon is a whole number of days, 90 at most.'],
  ])('of %d days on day %d', (days, passed, message) => {
    expect(inextensible({ policy: policy(), startedAt: 0 }, days, passed * DAY)).toBe(message);
    const sequential = policy({ rule: 'sequential' });
    expect(inextensible({ policy: sequential, startedAt: 0 }, days, passed * DAY)).toBe(
      ruleAgainstExtension(sequential),
    );
  });

  it('counts only for the looks after it', () => {
    const extension = (fromHours: number, horizonHours: number, afterLook: number): Extension => ({
      ...{ fromHours, horizonHours, afterLook },
      ...{ controlId: `c${afterLook}`, by: 'ana', reason: 'a close race', at: afterLook },
    });
    const extensions = [extension(96, 120, 3), extension(120, 240, 7)];
    const known = { policy: policy({ horizonHours: 240 }), extensions };
    const hours = [0, 1, 3, 4, 7, 8, 100].map((look) => policyAtLook(known, look).horizonHours);
    expect(hours).toEqual([96, 96, 96, 120, 120, 240, 240]);
    expect(policyAtLook({ policy: policy() }, 5)).toEqual(policy());
  });
});
