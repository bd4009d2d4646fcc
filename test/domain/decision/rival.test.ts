import { describe, expect, it } from 'vitest';
import { rivalOf } from '../../../src/domain/decision/rival.js';
import { DEFAULT_POLICY, type Policy, type Variant } from '../../../src/domain/experiment.js';

const variant = (id: string): Variant => ({
  id,
  role: id === 'control' ? 'control' : 'challenger',
  adId: `ad-${id}`,
  adSetId: `set-${id}`,
  creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
});
const variants = ['control', 'c1', 'c2'].map(variant);
const rivalBy = (objective: Policy['objective'], winner: string) =>
  rivalOf({ variants, policy: { ...DEFAULT_POLICY, objective } }, variants.find(({ id }) => id === winner)!, {
    // c1 has the better click rate and the cheaper conversions, c2 the better conversion rate.
    c1: { impressions: 1000, clicks: 90, linkClicks: 80, spend: 100, conversions: 8, revenue: 0 },
    c2: { impressions: 1000, clicks: 30, linkClicks: 20, spend: 900, conversions: 9, revenue: 0 },
  }).id;

describe('the rival that a winner is compared with', () => {
  it('is the control if a challenger won', () => {
    expect(rivalBy('click_through_rate', 'c2')).toBe('control');
  });

  it.each([
    ['click_through_rate', 'c1'],
    ['conversion_rate', 'c2'],
    ['cost_per_conversion', 'c1'],
  ] as const)('is the best challenger by %s if the control won', (objective, rival) => {
    expect(rivalBy(objective, 'control')).toBe(rival);
  });
});
