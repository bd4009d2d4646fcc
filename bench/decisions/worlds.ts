/**
 * Simulated tests of two ads: 672 hours, impressions with a daily cycle, counts drawn exactly. A stream depends only on
 * seed, world, lift and run, not on what else runs or in which order.
 */

import { Random } from '../../src/sandbox/random.js';
import type { Stream } from '../../src/tools/backtest/stream.js';

export const HOURS = 672;

/** The last world has the same streams as the first, but someone asks for looks. */
export const WORLDS = [
  'iid',
  'common_drift',
  'overdispersed_20',
  'overdispersed_40',
  'delivery_mix',
  'asked_by_hand',
] as const;
/** One ad's rate varies against the other's from day to day: hours are not independent rows in these worlds. */
export const DAY_NOISE_WORLDS = ['day_noise', 'day_noise_offset'] as const;
export type World = (typeof WORLDS)[number] | (typeof DAY_NOISE_WORLDS)[number];

/** A test's size is drawn log-uniformly from these ranges. */
const IMPRESSIONS_PER_LOOK = [500, 5000] as const;
const CLICK_RATE = [0.01, 0.04] as const;

/** Daily swing of the hourly impressions, and their noise per ad and hour (coefficient of variation). */
const DAILY_SWING = 0.6;
const DELIVERY_NOISE = 0.2;
/** Drift common to both ads: daily swing of the click rate, and its noise from day to day. */
const RATE_SWING = 0.3;
const RATE_NOISE = 0.15;
/** Delivery mix: how far an ad's share moves from one half to either side, while the click rate changes too. */
const MIX_SHARE = 0.2;
const MIX_RATE = 0.26;
/** Noise of ad B's rate relative to ad A's, one factor per day (coefficient of variation). */
const DAY_NOISE = 0.05;

/** Fills `stream` with one test; ad B's click rate is `1 + lift` times ad A's. */
export function draw(stream: Stream, seed: number, world: World, lift: number, run: number): void {
  const random = new Random(`${seed} ${world} ${lift} ${run}`);
  fill(stream, random, sizeOf(random), { world, lift, shareB: 0.5 });
}

/** As {@link draw}, but for the hours after a promotion: the same two ads, ad B with `shareB` of the impressions. */
export function drawAfter(
  stream: Stream,
  seed: number,
  world: World,
  lift: number,
  run: number,
  shareB: number,
): void {
  const key = `${seed} ${world} ${lift} ${run}`;
  fill(stream, new Random(`${key} after`), sizeOf(new Random(key)), { world, lift, shareB });
}

/** What stays constant in a test: impressions per hour of each of two equal ads, ad A's click rate, time of day. */
interface Size {
  perHour: number;
  rate: number;
  phase: number;
}

function sizeOf(random: Random): Size {
  const perHour = logUniform(random, IMPRESSIONS_PER_LOOK) / 6;
  const rate = logUniform(random, CLICK_RATE);
  return { perHour, rate, phase: random.uniform() };
}

function fill(
  stream: Stream,
  random: Random,
  { perHour, rate, phase }: Size,
  { world, lift, shareB }: { world: World; lift: number; shareB: number },
): void {
  const hours = stream.impressionsA.length;
  const drifts = world === 'common_drift';
  const cv = world === 'overdispersed_20' ? 0.2 : world === 'overdispersed_40' ? 0.4 : 0;
  const wanders = world === 'day_noise' || world === 'day_noise_offset';
  // The hour at which the ads' days begin: that of the test, or any other, as if the account's day began at another hour.
  const midnight = world === 'day_noise_offset' ? 1 + Math.floor(23 * random.uniform()) : 0;
  let day = 1;
  let ownDay = wanders ? random.factor(DAY_NOISE) : 1;
  for (let hour = 0; hour < hours; hour++) {
    const swing = Math.sin(2 * Math.PI * (hour / 24 + phase));
    if (drifts && hour % 24 === 0) day = random.factor(RATE_NOISE);
    if (wanders && hour > 0 && hour % 24 === midnight) ownDay = random.factor(DAY_NOISE);
    let common = drifts ? day * (1 + RATE_SWING * swing) : 1;
    let tilt = 0;
    if (world === 'delivery_mix') {
      // Over the test, delivery moves from one ad to the other while both rates rise.
      const moved = (2 * hour) / (hours - 1) - 1;
      tilt = MIX_SHARE * moved;
      common = 1 + MIX_RATE * moved;
    }
    const total = 2 * perHour * (1 + DAILY_SWING * swing);
    const nA = random.poisson(total * (1 - shareB - tilt) * random.factor(DELIVERY_NOISE));
    const nB = random.poisson(total * (shareB + tilt) * random.factor(DELIVERY_NOISE));
    const rateA = rate * common * (cv > 0 ? random.factor(cv) : 1);
    const rateB = rate * common * ownDay * (1 + lift) * (cv > 0 ? random.factor(cv) : 1);
    stream.impressionsA[hour] = nA;
    stream.clicksA[hour] = random.binomial(nA, rateA);
    stream.impressionsB[hour] = nB;
    stream.clicksB[hour] = random.binomial(nB, rateB);
  }
}

function logUniform(random: Random, [low, high]: readonly [number, number]): number {
  return low * (high / low) ** random.uniform();
}
