/**
 * The world of one demo: the tests, and the hidden click rates that only the market knows. Everything is drawn from the
 * seed.
 */
import type { TestSpec } from '../../sandbox/first-experiments.js';
import { Random } from '../../sandbox/random.js';

/** A creative with its hidden click rate. */
export interface Ad {
  headline: string;
  /** Link clicks per impression. */
  trueClickRate: number;
}

/** A test of two ads; budgets are minor units per day. */
export interface PlannedTest {
  id: string;
  name: string;
  control: Ad;
  challenger: Ad;
  dailyBudget: number;
}

/** The challenger of the next consecutive test: how much better it truly is than its control. */
export interface Idea {
  headline: string;
  trueLift: number;
}

export interface DemoWorld {
  clearWinner: PlannedTest;
  tooClose: PlannedTest;
  compound: { id: string; name: string; dailyBudget: number; start: Ad; ideas: Idea[] };
  batch: { tests: PlannedTest[]; refusedIndex: number };
}

/** Relative true lifts, [least, most]. */
const CLEAR_LIFT = [0.35, 0.6] as const;
const CLOSE_LIFT = [0, 0.01] as const;
const IDEA_LIFT = [0.3, 0.5] as const;
const CLICK_RATE = [0.016, 0.024] as const;
/** Low, because five lifts on top of it must still give a realistic click rate. */
const FIRST_CLICK_RATE = [0.01, 0.013] as const;
/** About a thousand per day buys enough clicks to show a clear winner within the first looks after a day. */
const DAILY_BUDGET = [80_000, 120_000] as const;
const BUDGET_STEP = 1_000;
/** Probability: in a batch, some controls are the better ad. */
const CHALLENGER_IS_BETTER = 0.75;

const CLEAR_WINNER = {
  name: 'Running shoes: offer against question',
  control: '20 % off all running shoes',
  challenger: 'Still running in last year’s shoes?',
};
const TOO_CLOSE = {
  name: 'Free shipping: last word or first',
  control: 'New arrivals, shipped free',
  challenger: 'Free shipping on new arrivals',
};
const COMPOUND = { name: 'Trail jacket', control: 'The new trail jacket is here' };
const COMPOUND_IDEAS = [
  'Rain was forecast. You went anyway.',
  'The jacket that forgets the rain',
  'Three storms, one jacket',
  '212 grams against the weather',
  'Your excuse just stopped working',
  'Packs into its own pocket',
  'What do you wear at 80 % rain?',
  'For the days when others stay in',
];
const BATCH = [
  {
    name: 'Gift cards: thing or person',
    control: 'Gift cards from 10',
    challenger: 'For the one who has everything',
  },
  {
    name: 'Winter socks: number or feeling',
    control: 'Three pairs for 19',
    challenger: 'Warm feet by Friday',
  },
  {
    name: 'Headlamp: specification or scene',
    control: '400 lumens, 60 hours',
    challenger: 'See the root first',
  },
  {
    name: 'Backpack: feature or promise',
    control: '28 litres, nine pockets',
    challenger: 'Everything in. Nothing in the way.',
  },
  {
    name: 'Bottle: price or reason',
    control: 'Steel bottle, now 24',
    challenger: 'Cold at noon. Still cold at nine.',
  },
];

export const COMPOUND_TESTS = 5;

/** Draws the world of a seed; the same seed always gives the same world. */
export function drawWorld(seed: number): DemoWorld {
  const random = new Random(`${seed}/demo`);
  const between = ([from, to]: readonly [number, number]) => from + (to - from) * random.uniform();
  const budget = () => Math.round(between(DAILY_BUDGET) / BUDGET_STEP) * BUDGET_STEP;
  const test = (
    id: string,
    text: { name: string; control: string; challenger: string },
    lift: readonly [number, number],
    challengerIsBetter = true,
  ): PlannedTest => {
    const rate = between(CLICK_RATE);
    const factor = 1 + between(lift);
    return {
      id,
      name: text.name,
      control: { headline: text.control, trueClickRate: rate },
      challenger: {
        headline: text.challenger,
        trueClickRate: challengerIsBetter ? rate * factor : rate / factor,
      },
      dailyBudget: budget(),
    };
  };

  const clearWinner = test('clear-winner', CLEAR_WINNER, CLEAR_LIFT);
  const tooClose = test('too-close', TOO_CLOSE, CLOSE_LIFT);
  const start = { headline: COMPOUND.control, trueClickRate: between(FIRST_CLICK_RATE) };
  const ideas = shuffled(COMPOUND_IDEAS, random)
    .slice(0, COMPOUND_TESTS)
    .map((headline) => ({ headline, trueLift: between(IDEA_LIFT) }));
  const compound = { id: 'compound', name: COMPOUND.name, dailyBudget: budget(), start, ideas };
  const tests = BATCH.map((text, index) =>
    test(`batch-${index + 1}`, text, CLEAR_LIFT, random.uniform() < CHALLENGER_IS_BETTER),
  );
  const refusedIndex = Math.floor(random.uniform() * tests.length);
  return { clearWinner, tooClose, compound, batch: { tests, refusedIndex } };
}

/** The test as the sandbox creates it; the control comes first. */
export function specOf({ id, name, control, challenger, dailyBudget }: PlannedTest): TestSpec {
  return {
    id,
    name,
    ads: [control, challenger].map(({ headline, trueClickRate }) => ({
      name: headline,
      headline,
      dailyBudget,
      trueClickRate,
    })),
  };
}

/** The ad with the higher hidden rate. */
export function trulyBetter({ control, challenger }: Pick<PlannedTest, 'control' | 'challenger'>): Ad {
  return challenger.trueClickRate > control.trueClickRate ? challenger : control;
}

/** The hidden lift of challenger over control, a fraction. */
export function trueLift({ control, challenger }: Pick<PlannedTest, 'control' | 'challenger'>): number {
  return challenger.trueClickRate / control.trueClickRate - 1;
}

/** Fisher–Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
