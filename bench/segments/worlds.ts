/**
 * Simulated tests of two ads whose audience has segments with click rates of their own. Hourly totals are what hours see;
 * whole days by segment are what Meta's breakdowns show. A test depends only on seed, world, lift and run.
 */

import type { PairRow } from '../../src/domain/evidence/types.js';
import { Random } from '../../src/sandbox/random.js';
import { emptyStream, type Stream } from '../../src/tools/backtest/stream.js';
import { logUniform } from '../log-uniform.js';

export const HOURS = 672;
const DAY_HOURS = 24;

/**
 * How an ad's share of each segment moves: its log weight is a stationary Ornstein-Uhlenbeck process of this standard
 * deviation and memory; with an infinite memory, one draw for the whole test. `breakdowns`: in how many of two the
 * segments have rates and shares of their own. The spreads give hours without a drift component about as many false
 * winners as an independent simulator found: 17, 37 and 33 %.
 */
export const WORLDS = {
  iid: { spread: 0, memoryHours: 1, breakdowns: 1 },
  mix_6h: { spread: 0.5, memoryHours: 6, breakdowns: 1 },
  mix_24h: { spread: 0.45, memoryHours: 24, breakdowns: 1 },
  mix_fixed: { spread: 0.2, memoryHours: Number.POSITIVE_INFINITY, breakdowns: 1 },
  two_mixes_24h: { spread: 0.45, memoryHours: 24, breakdowns: 2 },
  two_mixes_fixed: { spread: 0.2, memoryHours: Number.POSITIVE_INFINITY, breakdowns: 2 },
} as const;
export type World = keyof typeof WORLDS;

/** The rate of the best segment is 4 times that of the worst. */
const RATE_RATIO = 4;
/** Six segments, as age groups, whose base shares vary from test to test. */
const SEGMENTS = 6;
const SHARE_CV = 0.5;
/** Five segments, as placements. */
const PLACEMENTS = [0.5, 0.2, 0.15, 0.1, 0.05];

/** As in bench/decisions: impressions per look and ad, click rate, daily swing and noise of the impressions. */
const IMPRESSIONS_PER_LOOK = [500, 5000] as const;
const CLICK_RATE = [0.01, 0.04] as const;
const DAILY_SWING = 0.6;
const DELIVERY_NOISE = 0.2;

export interface Test {
  /** Hourly totals. */
  hours: Stream;
  /** The rows of whole days by segment, one list per breakdown, in the order of days. */
  cells: [PairRow[], PairRow[]];
  /** The hour of the test at which each day ends, and how many rows of each breakdown there are by then. */
  days: { endsAt: number; rows: [number, number] }[];
}

/** Draws one test; ad B's click rate is `1 + lift` times ad A's in each segment. */
export function draw(seed: number, world: World, lift: number, run: number): Test {
  const random = new Random(`segments ${seed} ${world} ${lift} ${run}`);
  const perHour = logUniform(random, IMPRESSIONS_PER_LOOK) / 6;
  const rate = logUniform(random, CLICK_RATE);
  const phase = random.uniform();
  const midnight = Math.floor(DAY_HOURS * random.uniform());
  const ages = Array.from({ length: SEGMENTS }, () => random.factor(SHARE_CV));
  const both = WORLDS[world].breakdowns === 2;
  const factors = [rateFactors(ages), both ? rateFactors(PLACEMENTS) : PLACEMENTS.map(() => 1)] as const;
  const still = { spread: 0, memoryHours: 1 };
  const mixes = [0, 1].map(() => [
    new Mix(random, WORLDS[world], ages),
    new Mix(random, both ? WORLDS[world] : still, PLACEMENTS),
  ]);
  const test: Test = { hours: emptyStream(HOURS), cells: [[], []], days: [] };
  let day = emptyDay();
  for (let hour = 0; hour < HOURS; hour++) {
    if (hour % DAY_HOURS === midnight) day = emptyDay();
    const total = perHour * (1 + DAILY_SWING * Math.sin(2 * Math.PI * (hour / DAY_HOURS + phase)));
    for (const [ad, [ageMix, placementMix]] of mixes.entries()) {
      const impressions = random.poisson(total * random.factor(DELIVERY_NOISE));
      const own = rate * (ad === 0 ? 1 : 1 + lift);
      const clicks = drawHour(random, day[ad]!, impressions, own, factors, [
        ageMix!.next(),
        placementMix!.next(),
      ]);
      const { hours } = test;
      (ad === 0 ? hours.impressionsA : hours.impressionsB)[hour] = impressions;
      (ad === 0 ? hours.clicksA : hours.clicksB)[hour] = clicks;
    }
    const endsAt = hour + 1;
    if (endsAt % DAY_HOURS !== midnight || endsAt < DAY_HOURS) continue;
    for (const index of [0, 1] as const) {
      test.cells[index].push(...rowsOf(day[0][index], day[1][index], (endsAt - DAY_HOURS) / DAY_HOURS));
    }
    test.days.push({ endsAt, rows: [test.cells[0].length, test.cells[1].length] });
  }
  return test;
}

