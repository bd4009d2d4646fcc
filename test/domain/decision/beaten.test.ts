import { describe, expect, it } from 'vitest';
import { beatenVariant } from '../../../src/domain/decision/beaten.js';
import type { Decision } from '../../../src/domain/decision/decision.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';

const IDS = ['control', 'c1', 'c2', 'c3'];
const AT = 1_000;

function beaten(
  called: Record<string, string>,
  more: {
    leader?: string | null;
    verdict?: Decision['verdict'];
    dropBeaten?: boolean;
    dropped?: Record<string, number>;
  } = {},
) {
  const experiment = {
    policy: { ...DEFAULT_POLICY, dropBeaten: more.dropBeaten ?? true },
    dropped: more.dropped,
    variants: IDS.map((id) => ({ id, role: id === 'control' ? 'control' : 'challenger' })),
  } as Experiment;
  const compared = IDS.filter((id) => more.dropped?.[id] === undefined);
  const pairs = compared.flatMap((variantA, i) =>
    compared.slice(i + 1).map((variantB) => ({
      variantA,
      variantB,
      calledWinner: called[`${variantA} ${variantB}`] ?? null,
    })),
  ) as Decision['pairs'];
  const { leader = 'c1', verdict = 'continue_testing' } = more;
  return beatenVariant(experiment, { leaderVariantId: leader, verdict, pairs }, AT);
}

describe('the ad that the rule drops', () => {
  const two = { 'c1 c2': 'c1', 'c1 c3': 'c1' };

  it('is a challenger that the leader has beaten; of several, the first', () => {
    expect(beaten({})).toBeNull();
    expect(beaten({ 'c1 c3': 'c1' })).toBe('c3');
    expect(beaten(two)).toBe('c2');
    expect(beaten(two, { dropped: { c2: AT } })).toBe('c3');
  });

  it('is never the control, nor the rival of the last pair', () => {
    expect(beaten({ 'control c1': 'c1' })).toBeNull();
    expect(beaten(two, { dropped: { c2: 5, c3: 6 } })).toBeNull();
    expect(beaten({ 'control c1': 'c1', 'c1 c3': 'c1' }, { dropped: { c2: 5, c3: 6 } })).toBeNull();
  });

  it('was beaten by the ad that leads now, which may be the control', () => {
    expect(beaten(two, { leader: 'c3' })).toBeNull();
    expect(beaten(two, { leader: null })).toBeNull();
    expect(beaten({ 'control c2': 'control' }, { leader: 'control' })).toBe('c2');
  });

  it('is dropped only if the policy says so and the test goes on', () => {
    expect(beaten(two, { dropBeaten: false })).toBeNull();
    expect(beaten(two, { verdict: 'promote' })).toBeNull();
    expect(beaten(two, { verdict: 'held' })).toBeNull();
  });
});
