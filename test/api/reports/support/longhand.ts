/** The report's formulae once more, term by term as docs/statistics.md states them, without the code of the product. */
import { normalSurvival, normalUpperQuantile } from '../../../../src/domain/evidence/distributions.js';

export interface Seen {
  theta: number;
  se: number;
}
interface Point {
  logScale: number;
  ratio: number;
  share: number;
  weight: number;
}

const normal = (x: number, variance: number) => Math.exp((-x * x) / (2 * variance)) / Math.sqrt(variance);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const middles = ([from, to]: number[], cells: number) =>
  Array.from({ length: cells }, (_, cell) => from! + ((cell + 0.5) * (to! - from!)) / cells);

/**
 * Prior: default × likelihood on a grid of ln(scale), mean/scale and the share of equal ads, which has points at 0 and 1 too.
 * The grid is narrowed to the cells that weigh more than 1/1000 on their axis and one beside them, if these are at most half
 * of the cells; at most four times.
 */
export function priorLonghand(tests: readonly Seen[]): Point[] {
  let axes = {
    logScale: { range: [Math.log(0.01), 0], cells: 16 },
    ratio: { range: [-2, 0], cells: 8 },
    share: { range: [0, 1], cells: 10 },
  };
  for (let step = 0; step < 4; step++) {
    const points = weighed(tests, axes);
    const inner = points.filter(({ share }) => share > 0 && share < 1);
    const next = {
      logScale: narrower(axes.logScale, points, 'logScale'),
      ratio: narrower(axes.ratio, points, 'ratio'),
      share: narrower(axes.share, inner, 'share'),
    };
    axes = next;
  }
  return weighed(tests, axes);
}

type Axis = { range: number[]; cells: number };

function weighed(tests: readonly Seen[], axes: Record<'logScale' | 'ratio' | 'share', Axis>): Point[] {
  const [from, to] = axes.share.range as [number, number];
  const points: Point[] = [];
  for (const logScale of middles(axes.logScale.range, axes.logScale.cells))
    for (const ratio of middles(axes.ratio.range, axes.ratio.cells))
      for (const share of [0, ...middles(axes.share.range, axes.share.cells), 1]) {
        const scale = Math.exp(logScale);
        // No equal ads with 1/4, equal ads only with 1/4, the rest evenly between them.
        let weight = share === 0 || share === 1 ? 0.25 : (0.5 * (to - from)) / axes.share.cells;
        weight *= Math.exp(-0.5 * ((logScale - Math.log(0.06)) / 0.8) ** 2 - 0.5 * (ratio / 0.5) ** 2);
        for (const { theta, se } of tests)
          weight *=
            share * normal(theta, se * se) +
            (1 - share) * normal(theta - ratio * scale, scale * scale + se * se);
        points.push({ logScale, ratio, share, weight });
      }
  const most = Math.max(...points.map(({ weight }) => weight));
  const kept = points.filter(({ weight }) => weight > 1e-4 * most);
  const total = sum(kept.map(({ weight }) => weight));
  return kept.map((point) => ({ ...point, weight: point.weight / total }));
}

function narrower(axis: Axis, points: Point[], of: 'logScale' | 'ratio' | 'share'): Axis {
  const [from, to] = axis.range as [number, number];
  const width = (to - from) / axis.cells;
  const total = sum(points.map(({ weight }) => weight));
  const likely: number[] = [];
  for (let cell = 0; cell < axis.cells; cell++) {
    const inside = points.filter((point) => Math.floor((point[of] - from) / width) === cell);
    if (sum(inside.map(({ weight }) => weight)) > total / 1000) likely.push(cell);
  }
  if (likely.length === 0) return axis;
  const first = Math.max(0, likely[0]! - 1);
  const last = Math.min(axis.cells, likely.at(-1)! + 2);
  return last - first > axis.cells / 2
    ? axis
    : { range: [from + first * width, from + last * width], cells: 10 };
}

/** Under a point: the chance z that the ads are equal, and otherwise N(m, s²), by Bayes' rule. */
function posteriorAt({ logScale, ratio, share }: Point, { theta, se }: Seen) {
  const scale = Math.exp(logScale);
  const [prior, error] = [scale * scale, se * se];
  const equal = share * normal(theta, error);
  const other = (1 - share) * normal(theta - ratio * scale, prior + error);
  return {
    z: equal / (equal + other),
    m: (theta / error + (ratio * scale) / prior) / (1 / error + 1 / prior),
    s: Math.sqrt(1 / (1 / error + 1 / prior)),
  };
}

export const over = (prior: Point[], of: (point: Point) => number) =>
  sum(prior.map((point) => point.weight * of(point)));

/** E[ρ] − 1. */
export function liftLonghand(prior: Point[], seen: Seen): number {
  return over(prior, (point) => {
    const { z, m, s } = posteriorAt(point, seen);
    return (1 - z) * (Math.exp(m + (s * s) / 2) - 1);
  });
}

/** P(ln ρ ≤ 0) of a challenger; `sign` −1: of a control, whose ln ρ is the other way round. */
export function noGainLonghand(prior: Point[], seen: Seen, sign = 1): number {
  return over(prior, (point) => {
    const { z, m, s } = posteriorAt(point, seen);
    return z + (1 - z) * normalSurvival((sign * m) / s);
  });
}

