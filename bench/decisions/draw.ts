/**
 * Simulated tests of two ads: 672 hours, impressions with a daily cycle, counts drawn exactly. A stream depends only on
 * seed, world, lift and run, not on what else runs or in which order.
 */

import { Random } from '../../src/sandbox/random.js';
import type { Stream } from '../../src/tools/backtest/stream.js';
import { logUniform } from '../log-uniform.js';
import { WANDERING_WORLDS, type Wander, wanderOf } from './wander.js';
import type { World } from './worlds.js';

export const HOURS = 672;

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
/** Hours between the ads' peaks of delivery, if the account's rate swings by the hour and only days are known. */
const PEAKS_APART = 3;
/** Bursts: how many hours of one ad, and by how much they multiply its clicks. */
const BURSTS = 10;
const BURST_FACTOR = 40;
/** A single burst comes within this many hours, before most tests are decided. */
const EARLY_HOURS = 96;

export interface Drawn {
  world: World;
  /** Ad B's click rate is `1 + lift` times ad A's. */
  lift: number;
  run: number;
  seed: number;
  /** The ad that has one early burst; default: none. */
  burst?: 'A' | 'B' | undefined;
}

/** Fills `stream` with one test. */
export function draw(stream: Stream, { seed, world, lift, run, burst }: Drawn): void {
  const random = new Random(`${seed} ${world} ${lift} ${run}`);
  fill(stream, random, sizeOf(random), { world, lift, shareB: 0.5 });
  if (world === 'bursts_10') addBursts(stream, random, 'B', BURSTS, stream.clicksB.length);
  if (burst) addBursts(stream, new Random(`${seed} burst ${run}`), burst, 1, EARLY_HOURS);
}

/** As {@link draw}, but for the hours after a promotion: the same two ads, ad B with `shareB` of the impressions. */
export function drawAfter(stream: Stream, { seed, world, lift, run }: Drawn, shareB: number): void {
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
  const swingOfRate = world === 'days_swing_20' ? 0.2 : world === 'days_swing_40' ? 0.4 : 0;
  const wandering = WANDERING_WORLDS.find((one) => one === world);
  const wander: Wander | null = wandering ? wanderOf(wandering, random, hours) : null;
  let day = 1;
  for (let hour = 0; hour < hours; hour++) {
    const swing = Math.sin(2 * Math.PI * (hour / 24 + phase));
    if (drifts && hour % 24 === 0) day = random.factor(RATE_NOISE);
    const [ownA, ownB] = wander?.(hour) ?? [1, 1];
    let common = drifts ? day * (1 + RATE_SWING * swing) : 1 + swingOfRate * swing;
    let tilt = 0;
    if (world === 'delivery_mix') {
      // Over the test, delivery moves from one ad to the other while both rates rise.
      const moved = (2 * hour) / (hours - 1) - 1;
      tilt = MIX_SHARE * moved;
      common = 1 + MIX_RATE * moved;
    }
    const swingOfB = swingOfRate === 0 ? swing : Math.sin(2 * Math.PI * ((hour - PEAKS_APART) / 24 + phase));
    const delivered = (share: number, own: number) => 2 * perHour * (1 + DAILY_SWING * own) * share;
    const nA = random.poisson(delivered(1 - shareB - tilt, swing) * random.factor(DELIVERY_NOISE));
    const nB = random.poisson(delivered(shareB + tilt, swingOfB) * random.factor(DELIVERY_NOISE));
    const rateA = rate * common * ownA * (cv > 0 ? random.factor(cv) : 1);
    const rateB = rate * common * ownB * (1 + lift) * (cv > 0 ? random.factor(cv) : 1);
    stream.impressionsA[hour] = nA;
    stream.clicksA[hour] = random.binomial(nA, rateA);
    stream.impressionsB[hour] = nB;
    stream.clicksB[hour] = random.binomial(nB, rateB);
  }
}

function addBursts(stream: Stream, random: Random, ad: 'A' | 'B', count: number, hours: number): void {
  const [clicks, impressions] =
    ad === 'A' ? [stream.clicksA, stream.impressionsA] : [stream.clicksB, stream.impressionsB];
  for (let k = 0; k < count; k++) {
    const hour = Math.floor(hours * random.uniform());
    clicks[hour] = Math.min(impressions[hour]!, BURST_FACTOR * Math.max(1, clicks[hour]!));
  }
}
