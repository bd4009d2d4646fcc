import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { bestPair, pairOutlook } from '../../../src/domain/forecast/outlook.js';
import { outlookSentence } from '../../../src/domain/forecast/sentences.js';
import { alike, forecast } from './support.js';

const traffic = (impressions: number) => ({ events: 0.02 * impressions, exposure: impressions });

describe('the outlook of a test', () => {
  const found = forecast([0, 0.3, 0.2]);

  it('is of the pair whose better one is expected to be best', () => {
    expect(bestPair(found)).toEqual([1, 2]);
    expect(pairOutlook(found, bestPair(found), DEFAULT_POLICY, traffic(500))!.pair).toEqual(['d1', 'd2']);
    expect(pairOutlook(found, [2, 1], DEFAULT_POLICY, traffic(500))!.pair).toEqual(['d1', 'd2']);
  });

  it('is better with more traffic, and takes fewer days', () => {
    const [much, little] = [1_000, 50].map((hourly) =>
      pairOutlook(found, [0, 1], DEFAULT_POLICY, traffic(hourly)),
    );
    expect(much!.chance).toBeGreaterThan(little!.chance);
    expect(much!.days).toBeLessThan(little!.days);
    expect(much!.looksHopeless).toBe(false);
    // E|X| of N(0.3, 0.2), by quadrature.
    expect(much!.difference).toBeCloseTo(0.436, 2);
  });

  it('looks hopeless if the drafts say nearly the same, whatever the traffic', () => {
    const same = forecast([0.01, 0], { spread: { always: 0, byDistance: 0.2 }, similarities: alike(2, 1) });
    const outlook = pairOutlook(same, [0, 1], DEFAULT_POLICY, traffic(200))!;
    expect(outlook.looksHopeless).toBe(true);
    expect(outlook.difference).toBeCloseTo(0.01, 9);
    expect(outlookSentence(outlook)).toMatch(
      /^A test of d0 and d1 has a \d+ % chance of telling them apart, and takes 2\d\.\d days on average\. It looks hopeless: try texts that differ more, or more traffic\.$/,
    );
  });

  it('looks hopeless with next to no traffic, and is unknown without any', () => {
    expect(pairOutlook(found, [0, 1], DEFAULT_POLICY, traffic(1))!.looksHopeless).toBe(true);
    expect(pairOutlook(found, [0, 1], DEFAULT_POLICY, traffic(0))).toBeNull();
  });
});
