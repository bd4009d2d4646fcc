/** How well scores order the texts of finished tests, and what following them would have earned. */
import type { CountedText } from '../../src/domain/preference/measured-text.js';
import { Random } from '../../src/sandbox/random.js';

/** One text of a group of a test: all its ads counted together. */
export interface JudgedText {
  text: string;
  events: number;
  trials: number;
}

/** The texts of one test that share what else the ads show. */
export interface JudgedGroup {
  testId: string;
  texts: readonly JudgedText[];
}

export interface Judgement {
  /** Share of significant pairs that are ordered right, ties counting half. Percent, with its error over tests. */
  accuracy_pct: number;
  accuracy_se: number;
  /** CTR of the text that scores best over the average of its group, in percent: Σ best / Σ average − 1. */
  lift_pct: number;
  lift_se: number;
}

/** Two-sided 5 %. */
const SIGNIFICANT = 1.96;
/** With two texts a choice means little. */
const LEAST_TEXTS = 3;
const DRAWS = 1_000;

export function judgedGroups(rows: readonly CountedText[]): JudgedGroup[] {
  const groups = new Map<string, { testId: string; texts: Map<string, JudgedText> }>();
  for (const { testId, group, text, events, trials } of rows) {
    const key = JSON.stringify([testId, group]);
    const found = groups.get(key) ?? { testId, texts: new Map<string, JudgedText>() };
    groups.set(key, found);
    const sum = found.texts.get(text) ?? { text, events: 0, trials: 0 };
    found.texts.set(text, { text, events: sum.events + events, trials: sum.trials + trials });
  }
  return [...groups.values()].map(({ testId, texts }) => ({ testId, texts: [...texts.values()] }));
}

/** Whether two texts differ significantly, and which is ahead: the z of two proportions with a pooled rate. */
function zOf(a: JudgedText, b: JudgedText): number {
  const pooled = (a.events + b.events) / (a.trials + b.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials));
  return error === 0 ? 0 : (a.events / a.trials - b.events / b.trials) / error;
}

/** The group's part in the sums: [pairs ordered right, pairs, CTR of the chosen, average CTR]. */
function sumsOf({ texts }: JudgedGroup, score: (text: string) => number): [number, number, number, number] {
  let [right, pairs, best, average] = [0, 0, 0, 0];
  const scores = texts.map(({ text }) => score(text));
  for (const [i, a] of texts.entries()) {
    for (let j = i + 1; j < texts.length; j++) {
      const z = zOf(a, texts[j]!);
      if (Math.abs(z) <= SIGNIFICANT) continue;
      const difference = (scores[i]! - scores[j]!) * Math.sign(z);
      pairs += 1;
      right += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
    }
  }
  if (texts.length >= LEAST_TEXTS) {
    const rates = texts.map(({ events, trials }) => events / trials);
    const top = Math.max(...scores);
    best = mean(rates.filter((_, i) => scores[i] === top));
    average = mean(rates);
  }
  return [right, pairs, best, average];
}

/** What one group adds to the sums. */
export interface Contribution {
  testId: string;
  sums: readonly number[];
}

export function contributions(
  groups: readonly JudgedGroup[],
  score: (text: string) => number,
): Contribution[] {
  return groups.map((group) => ({ testId: group.testId, sums: sumsOf(group, score) }));
}

/** The sums of {@link contributions} as shares, with errors over tests. */
export function judgementOf(parts: readonly Contribution[], seed = 'judge'): Judgement {
  const tests = perTest(parts);
  const of = (sums: readonly number[]) => ({
    accuracy: (100 * sums[0]!) / sums[1]!,
    lift: 100 * (sums[2]! / sums[3]! - 1),
  });
  const whole = of(total(tests));
  const drawn = bootstrap(tests, seed).map(of);
  return {
    accuracy_pct: rounded(whole.accuracy),
    accuracy_se: rounded(deviation(drawn.map(({ accuracy }) => accuracy))),
    lift_pct: rounded(whole.lift),
    lift_se: rounded(deviation(drawn.map(({ lift }) => lift))),
  };
}

export function judge(groups: readonly JudgedGroup[], score: (text: string) => number): Judgement {
  return judgementOf(contributions(groups, score));
}

/** How much there is to judge by. */
export function sizeOf(groups: readonly JudgedGroup[]): {
  tests: number;
  significant_pairs: number;
  groups: number;
} {
  const sums = groups.map((group) => sumsOf(group, () => 0));
  return {
    tests: new Set(groups.map(({ testId }) => testId)).size,
    significant_pairs: sums.reduce((sum, [, pairs]) => sum + pairs, 0),
    groups: groups.filter(({ texts }) => texts.length >= LEAST_TEXTS).length,
  };
}

/** Sums of groups, added up per test: groups of one test go together. */
export function perTest(parts: readonly Contribution[]): number[][] {
  const tests = new Map<string, number[]>();
  for (const { testId, sums } of parts) {
    const found = tests.get(testId);
    if (found === undefined) tests.set(testId, [...sums]);
    else for (const [i, value] of sums.entries()) found[i]! += value;
  }
  return [...tests.values()];
}

export function total(tests: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(tests[0]?.length ?? 0).fill(0);
  for (const test of tests) for (let i = 0; i < sums.length; i++) sums[i]! += test[i]!;
  return sums;
}

/** The totals of tests drawn with replacement (Efron 1979), as many as there are. */
export function bootstrap(tests: readonly (readonly number[])[], seed: string, draws = DRAWS): number[][] {
  const random = new Random(`bootstrap ${seed}`);
  return Array.from({ length: draws }, () =>
    total(Array.from(tests, () => tests[Math.floor(random.uniform() * tests.length)]!)),
  );
}

export function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - center) ** 2)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function rounded(value: number): number {
  return Number(value.toFixed(2));
}
