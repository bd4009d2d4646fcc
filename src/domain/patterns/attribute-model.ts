/**
 * What all attributes together say about a creative: Bayesian linear regression of log rates on attributes, within the groups
 * of tests. Unlike the effects of single attributes, it knows how sure it is of a creative that no test has seen. So drafts
 * can be chosen for what they may win and for what they may teach.
 */

import type { Attributes } from '../creative/registry.js';
import { attributeOf } from '../creative/registry.js';
import type { PatternTest } from './effects.js';
import { choleskyOf, inverseOf, logDeterminantOf } from './symmetric.js';

/** Plain data. Of attributes that no test varies, only the prior is known: they are left out of `ids`. */
export interface AttributeModel {
  /** Attributes that tests vary. */
  ids: readonly string[];
  /** Expected log rate per step, in the order of `ids`. */
  means: readonly number[];
  /** Of the effects, row by row. */
  covariance: readonly (readonly number[])[];
  /** Of an effect that no test has measured: around 0, or around what was learned elsewhere. */
  effectVariance: number;
  /** Between creatives, of what no attribute explains. */
  unexplained: number;
  /** What was learned elsewhere: the prior mean by attribute id, log rate per step. */
  elsewhere: Readonly<Record<string, number>>;
  /** Tests learned from. */
  tests: number;
}

/** A step of an amount, e.g. one more letter per word, is a small change of the text. */
const AMOUNT_STEP = 0.4;
/**
 * Standard deviations that are thought possible before any test, each as likely as the others: of effects per step, and of what
 * attributes leave unexplained. Tests weigh them by their likelihood.
 */
const EFFECTS = [0.01, 0.05, 0.1, 0.15, 0.25];
const UNEXPLAINED = [0.03, 0.1, 0.2];

/** An arm's values less their weighted mean in its group. */
interface Row {
  group: number;
  values: Float64Array;
  logRate: number;
  variance: number;
}

/**
 * Learns from finished tests. `ids`: of the registry. `elsewhere`: prior means by attribute id, already shrunk. The variances of
 * effects and of what is unexplained are averaged over (Hoeting, Madigan, Raftery and Volinsky, Statistical Science 14, 1999).
 * The order of the tests matters by rounding alone.
 */
