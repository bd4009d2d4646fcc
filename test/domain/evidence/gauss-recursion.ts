/**
 * A second implementation of the group-sequential recursion, to check the product's. It shares no quadrature with it:
 * Gauss-Legendre nodes on the whole interval, on the scale of the score Z·√I, both signs, bounds by bisection.
 */

import { normalSurvival, studentTwoSidedP } from '../../../src/domain/evidence/distributions.js';

/** Nodes and weights on [−1, 1], by Newton's method on the Legendre polynomial. */
export function gaussLegendre(count: number): { nodes: Float64Array; weights: Float64Array } {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let [before, value] = [1, x];
      for (let n = 2; n <= count; n++)
        [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (count * (x * value - before)) / (x * x - 1);
      const move = value / slope;
      x -= move;
      if (Math.abs(move) < 1e-15) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

const rules = new Map<number, ReturnType<typeof gaussLegendre>>();

/**
 * Two-sided bounds on the normal scale. `spent[k]` is the cumulative error after look k and must rise at each look.
 * `count` nodes must be closer than the increments of the score: about 120·√(I/ΔI) of them.
 */
export function gaussBounds(
  information: readonly number[],
  spent: readonly number[],
  count: number,
): number[] {
  const rule = rules.get(count) ?? gaussLegendre(count);
  rules.set(count, rule);
  const bounds: number[] = [];
  let points = new Float64Array([0]);
  let mass = new Float64Array([1]);
  for (let k = 0; k < information.length; k++) {
    const now = information[k]!;
    const sd = Math.sqrt(now - (information[k - 1] ?? 0));
    const spend = spent[k]! - (spent[k - 1] ?? 0);
    const tail = (score: number): number =>
      mass.reduce((sum, m, j) => {
        const point = points[j]!;
        // 12 standard deviations: 2e-33.
        return score - point > 12 * sd ? sum : sum + 2 * m * normalSurvival((score - point) / sd);
      }, 0);
    let [low, high] = [0, 9 * Math.sqrt(now)];
    for (let step = 0; step < 44; step++) {
      const middle = (low + high) / 2;
      if (tail(middle) > spend) low = middle;
      else high = middle;
    }
    const edge = (low + high) / 2;
    bounds.push(edge / Math.sqrt(now));
    const next = rule.nodes.map((x) => x * edge);
    mass = next.map((score, i) => {
      let density = 0;
      for (let j = 0; j < mass.length; j++) {
        const x = (score - points[j]!) / sd;
        if (x < 12 && x > -12) density += mass[j]! * Math.exp(-0.5 * x * x);
      }
      return (density * rule.weights[i]! * edge) / (sd * Math.sqrt(2 * Math.PI));
    });
    points = next;
  }
  return bounds;
}

/** One look as the p-value sees it. */
export interface WeighedLook {
  information: number;
  /** Share of α that is spent by this look. */
  fraction: number;
  t: number;
  df: number;
}

/** The smallest α at which some look crosses, by bisection to a relative 1e-4; 0.96 if none crosses there. */
export function gaussAlpha(looks: readonly WeighedLook[], count: number): number {
  const information = looks.map((look) => look.information);
  const tails = looks.map(({ t, df }) => 0.5 * studentTwoSidedP(t, df));
  const crosses = (alpha: number): boolean => {
    const spent = looks.map(({ fraction }) => fraction * alpha);
    return gaussBounds(information, spent, count).some((bound, k) => tails[k]! <= normalSurvival(bound));
  };
  let [low, high] = [1e-10, 0.96];
  if (!crosses(high)) return high;
  while (high > low * 1.0001) {
    const middle = Math.sqrt(low * high);
    if (crosses(middle)) high = middle;
    else low = middle;
  }
  return Math.sqrt(low * high);
}
