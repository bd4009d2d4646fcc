/** What programmes of tests reached with and without what was learned. */
import { studentUpperQuantile } from '../../src/domain/evidence/distributions.js';
import { worthOf } from '../../src/domain/forecast/worth.js';
import { CHOICES, type Choice, type Programme, type Reached } from './programme.js';

/** Percent, over the first creative. */
interface ChoiceRow {
  last_winner_pct: number;
  after_3_tests_pct: number;
  after_5_tests_pct: number;
  promotions: number;
  false_promotions: number;
  /** Standard deviation of effects that the model believes in after the last test, log rate. */
  believed_effect_sd: number;
  /** Of the forecasts of all programmes together: what their first choices earned, and the service's verdict on it. */
  first_choice_pct: number | null;
  verdict: string;
}

/** Log rate of the last winner less that of another choice, per seed; 95 %. */
interface Difference {
  log_rate: number;
  interval: [low: number, high: number];
  pct: number;
}

export interface WorldReport {
  seeds: number;
  rows: Record<Choice, ChoiceRow>;
  learned_less_random: Difference;
  learned_less_shuffled: Difference;
  shuffled_less_random: Difference;
}

/** Runs programmes of all choices: per seed, `luck` of each. */
export function reportOf(
  seeds: readonly number[],
  luck: number,
  run: (programme: Pick<Programme, 'seed' | 'choice' | 'luck'>) => Reached,
): WorldReport {
  const reached = Object.fromEntries(
    CHOICES.map((choice) => [
      choice,
      seeds.map((seed) => Array.from({ length: luck }, (_, one) => run({ seed, choice, luck: one }))),
    ]),
  ) as Record<Choice, Reached[][]>;
  const last = (choice: Choice) =>
    reached[choice].map((runs) => mean(runs.map(({ winners }) => winners.at(-1)!)));
  const difference = (a: Choice, b: Choice): Difference => {
    const [one, other] = [last(a), last(b)];
    return differenceOf(one.map((value, i) => value - other[i]!));
  };
  return {
    seeds: seeds.length,
    rows: Object.fromEntries(
      CHOICES.map((choice) => [choice, rowOf(reached[choice].flat())]),
    ) as WorldReport['rows'],
    learned_less_random: difference('learned', 'random'),
    learned_less_shuffled: difference('learned', 'shuffled'),
    shuffled_less_random: difference('shuffled', 'random'),
  };
}

function rowOf(runs: readonly Reached[]): ChoiceRow {
  const after = (tests: number) =>
    percent(mean(runs.map(({ winners }) => winners[tests - 1] ?? winners.at(-1)!)));
  const scored = runs.flatMap(({ scores }) =>
    scores.map((score) => ({
      score,
      madeAt: 0,
      basis: score.learnedFrom === 0 ? ('none' as const) : ('own' as const),
    })),
  );
  const { lift, verdict } = worthOf(scored);
  return {
    last_winner_pct: after(Number.POSITIVE_INFINITY),
    after_3_tests_pct: after(3),
    after_5_tests_pct: after(5),
    promotions: rounded(mean(runs.map(({ promotions }) => promotions))),
    false_promotions: rounded(mean(runs.map(({ falsely }) => falsely))),
    believed_effect_sd: rounded(mean(runs.map(({ model }) => Math.sqrt(model.effectVariance)))),
    first_choice_pct: lift && percent(lift.mean),
    verdict: verdict.code,
  };
}

/** Mean over seeds with Student's interval. */
function differenceOf(differences: readonly number[]): Difference {
  const n = differences.length;
  const middle = mean(differences);
  const variance = differences.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1);
  const margin = studentUpperQuantile(0.025, n - 1) * Math.sqrt(variance / n);
  return {
    log_rate: rounded(middle),
    interval: [rounded(middle - margin), rounded(middle + margin)],
    pct: percent(middle),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (logRate: number) => Number((100 * Math.expm1(logRate)).toFixed(1));
const rounded = (value: number) => Number(value.toFixed(3));
