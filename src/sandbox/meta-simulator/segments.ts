import { Random } from '../random.js';
import type { MarketSegments } from './types.js';

/** A part of an ad's audience, by the names of Meta's breakdowns. */
export interface Segment {
  age: string;
  gender: string;
  publisher_platform: string;
  platform_position: string;
}

/** Share of the audience before an ad's own shares move away from it. */
const AGES = { '18-24': 0.2, '25-34': 0.35, '35-44': 0.25, '45-54': 0.2 };
const PLACEMENTS = [
  { publisher_platform: 'facebook', platform_position: 'feed', share: 0.6 },
  { publisher_platform: 'instagram', platform_position: 'instagram_stories', share: 0.4 },
];

/** The one segment of an ad whose audience has no others. */
export const ONE_SEGMENT: Segment = {
  age: '25-34',
  gender: 'female',
  publisher_platform: 'facebook',
  platform_position: 'feed',
};

/** e^−6 = 0.002: earlier shocks move a share by less than a five-hundredth of its deviation. */
const MEMORIES = 6;

interface Level {
  /** Of the age or placement. */
  share: number;
  /** On the ad's click rate; the mean over the base shares is 1. */
  factor: number;
}

/** The segments of a test's audience, each ad's shares of them, and their click rates. Everything depends on the seed. */
export class Audience {
  readonly segments: Segment[];
  readonly #ages: Level[];
  readonly #placements: Level[];
  readonly #shocks = new Map<string, number>();

  constructor(
    readonly seed: number,
    readonly spec: MarketSegments,
  ) {
    const bases = Object.values(AGES);
    this.#ages = levels(bases, spec.by === 'age' ? spec.contrast : 1);
    this.#placements = levels(
      PLACEMENTS.map(({ share }) => share),
      spec.by === 'placement' ? spec.contrast : 1,
    );
    this.segments = Object.keys(AGES).flatMap((age) =>
      PLACEMENTS.map(({ share: _, ...placement }) => ({ age, gender: 'female', ...placement })),
    );
  }

  /** In the order of {@link segments}: the share of the ad's impressions in a local hour, and the factor on its rate. */
  mix(adId: string, localHour: number): Level[] {
    const { by } = this.spec;
    const ages = by === 'age' ? this.#moved(this.#ages, adId, localHour) : this.#ages;
    const placements = by === 'placement' ? this.#moved(this.#placements, adId, localHour) : this.#placements;
    return ages.flatMap((age) =>
      placements.map((placement) => ({
        share: age.share * placement.share,
        factor: age.factor * placement.factor,
      })),
    );
  }

  /** Each log share is a stationary process with the memory of the world, scaled so that the shares sum to 1. */
  #moved(bases: Level[], adId: string, localHour: number): Level[] {
    const weights = bases.map(
      ({ share }, level) => share * Math.exp(this.spec.spread * this.#log(adId, level, localHour)),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return bases.map(({ factor }, level) => ({ factor, share: weights[level]! / total }));
  }

  /** Standard normal; correlated by e^(−hours/memory) between hours. */
  #log(adId: string, level: number, localHour: number): number {
    const { memoryHours } = this.spec;
    if (memoryHours === null) return this.#shock(`${adId}/${level}/fixed`);
    const decay = Math.exp(-1 / memoryHours);
    let sum = 0;
    for (let back = 0; back < MEMORIES * memoryHours; back++) {
      sum += decay ** back * this.#shock(`${adId}/${level}/${localHour - back}`);
    }
    return sum * Math.sqrt(1 - decay ** 2);
  }

  #shock(key: string): number {
    let shock = this.#shocks.get(key);
    if (shock === undefined) {
      shock = new Random(`${this.seed}/segment/${key}`).normal();
      this.#shocks.set(key, shock);
    }
    return shock;
  }
}

/** Rates rise geometrically from the first level to the last, by `contrast` in all. */
function levels(shares: readonly number[], contrast: number): Level[] {
  const raw = shares.map((_, level) => contrast ** (level / (shares.length - 1)));
  const mean = raw.reduce((sum, factor, level) => sum + factor * shares[level]!, 0);
  return shares.map((share, level) => ({ share, factor: raw[level]! / mean }));
}
