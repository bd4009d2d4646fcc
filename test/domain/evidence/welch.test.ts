import { describe, expect, it } from 'vitest';
import {
  summarize,
  type WelchTest,
  welchOfProportions,
  welchOfSamples,
  welchOfSummaries,
} from '../../../src/domain/evidence/welch.js';
import reference from '../../reference/welch.json' with { type: 'json' };
import { relativeError } from './simulate.js';

interface Case {
  name: string;
  kind: string;
  a?: number[];
  b?: number[];
  mean1?: number;
  sd1?: number;
  n1?: number;
  mean2?: number;
  sd2?: number;
  n2?: number;
  exact?: { t: number; df: number; p_two_sided: number };
}

function run(c: Case): WelchTest | null {
  if (c.kind === 'samples') return welchOfSamples(c.a!, c.b!);
  return welchOfSummaries(
    { n: c.n1!, mean: c.mean1!, variance: c.sd1! ** 2 },
    { n: c.n2!, mean: c.mean2!, variance: c.sd2! ** 2 },
  );
}

describe("Welch's test", () => {
  it.each(reference.cases as Case[])('$name', (c) => {
    const got = run(c);
    if (!c.exact) {
      expect(got).toBeNull();
      return;
    }
    expect(relativeError(got!.t, c.exact.t)).toBeLessThan(1e-12);
    expect(relativeError(got!.df, c.exact.df)).toBeLessThan(1e-12);
    // At t = −37.1, the rounding of t costs digits of p.
    expect(relativeError(got!.p, c.exact.p_two_sided)).toBeLessThan(2e-7);
  });

  it('treats counts as samples of 0 and 1', () => {
    const bits = (trials: number, successes: number) =>
      Array.from({ length: trials }, (_, i) => (i < successes ? 1 : 0));
    const counts = welchOfProportions({ trials: 400, successes: 12 }, { trials: 300, successes: 21 })!;
    const samples = welchOfSamples(bits(400, 12), bits(300, 21))!;
    expect(counts.t).toBeCloseTo(samples.t, 12);
    expect(counts.df).toBeCloseTo(samples.df, 9);
    expect(counts.p).toBeCloseTo(samples.p, 12);
    expect(counts.t).toBeLessThan(0);
  });

  it('finds no difference between two equal ads with 10 million impressions', () => {
    const arm = { trials: 10_000_000, successes: 200_000 };
    expect(welchOfProportions(arm, arm)).toMatchObject({ t: 0, p: 1 });
  });

  it('is null without variance or with a single impression', () => {
    expect(welchOfProportions({ trials: 0, successes: 0 }, { trials: 0, successes: 0 })).toBeNull();
    expect(welchOfProportions({ trials: 1, successes: 1 }, { trials: 500, successes: 9 })).toBeNull();
    expect(welchOfProportions({ trials: 500, successes: 0 }, { trials: 500, successes: 0 })).toBeNull();
    expect(welchOfProportions({ trials: 5, successes: 7 }, { trials: 5, successes: 7 })).toBeNull();
    expect(welchOfSamples([], [1, 2])).toBeNull();
  });

  it('finds no variance in equal values whose mean is rounded', () => {
    expect(summarize([0.1, 0.1, 0.1])).toMatchObject({ n: 3, variance: 0 });
  });
});
