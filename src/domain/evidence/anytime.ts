/**
 * The rule without a horizon: an e-process on the stratified differences of the two ads. By Ville's inequality the rate
 * of false winners stays under 1 − confidence at any time and under any overdispersion, provided that a row's difference
 * is symmetric for equal ads. It decides 9–19 % later than the default rule.
 */

import { type AnytimeState, decodeAnytime, encodeAnytime } from './anytime-state.js';
import { onItsSide, policyGaps, requireConfirmed } from './minimums.js';
import { delivered, type RateRatio, rateRatio } from './rate-ratio.js';
import type { Evidence, PairRow, Rule, RuleSettings } from './types.js';

/** Standard deviation of the mixture over the effect, on the scale of the log rate ratio. */
export const TAU = 0.15;
/** Steps of the search for an end of the interval, from the outside inwards; bisection follows. */
const SCAN = 256;
const BISECTIONS = 60;

/** Sums over the rows of a = xB·(1−w) and b = xA·w, which have the same mean if the ads are equal. */
export interface Differences {
  a: number;
  b: number;
  aa: number;
  ab: number;
  bb: number;
}

/**
 * Sums only the rows in which both ads delivered. Amounts are in units of the mean amount per event, because {@link TAU}
 * is the size of an effect on counts.
 */
export function differences(rows: readonly PairRow[]): Differences {
  const unit = amountPerEvent(rows);
  const sums: Differences = { a: 0, b: 0, aa: 0, ab: 0, bb: 0 };
  for (const row of rows) {
    if (!delivered(row)) continue;
    const total = row.exposureA + row.exposureB;
    const a = (row.eventsB * (row.exposureA / total)) / unit;
    const b = (row.eventsA * (row.exposureB / total)) / unit;
    sums.a += a;
    sums.b += b;
    sums.aa += a * a;
    sums.ab += a * b;
    sums.bb += b * b;
  }
  return sums;
}

/** The mean over both ads, so that swapping them changes nothing; 1 if events are counts. */
function amountPerEvent(rows: readonly PairRow[]): number {
  let amount = 0;
  let count = 0;
  for (const row of rows) {
    if (!delivered(row)) continue;
    amount += row.eventsA + row.eventsB;
    count += (row.countA ?? row.eventsA) + (row.countB ?? row.eventsB);
  }
  return amount > 0 && count > 0 ? amount / count : 1;
}

/**
 * ln E against the hypothesis that B's rate is tan(angle) times A's, angle in [0, π/2]; for equal ads it is π/4.
 * A row's difference is √2·(a·cos − b·sin), its mean 0 under the hypothesis; E = (1+τ²V)^(−½)·exp(τ²S²/(2(1+τ²V)))
 * with S and V the sums of the differences and of their squares.
 */
export function logE(sums: Differences, angle: number): number {
  const cos = Math.SQRT2 * Math.cos(angle);
  const sin = Math.SQRT2 * Math.sin(angle);
  return logMixture(
    sums.a * cos - sums.b * sin,
    sums.aa * cos * cos - 2 * sums.ab * cos * sin + sums.bb * sin * sin,
  );
}

/**
 * ln E of S = Σ(a−b) and V = Σ(a−b)²: the evidence that the ads differ. `inflation` multiplies V, if rows are not
 * independent.
 */
export function logEquality({ a, b, aa, ab, bb }: Differences, inflation = 1): number {
  return logMixture(a - b, inflation * (aa - 2 * ab + bb));
}

function logMixture(s: number, v: number): number {
  // With equal rows, rounding can leave a small negative square.
  const variance = TAU * TAU * Math.max(0, v);
  return (TAU * TAU * s * s) / (2 * (1 + variance)) - 0.5 * Math.log1p(variance);
}

/**
 * The range of the relative lifts that E ≥ 1/(1 − confidence) doesn't rule out: a confidence sequence, valid at all
 * looks together with probability `confidence`. Null if it has no upper end.
 */
export function anytimeInterval(sums: Differences, confidence: number): [number, number] | null {
  if (!(sums.a > 0 && sums.b > 0)) return null;
  const limit = -Math.log(1 - confidence);
  const centre = Math.atan2(sums.a, sums.b);
  const high = lastKept(sums, limit, Math.PI / 2, centre);
  if (high === Math.PI / 2) return null;
  return [Math.tan(lastKept(sums, limit, 0, centre)) - 1, Math.tan(high) - 1];
}

/** The hypothesis nearest to `end` that isn't ruled out. The search runs from `end` to the estimate, which never is. */
function lastKept(sums: Differences, limit: number, end: number, centre: number): number {
  if (logE(sums, end) < limit) return end;
  let out = end;
  let kept = centre;
  for (let k = 1; k < SCAN; k++) {
    const angle = end + ((centre - end) * k) / SCAN;
    if (logE(sums, angle) < limit) {
      kept = angle;
      break;
    }
    out = angle;
  }
  for (let k = 0; k < BISECTIONS; k++) {
    const middle = (out + kept) / 2;
    if (logE(sums, middle) < limit) kept = middle;
    else out = middle;
  }
  return kept;
}

function estimate(settings: RuleSettings, rows: readonly PairRow[]): RateRatio {
  return rateRatio(rows, { information: settings.information ?? 'events' });
}

function look(
  settings: RuleSettings,
  state: AnytimeState,
  rows: readonly PairRow[],
  hours: number,
): { evidence: Evidence; state: AnytimeState } {
  requireConfirmed(settings.confidence);
  const ratio = estimate(settings, rows);
  const { theta, se, df, t, information } = ratio;
  const sums = differences(rows);
  const evidenceNow = logEquality(sums);
  const missing = policyGaps(settings, ratio, hours);
  // Without events on both sides there is no ratio.
  if (!(sums.a > 0 && sums.b > 0)) missing.push({ code: 'no_variance', value: se, limit: 0 });
  const counts = missing.length === 0;

  const p = Math.min(1, Math.max(Number.MIN_VALUE, Math.exp(-evidenceNow)));
  const crosses = p <= 1 - settings.confidence;
  const leader = theta > 0 ? 'B' : 'A';
  const after: AnytimeState = counts
    ? {
        looks: state.looks + 1,
        p: Math.min(state.p, onItsSide(p, crosses, settings.confidence)),
        crossed: crosses ? leader : state.crossed,
      }
    : state;
  return {
    evidence: {
      hours,
      theta,
      se,
      df,
      t,
      information,
      counts,
      missing,
      bound: null,
      tCritical: null,
      p: after.p,
      confidence: 1 - after.p,
      interval: counts ? anytimeInterval(sums, settings.confidence) : null,
      winner: counts && after.crossed === leader ? leader : null,
      adjusted: true,
      logE: evidenceNow,
    },
    state: after,
  };
}

/**
 * Promotes at E ≥ 1/(1 − confidence) in the direction of the effect; p = min(1, 1/max E over the looks so far). Once E
 * has reached the threshold, it stays reached, but an ad that no longer leads is not a winner.
 */
export const anytime: Rule<AnytimeState> = {
  name: 'anytime',
  version: '1',
  adjusted: true,
  start(settings) {
    requireConfirmed(settings.confidence);
    return { looks: 0, p: 1, crossed: null };
  },
  look,
  estimate,
  usesHistory: () => false,
  encode: encodeAnytime,
  decode: decodeAnytime,
};