/** The 2.5 % and 97.5 % points of a mixture of normals, by bisection. */
function ends(parts: { weight: number; mean: number; sd: number }[]): [number, number] {
  const at = (p: number) => {
    let [low, high] = [
      Math.min(...parts.map(({ mean, sd }) => mean - 9 * sd)),
      Math.max(...parts.map(({ mean, sd }) => mean + 9 * sd)),
    ];
    for (let step = 0; step < 60; step++) {
      const x = (low + high) / 2;
      const below = sum(parts.map(({ weight, mean, sd }) => weight * normalSurvival((mean - x) / sd)));
      if (below < p) low = x;
      else high = x;
    }
    return (low + high) / 2;
  };
  return [at(0.025), at(0.975)];
}

/** Of Σ ln ρ: mean (1 − z)m and variance (1 − z)(s² + z·m²) per test. */
export function compoundLonghand(prior: Point[], tests: readonly Seen[]): [number, number] {
  const parts = prior.map((point) => {
    const each = tests.map((seen) => posteriorAt(point, seen));
    return {
      weight: point.weight,
      mean: sum(each.map(({ z, m }) => (1 - z) * m)),
      sd: Math.sqrt(sum(each.map(({ z, m, s }) => (1 - z) * (s * s + z * m * m)))),
    };
  });
  return ends(parts).map(Math.expm1) as [number, number];
}

/** Of Σ a·(ρ − 1), with the first two moments of a lognormal. */
export function gainsLonghand(
  prior: Point[],
  gains: readonly { seen: Seen; amount: number }[],
): [number, number] {
  return ends(
    prior.map((point) => {
      const each = gains.map(({ seen, amount }) => {
        const { z, m, s } = posteriorAt(point, seen);
        const mean = (1 - z) * (Math.exp(m + (s * s) / 2) - 1);
        // E[ρ²] − 2E[ρ] + 1, if the ads differ.
        const square = (1 - z) * (Math.exp(2 * m + 2 * s * s) - 2 * Math.exp(m + (s * s) / 2) + 1);
        return { mean: amount * mean, variance: amount * amount * (square - mean * mean) };
      });
      return {
        weight: point.weight,
        mean: sum(each.map(({ mean }) => mean)),
        sd: Math.sqrt(sum(each.map(({ variance }) => variance))),
      };
    }),
  );
}

/** Of ΣM(ρκ − 1) = ΣMκ(ρ − 1) + ΣM(κ − 1): `moved` is M, `cheaper` is κ. */
export function savedLonghand(
  prior: Point[],
  tests: readonly { seen: Seen; moved: number; cheaper: number }[],
): [number, number] {
  const certain = sum(tests.map(({ moved, cheaper }) => moved * cheaper - moved));
  const gains = tests.map(({ seen, moved, cheaper }) => ({ seen, amount: moved * cheaper }));
  return gainsLonghand(prior, gains).map((end) => end + certain) as [number, number];
}

/**
 * Luck: `tests` tests of equal ads with this error at 30 h, α = 0.05 spent by ln(1 + 10t)/ln 11 over looks every 6 hours from
 * 24 to 672 h; half of it makes a challenger win.
 */
export function luckLonghand(tests: number, se: number, hours: number) {
  const spent = (at: number) => (0.05 * Math.log(1 + (10 * at) / 672)) / Math.log(11);
  const stops: { chance: number; claim: number }[] = [];
  for (let at = 24; at <= 672; at += 6) {
    const error = se * Math.sqrt(hours / at);
    const first = at === 24;
    const bound = normalUpperQuantile(first ? spent(24) / 2 : 0.05 / 22);
    stops.push({
      chance: (spent(at) - (first ? 0 : spent(at - 6))) / 2,
      claim: first
        ? (error * error) / 2 + Math.log(normalSurvival(bound - error) / normalSurvival(bound))
        : error * (bound + 0.583 * Math.sqrt(6 / at)),
    });
  }
  const mean = 1 + sum(stops.map(({ chance, claim }) => chance * Math.expm1(claim)));
  // The chance of each sum of claims, in steps of 0.01; a claim between two steps is shared between them.
  const one = new Map([[0, 1 - sum(stops.map(({ chance }) => chance))]]);
  const add = (to: Map<number, number>, step: number, chance: number) =>
    to.set(step, (to.get(step) ?? 0) + chance);
  for (const { chance, claim } of stops) {
    const low = Math.floor(claim / 0.01);
    add(one, low, chance * (low + 1 - claim / 0.01));
    add(one, low + 1, chance * (claim / 0.01 - low));
  }
  let all = new Map([[0, 1]]);
  for (let test = 0; test < tests; test++) {
    const next = new Map<number, number>();
    for (const [before, chance] of all)
      for (const [step, more] of one) add(next, before + step, chance * more);
    all = next;
  }
  const quantile = (p: number) => {
    let below = 0;
    for (const step of [...all.keys()].sort((x, y) => x - y)) {
      below += all.get(step)!;
      if (below >= p) return Math.expm1(0.01 * step);
    }
    return Number.NaN;
  };
  return { compound: mean ** tests - 1, interval: [quantile(0.025), quantile(0.975)] };
}