export function learnAttributes(
  tests: readonly PatternTest[],
  ids: readonly string[],
  elsewhere: Readonly<Record<string, number>> = {},
): AttributeModel {
  const groups = groupsOf(tests);
  const varied = ids.filter((id) => groups.some((group) => isVaried(group, id)));
  const rows = groups.flatMap((group, at) => rowsOf(group, at, varied));
  const prior = varied.map((id) => elsewhere[id] ?? 0);
  const scale = varied.map(stepOf);
  const fits = EFFECTS.flatMap((effect) =>
    UNEXPLAINED.map((unexplained) => ({
      effect,
      unexplained,
      ...posterior(rows, groups.length, prior, scale, effect ** 2, unexplained ** 2),
    })),
  );
  const most = Math.max(...fits.map(({ logEvidence }) => logEvidence));
  const weights = fits.map(({ logEvidence }) => Math.exp(logEvidence - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (fit: (typeof fits)[number]) => number) =>
    fits.reduce((sum, fit, i) => sum + (weights[i]! / total) * of(fit), 0);
  const means = varied.map((_, i) => average((fit) => fit.means[i]!));
  return {
    ids: varied,
    means,
    covariance: varied.map((_, i) =>
      varied.map((__, j) =>
        average(
          (fit) =>
            fit.covariance[i * varied.length + j]! +
            (fit.means[i]! - means[i]!) * (fit.means[j]! - means[j]!),
        ),
      ),
    ),
    effectVariance: average(({ effect }) => effect ** 2),
    unexplained: average(({ unexplained }) => unexplained ** 2),
    elsewhere,
    tests: new Set(tests.filter(({ arms }) => arms.length > 1).map(({ id }) => id)).size,
  };
}

/** The model with this share of each expected effect; how sure it is stays. */
export function scaled(model: AttributeModel, share: number): AttributeModel {
  const elsewhere = Object.entries(model.elsewhere).map(([id, mean]) => [id, share * mean] as const);
  return {
    ...model,
    means: model.means.map((mean) => share * mean),
    elsewhere: Object.fromEntries(elsewhere),
  };
}

/** What to expect of an attribute's effect, as a log rate ratio per step. */
export function expectedEffect(model: AttributeModel, id: string): { mean: number; sd: number } {
  const at = model.ids.indexOf(id);
  if (at < 0) {
    return { mean: model.elsewhere[id] ?? 0, sd: stepOf(id) * Math.sqrt(model.effectVariance) };
  }
  return { mean: model.means[at]!, sd: Math.sqrt(Math.max(0, model.covariance[at]![at]!)) };
}

/**
 * Log rates of drafts by their attributes, up to a constant, and their covariance. What is unknown of a draft counts as the mean
 * of the others.
 */
export function attributeForecast(
  model: AttributeModel,
  drafts: readonly Attributes[],
): { means: number[]; covariance: number[][] } {
  const known = new Set(model.ids);
  const others = [...new Set(drafts.flatMap((draft) => Object.keys(draft)))].filter((id) => !known.has(id));
  const learned = drafts.map((_, i) => model.ids.map((id) => differenceOf(drafts, i, id)));
  const unknown = drafts.map((_, i) => others.map((id) => differenceOf(drafts, i, id)));
  const steps = others.map(stepOf);
  const means = drafts.map(
    (_, i) =>
      dot(learned[i]!, model.means) +
      unknown[i]!.reduce((sum, value, k) => sum + value * (model.elsewhere[others[k]!] ?? 0), 0),
  );
  const covariance = drafts.map((_, i) => {
    const image = model.covariance.map((row) => dot(row, learned[i]!));
    return drafts.map((__, j) => {
      const fresh = unknown[i]!.reduce(
        (sum, value, k) => sum + value * unknown[j]![k]! * steps[k]! ** 2 * model.effectVariance,
        0,
      );
      return dot(image, learned[j]!) + fresh + (i === j ? model.unexplained : 0);
    });
  });
  return { means, covariance };
}

/** A draft's value of an attribute less the mean of the drafts of which it is known. */
function differenceOf(drafts: readonly Attributes[], i: number, id: string): number {
  const value = drafts[i]![id];
  if (value === null || value === undefined) return 0;
  let sum = 0;
  let count = 0;
  for (const draft of drafts) {
    const other = draft[id];
    if (other === null || other === undefined) continue;
    sum += other;
    count++;
  }
  return value - sum / count;
}

function stepOf(id: string): number {
  return attributeOf(id)?.kind === 'amount' ? AMOUNT_STEP : 1;
}

type Group = readonly PatternTest['arms'][number][];

function groupsOf(tests: readonly PatternTest[]): Group[] {
  return tests.flatMap(({ arms }) => {
    const groups = new Map<string, Group[number][]>();
    for (const arm of arms) groups.set(arm.group, [...(groups.get(arm.group) ?? []), arm]);
    return [...groups.values()].filter(({ length }) => length > 1);
  });
}

function isVaried(group: Group, id: string): boolean {
  const values = group.flatMap(({ attributes }) => attributes[id] ?? []);
  return Math.max(...values) > Math.min(...values);
}

function rowsOf(group: Group, at: number, ids: readonly string[]): Row[] {
  const all = group.map(({ attributes }) => attributes);
  return group.map(({ logRate, variance }, i) => ({
    group: at,
    values: Float64Array.from(ids, (id) => differenceOf(all, i, id)),
    logRate,
    variance,
  }));
}

interface Posterior {
  means: Float64Array;
  /** Row by row. */
  covariance: Float64Array;
  /** Log marginal likelihood of what groups say, up to a constant: their levels are integrated out. */
  logEvidence: number;
}

/** The posterior for given variances. */
function posterior(
  rows: readonly Row[],
  groups: number,
  prior: readonly number[],
  scale: readonly number[],
  effectVariance: number,
  unexplained: number,
): Posterior {
  const n = prior.length;
  const precision = new Float64Array(n * n);
  const product = new Float64Array(n);
  let logEvidence = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const own = effectVariance * scale[i]! ** 2;
    precision[i * n + i] = 1 / own;
    product[i] = prior[i]! / own;
    squares += prior[i]! ** 2 / own;
    logEvidence -= Math.log(own) / 2;
  }
  const members: Row[][] = Array.from({ length: groups }, () => []);
  for (const row of rows) members[row.group]!.push(row);
  for (const group of members) {
    const weights = group.map(({ variance }) => 1 / (variance + unexplained));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = (of: (row: Row) => number) =>
      group.reduce((sum, row, i) => sum + weights[i]! * of(row), 0) / total;
    const y = mean(({ logRate }) => logRate);
    const x = Float64Array.from({ length: n }, (_, k) => mean(({ values }) => values[k]!));
    logEvidence -= Math.log(total) / 2;
    group.forEach(({ values, logRate }, i) => {
      const weight = weights[i]!;
      logEvidence += Math.log(weight) / 2;
      squares += weight * (logRate - y) ** 2;
      for (let k = 0; k < n; k++) {
        const dx = weight * (values[k]! - x[k]!);
        if (dx === 0) continue;
        product[k]! += dx * (logRate - y);
        for (let l = 0; l < n; l++) precision[k * n + l]! += dx * (values[l]! - x[l]!);
      }
    });
  }
  const factor = choleskyOf(precision, n);
  const covariance = inverseOf(factor, n);
  const means = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += covariance[i * n + j]! * product[j]!;
    return sum;
  });
  let explained = 0;
  for (let i = 0; i < n; i++) explained += means[i]! * product[i]!;
  logEvidence -= logDeterminantOf(factor, n) / 2 + (squares - explained) / 2;
  return { means, covariance, logEvidence };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