/** Adds one ad's hour to the cells of both breakdowns, which are independent; returns its clicks. */
function drawHour(
  random: Random,
  [ages, placements]: AdDay,
  impressions: number,
  rate: number,
  [ageFactors, placementFactors]: readonly [number[], number[]],
  [ageShares, placementShares]: [number[], number[]],
): number {
  const clicking = placementShares.map((share, i) => share * placementFactors[i]!);
  const common = rate * sum(clicking);
  let clicks = 0;
  for (const [i, count] of split(random, impressions, ageShares).entries()) {
    const clicked = random.binomial(count, Math.min(1, common * ageFactors[i]!));
    ages[i]!.impressions += count;
    ages[i]!.clicks += clicked;
    clicks += clicked;
  }
  const others = split(random, impressions - clicks, placementShares);
  for (const [i, clicked] of split(random, clicks, clicking).entries()) {
    placements[i]!.impressions += others[i]! + clicked;
    placements[i]!.clicks += clicked;
  }
  return clicks;
}

/** Geometric from 1 to {@link RATE_RATIO}, scaled so that the mean over the base shares is 1. */
function rateFactors(base: readonly number[]): number[] {
  const raw = base.map((_, segment) => RATE_RATIO ** (segment / (base.length - 1)));
  const mean = sum(raw.map((factor, segment) => factor * base[segment]!)) / sum(base);
  return raw.map((factor) => factor / mean);
}

/** The shares of one ad's impressions by segment, hour by hour. */
class Mix {
  private readonly logs: number[];
  private readonly decay: number;
  private readonly shock: number;

  constructor(
    private readonly random: Random,
    { spread, memoryHours }: { spread: number; memoryHours: number },
    private readonly base: readonly number[],
  ) {
    this.decay = Math.exp(-1 / memoryHours);
    this.shock = spread * Math.sqrt(1 - this.decay ** 2);
    this.logs = base.map(() => (spread > 0 ? spread * random.normal() : 0));
  }

  /** They sum to 1. */
  next(): number[] {
    const weights = this.base.map((weight, segment) => weight * Math.exp(this.logs[segment]!));
    if (this.shock > 0) {
      for (const [segment, log] of this.logs.entries())
        this.logs[segment] = this.decay * log + this.shock * this.random.normal();
    }
    const total = sum(weights);
    return weights.map((weight) => weight / total);
  }
}

/** A multinomial draw; the weights needn't sum to 1. */
function split(random: Random, count: number, weights: readonly number[]): number[] {
  let left = count;
  let rest = sum(weights);
  return weights.map((weight, i) => {
    const part = i === weights.length - 1 ? left : random.binomial(left, Math.min(1, weight / rest));
    left -= part;
    rest -= weight;
    return part;
  });
}

type Cells = { impressions: number; clicks: number }[];
/** One ad's day by the two breakdowns. */
type AdDay = [Cells, Cells];

function emptyDay(): [AdDay, AdDay] {
  const cells = (length: number) => Array.from({ length }, () => ({ impressions: 0, clicks: 0 }));
  const ad = (): AdDay => [cells(SEGMENTS), cells(PLACEMENTS.length)];
  return [ad(), ad()];
}

function rowsOf(a: Cells, b: Cells, day: number): PairRow[] {
  return a.map(({ impressions, clicks }, i) => ({
    exposureA: impressions,
    eventsA: clicks,
    exposureB: b[i]!.impressions,
    eventsB: b[i]!.clicks,
    segment: String(i),
    day,
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
