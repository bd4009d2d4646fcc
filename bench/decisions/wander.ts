/** Worlds in which one ad's rate moves against the other's. */

import type { Random } from '../../src/sandbox/random.js';

/** The factors of ad A's and ad B's rate at an hour. Must be called hour by hour. */
export type Wander = (hour: number) => [number, number];

export const WANDERING_WORLDS = [
  'day_noise',
  'day_noise_offset',
  'drift_5',
  'drift_10',
  'weekend_5',
  'weekend_only_5',
  'segments_6h',
  'segments_24h',
  'segments_fixed',
  'fatigue',
] as const;
export type WanderingWorld = (typeof WANDERING_WORLDS)[number];

/** Noise of ad B's rate relative to ad A's (coefficient of variation, or standard deviation of its logarithm). */
const NOISE = 0.05;
const STRONG_NOISE = 0.1;
const MEMORY_HOURS = 24;
const WEEK_DAYS = 7;
/**
 * Segments: two, whose rates differ by a factor of 4 around the mean. The logit of each ad's share of the better one has
 * this standard deviation.
 */
const WORSE_SEGMENT = 0.4;
const BETTER_SEGMENT = 1.6;
const SHARE_SD = 0.3;
/** Fatigue: the rate falls linearly, by a share of up to this over the test. */
const LARGEST_DECLINE = 0.6;

/** The wandering of one test. */
export function wanderOf(world: WanderingWorld, random: Random, hours: number): Wander {
  switch (world) {
    case 'day_noise':
      return dayNoise(random, 0);
    case 'day_noise_offset':
      // The hour at which the ads' days begin, as if the account's day began at another hour than the test.
      return dayNoise(random, 1 + Math.floor(23 * random.uniform()));
    case 'drift_5':
      return drift(random, NOISE);
    case 'drift_10':
      return drift(random, STRONG_NOISE);
    case 'weekend_5':
      return weekend(random, NOISE * random.normal(), true);
    case 'weekend_only_5':
      return weekend(random, random.uniform() < 0.5 ? -NOISE : NOISE, false);
    case 'segments_6h':
      return segments(random, 6);
    case 'segments_24h':
      return segments(random, 24);
    case 'segments_fixed':
      return segments(random, Number.POSITIVE_INFINITY);
    case 'fatigue': {
      const [a, b] = [LARGEST_DECLINE * random.uniform(), LARGEST_DECLINE * random.uniform()];
      return (hour) => [1 + a * (0.5 - hour / hours), 1 + b * (0.5 - hour / hours)];
    }
  }
}

function dayNoise(random: Random, midnight: number): Wander {
  let own = random.factor(NOISE);
  return (hour) => {
    if (hour > 0 && hour % 24 === midnight) own = random.factor(NOISE);
    return [1, own];
  };
}

/** A stationary Ornstein-Uhlenbeck process, hour by hour. */
function ornsteinUhlenbeck(random: Random, sd: number, memoryHours: number): () => number {
  const decay = Math.exp(-1 / memoryHours);
  let state: number | null = null;
  return () => {
    state =
      state === null
        ? sd * random.normal()
        : decay * state + sd * Math.sqrt(1 - decay * decay) * random.normal();
    return state;
  };
}

function drift(random: Random, sd: number): Wander {
  const next = ornsteinUhlenbeck(random, sd, MEMORY_HOURS);
  return () => [1, Math.exp(next())];
}

function weekend(random: Random, effect: number, balanced: boolean): Wander {
  const start = Math.floor(WEEK_DAYS * random.uniform());
  const onWorkdays = balanced ? 1 - (2 / 5) * effect : 1;
  return (hour) => [1, (start + Math.floor(hour / 24)) % WEEK_DAYS >= 5 ? 1 + effect : onWorkdays];
}

function segments(random: Random, memoryHours: number): Wander {
  const [a, b] = [
    ornsteinUhlenbeck(random, SHARE_SD, memoryHours),
    ornsteinUhlenbeck(random, SHARE_SD, memoryHours),
  ];
  const rate = (logit: number) => WORSE_SEGMENT + (BETTER_SEGMENT - WORSE_SEGMENT) / (1 + Math.exp(-logit));
  return () => [rate(a()), rate(b())];
}
