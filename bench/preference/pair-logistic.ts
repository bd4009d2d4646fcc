/** Logistic regression on pairs: which of two texts of one group did better. */
import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { dot } from '../../src/domain/preference/ridge.js';
import { type SparseRow, sparseDot } from '../../src/domain/preference/sparse-row.js';
import { groupsOf } from '../../src/domain/preference/within-groups.js';

/** The first did better than the second, or worse if `won` is false. */
export interface Pair {
  difference: SparseRow;
  won: boolean;
  weight: number;
}

/** A pair counts if its difference is over one standard error; its weight is that many, at most five. */
const LEAST_Z = 1;
const MOST_WEIGHT = 5;

/** The pairs of one test and group, one per two texts. `grams[i]` describes `rows[i]`. */
export function pairsOf(rows: readonly MeasuredText[], grams: readonly SparseRow[]): Pair[] {
  const pairs: Pair[] = [];
  for (const members of groupsOf(rows)) {
    for (const [place, i] of members.entries()) {
      for (const j of members.slice(place + 1)) {
        const [a, b] = [rows[i]!, rows[j]!];
        const z = (a.logRate - b.logRate) / Math.sqrt(a.variance + b.variance);
        if (Math.abs(z) <= LEAST_Z) continue;
        pairs.push({
          difference: difference(grams[i]!, grams[j]!),
          won: z > 0,
          weight: Math.min(Math.abs(z), MOST_WEIGHT),
        });
      }
    }
  }
  return pairs;
}

export interface LogisticOptions {
  /** The factor C of the pairs' loss beside ½|b|². */
  c: number;
  start?: Float64Array;
  iterations?: number;
  /** Ends if the gradient's norm falls below this share of its norm at b = 0. */
  tolerance?: number;
}

/**
 * Coefficients b that minimise ½|b|² + C Σ weight·ln(1 + exp(−s·d·b)), s = ±1, by L-BFGS (Nocedal 1980) with ten pairs
 * and backtracking. No intercept.
 */
export function fitPairs(pairs: readonly Pair[], width: number, options: LogisticOptions): Float64Array {
  const { c, start, iterations = 100, tolerance = 1e-3 } = options;
  let b: Float64Array = start === undefined ? new Float64Array(width) : Float64Array.from(start);
  let { loss, gradient } = lossAt(pairs, b, c);
  const atZero = start === undefined ? gradient : lossAt(pairs, new Float64Array(width), c).gradient;
  const goal = tolerance * Math.sqrt(dot(atZero, atZero));
  const memory: { step: Float64Array; change: Float64Array; scale: number }[] = [];
  for (let i = 0; i < iterations && Math.sqrt(dot(gradient, gradient)) > goal; i++) {
    const direction = descent(gradient, memory);
    const slope = dot(direction, gradient);
    let length = memory.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let tried = moved(b, direction, length);
    let there = lossAt(pairs, tried, c);
    while (there.loss > loss + 1e-4 * length * slope && length > 1e-10) {
      length /= 2;
      tried = moved(b, direction, length);
      there = lossAt(pairs, tried, c);
    }
    const step = tried.map((value, k) => value - b[k]!);
    const change = there.gradient.map((value, k) => value - gradient[k]!);
    const curvature = dot(step, change);
    if (curvature <= 0) break;
    memory.push({ step, change, scale: 1 / curvature });
    if (memory.length > 10) memory.shift();
    b = tried;
    loss = there.loss;
    gradient = there.gradient;
  }
  return b;
}

function lossAt(
  pairs: readonly Pair[],
  b: Float64Array,
  c: number,
): { loss: number; gradient: Float64Array } {
  const gradient = Float64Array.from(b);
  let loss = dot(b, b) / 2;
  for (const { difference: d, won, weight } of pairs) {
    const sign = won ? 1 : -1;
    const margin = sign * sparseDot(d, b);
    loss += c * weight * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin);
    const pull = (-sign * c * weight) / (1 + Math.exp(margin));
    for (let i = 0; i < d.columns.length; i++) gradient[d.columns[i]!]! += pull * d.weights[i]!;
  }
  return { loss, gradient };
}

/** The two-loop recursion. */
function descent(
  gradient: Float64Array,
  memory: readonly { step: Float64Array; change: Float64Array; scale: number }[],
): Float64Array {
  const q = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (const { step, change, scale } of [...memory].reverse()) {
    const alpha = scale * dot(step, q);
    alphas.push(alpha);
    for (let k = 0; k < q.length; k++) q[k]! -= alpha * change[k]!;
  }
  const last = memory.at(-1);
  if (last !== undefined) {
    const factor = 1 / (last.scale * dot(last.change, last.change));
    for (let k = 0; k < q.length; k++) q[k]! *= factor;
  }
  for (const { step, change, scale } of memory) {
    const beta = scale * dot(change, q);
    const alpha = alphas.pop()!;
    for (let k = 0; k < q.length; k++) q[k]! += (alpha - beta) * step[k]!;
  }
  return q;
}

function moved(b: Float64Array, direction: Float64Array, length: number): Float64Array {
  return b.map((value, k) => value + length * direction[k]!);
}

/** a − b. */
function difference(a: SparseRow, b: SparseRow): SparseRow {
  const columns: number[] = [];
  const weights: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.columns.length || j < b.columns.length) {
    const left = a.columns[i] ?? Number.POSITIVE_INFINITY;
    const right = b.columns[j] ?? Number.POSITIVE_INFINITY;
    const weight = (left <= right ? a.weights[i]! : 0) - (right <= left ? b.weights[j]! : 0);
    if (weight !== 0) {
      columns.push(Math.min(left, right));
      weights.push(weight);
    }
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return { columns: Int32Array.from(columns), weights: Float64Array.from(weights) };
}
