/** What following a forecast earns, alone and with tests of different length, by the tests that it was learned from. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import {
  type CountedText,
  type MeasuredText,
  measuredTexts,
} from '../../src/domain/preference/measured-text.js';
import { learnPreference, predict } from '../../src/domain/preference/model.js';
import type { Recipe } from '../../src/domain/preference/recipe.js';
import { Random } from '../../src/sandbox/random.js';
import { ofLastTests, testIds } from '../preference/data.js';
import {
  bootstrap,
  type Contribution,
  deviation,
  type JudgedGroup,
  judgedGroups,
  mean,
  perTest,
  rounded,
  total,
} from '../preference/judge.js';
import { shuffledAcrossTests } from '../preference/models.js';
import {
  chosenOfTwo,
  chosenWithPrior,
  type Forecast,
  highest,
  type SplitText,
  splitGroup,
} from './replay.js';
import { residualVariance } from './residual-variance.js';

export const WAYS = [
  'model_alone',
  'two_picked_half_tested',
  'all_tested_on_15_pct_with_prior',
  'all_tested_on_half_with_prior',
] as const;
export type Way = (typeof WAYS)[number];

/** CTR over the group's average, in percent, with its error over tests. */
export interface Gain {
  lift_pct: number;
  se: number;
}

export interface LearningPaysOptions {
  learned: readonly CountedText[];
  judged: readonly CountedText[];
  recipe: Recipe;
  layersOf: LayersOf;
  sizes: readonly number[];
  splits: number;
  /** Placebos, over which the shuffled row is averaged. */
  placebos: number;
  note(sentence: string): void;
}

export interface LearningPaysReport {
  groups: number;
  tests: number;
  /** By tests learned from: 0, …, all, and `shuffled`. */
  rows: Record<string, Record<Way, Gain>>;
}

/** Groups of fewer texts leave little to choose. */
const LEAST_TEXTS = 3;

export function learningPaysReport(options: LearningPaysOptions): LearningPaysReport {
  const { learned, judged, recipe, layersOf, sizes, splits, placebos, note } = options;
  const groups = judgedGroups(judged).filter(({ texts }) => texts.length >= LEAST_TEXTS);
  const all = testIds(learned).length;
  const forecastsOf = (rows: readonly MeasuredText[]): Forecast[] => {
    const { model, heldOut } = learnPreference(rows, recipe, layersOf);
    const left = residualVariance(rows, heldOut);
    return groups.map(({ texts }) => ({
      predicted: [
        ...predict(
          model,
          texts.map(({ text }) => text),
          layersOf,
        ),
      ],
      residualVariance: left,
    }));
  };
  const rows: LearningPaysReport['rows'] = {};
  const add = (name: string, forecasts: readonly Forecast[][]) => {
    rows[name] = gains(groups, forecasts, splits);
    note(`${name}: ${WAYS.map((way) => `${way} ${rows[name]![way].lift_pct} %`).join(', ')}`);
  };
  for (const size of [...sizes.filter((count) => count < all), all]) {
    const name = size === all ? `all ${all}` : String(size);
    add(name, [forecastsOf(measuredTexts(ofLastTests(learned, size)))]);
  }
  add(
    'shuffled',
    Array.from({ length: placebos }, (_, i) => forecastsOf(shuffledAcrossTests(learned, String(i)))),
  );
  return { groups: groups.length, tests: testIds(groups).length, rows };
}

/** Averages over the forecasts that are given for the same groups. The splits are the same for all rows. */
function gains(
  groups: readonly JudgedGroup[],
  forecasts: readonly (readonly Forecast[])[],
  splits: number,
): Record<Way, Gain> {
  const parts: Record<Way, Contribution[]> = {
    model_alone: [],
    two_picked_half_tested: [],
    all_tested_on_15_pct_with_prior: [],
    all_tested_on_half_with_prior: [],
  };
  groups.forEach((group, g) => {
    for (let split = 0; split < splits; split++) {
      const draw = (what: string) => new Random(`${what} ${g} ${split}`);
      const short = splitGroup(group, 0.15, draw('15 %'));
      const half = splitGroup(group, 0.5, draw('half'));
      for (const { [g]: forecast } of forecasts) {
        const put = (way: Way, texts: readonly SplitText[], chosen: readonly number[]) => {
          const rates = texts.map(({ laterRate }) => laterRate);
          const earned = mean(chosen.map((place) => rates[place]!));
          parts[way].push({ testId: group.testId, sums: [earned, mean(rates)] });
        };
        put('model_alone', half, highest(forecast!.predicted));
        put('two_picked_half_tested', half, chosenOfTwo(half, forecast!, draw('ties')));
        put('all_tested_on_15_pct_with_prior', short, chosenWithPrior(short, forecast!));
        put('all_tested_on_half_with_prior', half, chosenWithPrior(half, forecast!));
      }
    }
  });
  return Object.fromEntries(WAYS.map((way) => [way, gainOf(parts[way])])) as Record<Way, Gain>;
}

function gainOf(parts: readonly Contribution[]): Gain {
  const tests = perTest(parts);
  const lift = ([earned, average]: readonly number[]) => 100 * (earned! / average! - 1);
  return {
    lift_pct: rounded(lift(total(tests))),
    se: rounded(deviation(bootstrap(tests, 'learning pays').map(lift))),
  };
}
