/**
 * The stratified robust log rate ratio: Mantel-Haenszel's estimator over buckets, so neither drift common to
 * both ads nor a changing delivery mix biases it; its standard error is cluster-robust with a leverage correction.
 */

import type { PairRow } from './types.js';

/** What the rows say, before any rule is applied. */
export interface RateRatio {
  /** Buckets in which both ads delivered; only these enter. */
  rows: number;
  impressionsA: number;
  clicksA: number;
  impressionsB: number;
  clicksB: number;
  /** ln of the rate ratio of B over A; 0 where it can't be estimated. */
  theta: number;
  /** Standard error of theta; 0 where it can't be estimated. */
  se: number;
  /** (ΣW)²/ΣW² − 1; 0 without rows. */
  df: number;
  /** theta / se; 0 where se is 0. */
  t: number;
  /** Σ (xA+xB)·w·(1−w). */
  information: number;
}

/** No count of clicks gives a standard error as small as this. */
const ROUNDING = 1e-9;

/** Estimates the log rate ratio of B over A. Never NaN: what can't be estimated is 0. */
export function rateRatio(rows: readonly PairRow[]): RateRatio {
  const result: RateRatio = {
    rows: 0,
    impressionsA: 0,
    clicksA: 0,
    impressionsB: 0,
    clicksB: 0,
    theta: 0,
    se: 0,
    df: 0,
    t: 0,
    information: 0,
  };
  let sumA = 0;
  let sumB = 0;
  let sumW = 0;
  let sumW2 = 0;
  for (const row of rows) {
    if (!delivered(row)) continue;
    // Each share by its own division: 1 − share would cancel where one ad has nearly all impressions.
    const total = row.impressionsA + row.impressionsB;
    const shareA = row.impressionsA / total;
    const shareB = row.impressionsB / total;
    const weight = (row.impressionsA * row.impressionsB) / total;
    result.rows += 1;
    result.impressionsA += row.impressionsA;
    result.clicksA += row.clicksA;
    result.impressionsB += row.impressionsB;
    result.clicksB += row.clicksB;
    result.information += (row.clicksA + row.clicksB) * shareA * shareB;
    sumA += row.clicksB * shareA;
    sumB += row.clicksA * shareB;
    sumW += weight;
    sumW2 += weight * weight;
  }
  if (result.rows === 0) return result;
  // One bucket gives exactly 0; rounding must not leave a trace of a degree of freedom.
  result.df = result.rows === 1 ? 0 : Math.max(0, (sumW * sumW) / sumW2 - 1);
  if (sumA === 0 || sumB === 0) return result;

  const ratio = sumA / sumB;
  result.theta = Math.log(ratio);
  if (result.rows === 1) return result;
  let squares = 0;
  for (const row of rows) {
    if (!delivered(row)) continue;
    const total = row.impressionsA + row.impressionsB;
    const leverage = (row.impressionsA * row.impressionsB) / total / sumW;
    const difference = row.clicksB * row.impressionsA - ratio * row.clicksA * row.impressionsB;
    const residual = difference / total / (1 - leverage);
    squares += residual * residual;
  }
  const se = Math.sqrt(squares) / sumA;
  // Buckets in one exact proportion have no variance, though rounding leaves a trace of it; and one that
  // outweighs all others to the last digit has leverage 1. Either way no error can be estimated.
  if (!(se > ROUNDING && Number.isFinite(se))) return result;
  result.se = se;
  result.t = result.theta / se;
  return result;
}

function delivered(row: PairRow): boolean {
  return row.impressionsA > 0 && row.impressionsB > 0;
}
