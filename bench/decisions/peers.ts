/** Rules to compare the default rule with. Each remembers the look at which it first called a winner. */

import type { RunningRatio, Stream } from '../../src/tools/backtest/stream.js';
import {
  logEvidence,
  proportionMean,
  type RatioSums,
  ratioMean,
  relativeDifference,
  tuning,
} from './growthbook.js';

const ALPHA = 0.05;
/** Expected units: impressions, or hourly rows of both arms. */
const EXPECTED_IMPRESSIONS = 5000;
const EXPECTED_ROWS = 500;
const RHO_IMPRESSIONS = tuning(ALPHA, EXPECTED_IMPRESSIONS);
const RHO_ROWS = tuning(ALPHA, EXPECTED_ROWS);

/** GrowthBook's test with impressions as units. */
export function growthbookImpressions(ratio: RunningRatio): 'A' | 'B' | null {
  const a = proportionMean(ratio.clicksA, ratio.impressionsA);
  const b = proportionMean(ratio.clicksB, ratio.impressionsB);
  const difference = relativeDifference(a, b);
  if (difference === null) return null;
  return winner(difference, a.n + b.n, RHO_IMPRESSIONS);
}

/** GrowthBook's test of the ratio clicks/impressions, with hours as units. */
export class GrowthbookHourly {
  private read = 0;
  private readonly a: RatioSums = { n: 0, m: 0, mm: 0, d: 0, dd: 0, md: 0 };
  private readonly b: RatioSums = { n: 0, m: 0, mm: 0, d: 0, dd: 0, md: 0 };

  constructor(private readonly stream: Stream) {}

  look(hours: number): 'A' | 'B' | null {
    const { impressionsA, clicksA, impressionsB, clicksB } = this.stream;
    for (; this.read < hours; this.read++) {
      add(this.a, clicksA[this.read]!, impressionsA[this.read]!);
      add(this.b, clicksB[this.read]!, impressionsB[this.read]!);
    }
    const difference = relativeDifference(ratioMean(this.a), ratioMean(this.b));
    return difference && winner(difference, this.a.n + this.b.n, RHO_ROWS);
  }
}

function add(sums: RatioSums, m: number, d: number): void {
  sums.n += 1;
  sums.m += m;
  sums.mm += m * m;
  sums.d += d;
  sums.dd += d * d;
  sums.md += m * d;
}

function winner({ effect, se }: { effect: number; se: number }, n: number, rho: number): 'A' | 'B' | null {
  if (logEvidence(effect / se, n, rho) < -Math.log(ALPHA)) return null;
  return effect > 0 ? 'B' : 'A';
}

/**
 * Wald's sequential probability ratio test that knows the size of the lift and which ad has it. The clicks of an hour
 * are binomial between the ads. The limit of the likelihood ratio, 1/α, holds for tests of any length: if the horizon is
 * short for the lift, a rule that spends its whole error within it can be as fast.
 */
export class Sprt {
  private read = 0;
  private logLikelihoodRatio = 0;
  private readonly logRatio: number;

  constructor(
    private readonly stream: Stream,
    private readonly lift: number,
  ) {
    this.logRatio = Math.log1p(lift);
  }

  look(hours: number): 'B' | null {
    const { impressionsA, clicksA, impressionsB, clicksB } = this.stream;
    for (; this.read < hours; this.read++) {
      const nA = impressionsA[this.read]!;
      const nB = impressionsB[this.read]!;
      if (!(nA > 0 && nB > 0)) continue;
      const clicks = clicksA[this.read]! + clicksB[this.read]!;
      this.logLikelihoodRatio +=
        clicksB[this.read]! * this.logRatio - clicks * Math.log1p((this.lift * nB) / (nA + nB));
    }
    return this.logLikelihoodRatio >= -Math.log(ALPHA) ? 'B' : null;
  }
}
