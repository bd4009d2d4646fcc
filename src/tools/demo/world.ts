/**
 * The world of one demo: the tests, and the hidden click rates that only the market knows. Everything is drawn from the
 * seed.
 */
import { DEFAULT_POLICY, type Policy } from '../../domain/experiment.js';
import type { TestSpec } from '../../sandbox/first-experiments.js';
import type { MarketTextWorld } from '../../sandbox/meta-simulator/index.js';
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

/** What an ad says. */
export interface Copy {
  headline: string;
  text: string | null;
}

/** Consecutive tests of drafts for one brief. */
export interface LoopPlan {
  id: string;
  name: string;
  brief: { product: string; audience: string; offer: string };
  /** The ad that runs before the first test. */
  first: Copy;
  /** Of each ad, minor units. */
  dailyBudget: number;
  /** How many tests. */
  tests: number;
}

export interface DemoWorld {
  clearWinner: PlannedTest;
  tooClose: PlannedTest;
  compound: LoopPlan;
  batch: { tests: PlannedTest[]; refusedIndex: number };
}

/** Relative true lifts, [least, most]. */
const CLEAR_LIFT = [0.35, 0.6] as const;
const CLOSE_LIFT = [0, 0.01] as const;
const CLICK_RATE = [0.016, 0.024] as const;
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
const COMPOUND = {
  id: 'compound',
  name: 'Trail jacket',
  brief: { product: 'trail jacket', audience: 'hikers', offer: 'Free returns for 30 days' },
  first: { headline: 'The new trail jacket is here', text: null },
};
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
/** Drafts per consecutive test. */
export const CHALLENGERS = 4;

/** What texts do in the demo's markets: much more than in real ones, since a test must show it within a day or two. */
export const TEXT_WORLD: MarketTextWorld = {
  effects: 'some',
  strength: 3,
  unexplained: 0.05,
  baseClickRate: 0.01,
};

/** What consecutive tests change of the default policy, so that an undecided one ends soon. */
export const SHORT_POLICY = {
  horizonHours: 48,
  confidence: 0.9,
  /** Of several good drafts, any will do. */
  indifference: 0.2,
  /** Drafts differ in words alone: what follows a click is the same. */
  guardrails: [],
  /** The simulated Meta books a conversion in the hour of its click. */
  attributionWindowHours: 0,
} satisfies Partial<Policy>;
export const LOOP_POLICY: Policy = { ...DEFAULT_POLICY, ...SHORT_POLICY };

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
  const compound = { ...COMPOUND, dailyBudget: budget(), tests: COMPOUND_TESTS };
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
