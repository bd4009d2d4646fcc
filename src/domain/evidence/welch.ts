/**
 * Welch's two-sided test of two means. It is shown next to the rule's figures as "unadjusted", because it ignores the
 * number of looks. Only the rule `welch` bases its verdicts on it.
 */

import { studentTwoSidedP } from './distributions.js';

export interface WelchTest {
  /** (mean of A − mean of B) / its standard error. */
  t: number;
  /** Welch-Satterthwaite degrees of freedom. */
  df: number;
  /** Two-sided, for a single look. */
  p: number;
}

/** Size, mean and unbiased variance of a sample. */
export interface SampleSummary {
  n: number;
  mean: number;
  variance: number;
}

/** Successes among independent trials: link clicks among impressions. */
export interface Proportion {
  trials: number;
  successes: number;
}

/** Two-pass mean and variance; equal values have variance 0 exactly. */
export function summarize(sample: readonly number[]): SampleSummary {
  const n = sample.length;
  const mean = sample.reduce((sum, value) => sum + value, 0) / n;
  const constant = sample.every((value) => value === sample[0]);
  const squares = constant ? 0 : sample.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}

/** Null if there is too little data: at most one value on a side, or no variance on either side. */
export function welchOfSummaries(a: SampleSummary, b: SampleSummary): WelchTest | null {
  if (!(a.n > 1 && b.n > 1)) return null;
  const errorA = a.variance / a.n;
  const errorB = b.variance / b.n;
  const error = errorA + errorB;
  if (!(error > 0)) return null;
  const t = (a.mean - b.mean) / Math.sqrt(error);
  // Shares of the error, not its squares: those underflow.
  const df = 1 / ((errorA / error) ** 2 / (a.n - 1) + (errorB / error) ** 2 / (b.n - 1));
  return { t, df, p: studentTwoSidedP(t, df) };
}

export function welchOfSamples(a: readonly number[], b: readonly number[]): WelchTest | null {
  return welchOfSummaries(summarize(a), summarize(b));
}

/** Tests the difference of two rates; each trial is a sample of 0 or 1. */
export function welchOfProportions(a: Proportion, b: Proportion): WelchTest | null {
  return welchOfSummaries(summarizeProportion(a), summarizeProportion(b));
}

/** Each trial is a sample of 0 or 1. */
export function summarizeProportion({ trials, successes }: Proportion): SampleSummary {
  const mean = trials > 0 ? successes / trials : 0;
  // Meta can count more clicks than impressions; a rate above 1 has no binomial variance.
  const variance = trials > 1 ? Math.max(0, (mean * (1 - mean) * trials) / (trials - 1)) : 0;
  return { n: trials, mean, variance };
}
