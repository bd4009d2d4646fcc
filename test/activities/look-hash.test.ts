import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/activities/looks.js';
import { DEFAULT_POLICY, type Experiment, type Policy } from '../../src/domain/experiment.js';
import { WITHOUT_WAIT } from '../support/without-wait.js';

const START = Date.UTC(2026, 2, 2);

const hashUnder = (policy: Partial<Policy>) =>
  hashOf(
    { startedAt: START, policy: { ...DEFAULT_POLICY, ...WITHOUT_WAIT, ...policy } } as Experiment,
    START + 3_600_000,
    { observations: [], segments: [] },
    {},
  ).slice(0, 12);

describe('the hash of a stored decision', () => {
  // Recomputed decisions are compared by this hash: only a change of the default policy may change these values.
  it.each([
    { objective: 'click_through_rate', hash: 'f601235bfa23' },
    { objective: 'conversion_rate', hash: '03d57bef5633' },
    { objective: 'cost_per_conversion', hash: '24b08856f1ae' },
  ] as const)('by $objective stays the same', ({ objective, hash }) => {
    expect(hashUnder({ objective })).toBe(hash);
  });

  it('stays the same under a policy frozen before its newer fields existed', () => {
    const missing = { minimumConversions: undefined, attributionWindowHours: undefined, buckets: undefined };
    expect(hashUnder(missing as unknown as Partial<Policy>)).toBe('7bbe96929d36');
  });

  it('has the longest wait for guardrails', () => {
    const hashes = [undefined, 48, 168].map((guardrailWaitHours) => hashUnder({ guardrailWaitHours }));
    expect(new Set(hashes).size).toBe(3);
  });
});
