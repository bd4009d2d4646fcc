import { Random } from '../random.js';
import { type Calendar, DAY_MS, QUARTER_MS } from './calendar.js';
import { dailySpendOf, type MarketObject, trueClickRateOf } from './objects.js';
import type { Audience, Segment } from './segments.js';

/** What an ad did in a period. Money is minor units; `spend` is not yet rounded. */
export interface Delivered {
  impressions: number;
  /** All clicks on the ad, including link clicks. */
  clicks: number;
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

/** A quarter of an hour with delivery that is over. */
export interface Quarter extends Delivered {
  localHour: number;
  /** By segment, if the ad's audience has several; `spend` follows the impressions. They sum to the whole. */
  parts?: { segment: Segment; delivered: Delivered }[];
}

/** What has been drawn for one ad, in quarters of an hour. */
interface Drawn {
  first: number;
  next: number;
  /** By number of the quarter; only those with delivery. */
  drawn: Map<number, Quarter>;
  /** Entry n: total spend in the first n quarters, minor units. */
  spent: number[];
}

/** The market's constants. Rates are relative, money is minor units. */
export const PRICE_PER_MILLE = 1_000;
export const PRICE_CV = 0.12;
export const PACE_CV = 0.08;
/** The click rates of an ad's hours vary around its true rate (overdispersion). */
export const CLICK_CV = 0.2;
/** Other clicks per impression, as a share of the link-click rate. */
const OTHER_CLICKS = 0.3;
const BASKET = 4_000;
/** All ads of the account share the shape of a day and a random walk that reverts to 0. */
const DAY_AMPLITUDE = 0.15;
const PEAK_HOUR = 20;
const WALK_MEMORY = 0.95;
const WALK_DEVIATION = 0.1;
/** 0.95^120 = 0.002: earlier shocks move the walk by less than a five-hundredth of its deviation. */
const WALK_LENGTH = 120;

/**
 * Draws the delivery of ads. A quarter of an hour is drawn from (seed, ad, quarter) once it is over; its rates are drawn
 * from (seed, ad, local hour) and (seed, local hour). So no draw depends on who reads it, on how often it is read, or on
 * other ads, unless a spend cap ends their delivery together. Meta's own figures are also about 15 minutes late.
 *
 * Impressions ~ Poisson(budget in force × pace / price); link clicks ~ Binomial(impressions, true rate ×
 * drift × gamma factor); conversions ~ Binomial(link clicks, true conversion rate), counted in the hour of
 * the impression. All factors have mean 1, so that long averages converge to the true rates. With segments the impressions
 * are first split between them; each has its factor on the true rate.
 */
export class Delivery {
  readonly #quarters = new Map<string, Drawn>();
  readonly #drifts = new Map<number, number>();
  readonly #shocks = new Map<number, number>();
  readonly #mixes = new Map<string, { localHour: number; mix: ReturnType<Audience['mix']> }>();

  constructor(
    readonly seed: number,
    readonly calendar: Calendar,
  ) {}

  /**
   * The quarters with delivery that were over by `asOf`, oldest first. `asOf` must not lie in the future: a quarter is
   * drawn only once, and later changes could not affect it.
   */
  *quarters(ad: MarketObject, asOf: number): Generator<Quarter> {
    const end = Math.floor(asOf / QUARTER_MS);
    for (const [index, quarter] of this.#drawnUntil(ad, end).drawn) {
      if (index < end) yield quarter;
    }
  }

  /** Spend of an ad, or of all ads below an object, in the quarters that were over by `asOf`; minor units, unrounded. */
  spent(object: MarketObject, asOf: number): number {
    const end = Math.floor(asOf / QUARTER_MS);
    const ads = object.kind === 'ad' ? [object] : object.descendants('ad');
    return ads.reduce((sum, ad) => {
      const { first, spent } = this.#drawnUntil(ad, end);
      return sum + (spent[Math.max(0, end - first)] ?? 0);
    }, 0);
  }

  /** {@link spent} since the account's last midnight before `asOf`. */
  spentToday(object: MarketObject, asOf: number): number {
    return this.spent(object, asOf) - this.spent(object, this.calendar.startOfDay(asOf));
  }

  #drawnUntil(ad: MarketObject, end: number): Drawn {
    let cache = this.#quarters.get(ad.id);
    if (!cache) {
      const first = Math.floor(ad.createdAt / QUARTER_MS);
      cache = { first, next: first, drawn: new Map(), spent: [0] };
      this.#quarters.set(ad.id, cache);
    }
    // A spend cap needs the earlier spend of other ads. Those in turn need still earlier quarters of this ad, which are
    // already drawn.
    for (; cache.next < end; cache.next++) {
      const quarter = this.#capReached(ad, cache.next * QUARTER_MS) ? null : this.#draw(ad, cache.next);
      if (quarter) cache.drawn.set(cache.next, quarter);
      cache.spent.push(cache.spent.at(-1)! + (quarter?.spend ?? 0));
    }
    return cache;
  }

  /** A campaign or account at its spend cap delivers nothing. It may exceed the cap by the spend of one quarter. */
  #capReached(ad: MarketObject, at: number): boolean {
    return [ad.ancestor('campaign'), ad.ancestor('account')].some((object) => {
      const cap = object.number('spend_cap', at);
      return cap !== null && cap > 0 && this.spent(object, at) >= cap;
    });
  }

  /** Factor on every ad's click rate in a local hour; its long-run mean is 1. */
  drift(localHour: number): number {
    let drift = this.#drifts.get(localHour);
    if (drift === undefined) {
      let walk = 0;
      for (let back = 0; back < WALK_LENGTH; back++) {
        walk += WALK_MEMORY ** back * this.#shock(localHour - back);
      }
      walk *= WALK_DEVIATION * Math.sqrt(1 - WALK_MEMORY ** 2);
      const phase = (2 * Math.PI * ((localHour % 24) - PEAK_HOUR)) / 24;
      drift = (1 + DAY_AMPLITUDE * Math.cos(phase)) * Math.exp(walk - WALK_DEVIATION ** 2 / 2);
      this.#drifts.set(localHour, drift);
    }
    return drift;
  }

  #shock(localHour: number): number {
    let shock = this.#shocks.get(localHour);
    if (shock === undefined) {
      shock = new Random(`${this.seed}/walk/${localHour}`).normal();
      this.#shocks.set(localHour, shock);
    }
    return shock;
  }

  #draw(ad: MarketObject, index: number): Quarter | null {
    const start = index * QUARTER_MS;
    const planned = plannedSpend(ad, start, start + QUARTER_MS);
    if (planned <= 0 || !ad.truth) return null;
    const localHour = this.calendar.localHour(start);
    const hour = new Random(`${this.seed}/${ad.id}/hour/${localHour}`);
    // Bounded, so that a day never spends more than Meta allows: 75 % over its budget.
    const pace = Math.min(1.25, Math.max(0.75, hour.factor(PACE_CV)));
    const price = (PRICE_PER_MILLE / 1_000) * hour.factor(PRICE_CV);
    const clickRate = Math.min(1, trueClickRateOf(ad, start) * this.drift(localHour) * hour.factor(CLICK_CV));

    const random = new Random(`${this.seed}/${ad.id}/quarter/${index}`);
    const impressions = random.poisson((planned * pace) / price);
    if (impressions === 0) return null;
    if (ad.truth.audience) {
      const facts = { ad, audience: ad.truth.audience, localHour, impressions, clickRate, price };
      return this.#bySegment(random, facts);
    }
    const { conversionRate } = ad.truth;
    return { localHour, ...drawPart(random, { impressions, clickRate, conversionRate, price }) };
  }

  /** As one segment after the other, each with its own share of the impressions and its own rate. */
  #bySegment(
    random: Random,
    facts: {
      ad: MarketObject;
      audience: Audience;
      localHour: number;
      impressions: number;
      clickRate: number;
      price: number;
    },
  ): Quarter {
    const { ad, audience, localHour, impressions, clickRate, price } = facts;
    const conversionRate = ad.truth!.conversionRate;
    const whole: Delivered = {
      impressions: 0,
      clicks: 0,
      linkClicks: 0,
      spend: 0,
      conversions: 0,
      revenue: 0,
    };
    const parts: NonNullable<Quarter['parts']> = [];
    let left = impressions;
    let rest = 1;
    for (const [i, { share, factor }] of this.#mix(ad, audience, localHour).entries()) {
      const isLast = i === audience.segments.length - 1;
      const own = isLast ? left : random.binomial(left, Math.min(1, share / rest));
      left -= own;
      rest -= share;
      const rate = Math.min(1, clickRate * factor);
      const delivered = drawPart(random, { impressions: own, clickRate: rate, conversionRate, price });
      if (own > 0) parts.push({ segment: audience.segments[i]!, delivered });
      for (const name of Object.keys(whole) as (keyof Delivered)[]) whole[name] += delivered[name];
    }
    return { localHour, ...whole, parts };
  }

  /** The same for the quarters of one hour. */
  #mix(ad: MarketObject, audience: Audience, localHour: number): ReturnType<Audience['mix']> {
    const last = this.#mixes.get(ad.id);
    if (last?.localHour === localHour) return last.mix;
    const mix = audience.mix(ad.id, localHour);
    this.#mixes.set(ad.id, { localHour, mix });
    return mix;
  }
}

/** Draws what follows the impressions. */
function drawPart(
  random: Random,
  {
    impressions,
    clickRate,
    conversionRate,
    price,
  }: Record<'impressions' | 'clickRate' | 'conversionRate' | 'price', number>,
): Delivered {
  const linkClicks = random.binomial(impressions, clickRate);
  const otherClicks = random.binomial(impressions - linkClicks, OTHER_CLICKS * clickRate);
  const conversions = random.binomial(linkClicks, conversionRate);
  const revenue = conversions === 0 ? 0 : Math.round(random.gamma(4 * conversions, BASKET / 4));
  const spend = impressions * price;
  return { impressions, clicks: linkClicks + otherClicks, linkClicks, spend, conversions, revenue };
}

/** Minor units that the budgets in force let an ad spend in [start, end). */
function plannedSpend(ad: MarketObject, start: number, end: number): number {
  const cuts = new Set<number>([start]);
  for (let object: MarketObject | null = ad; object; object = object.parent) {
    for (const at of object.instantsBetween(start, end)) cuts.add(at);
    for (const field of ['start_time', 'end_time', 'stop_time']) {
      const at = object.number(field, end);
      if (at !== null && at > start && at < end) cuts.add(at);
    }
    if (object.kind === 'adset') {
      for (const sibling of object.children) {
        for (const at of sibling.instantsBetween(start, end)) cuts.add(at);
      }
    }
  }
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.reduce((sum, from, i) => {
    const until = edges[i + 1] ?? end;
    return sum + (dailySpendOf(ad, from) * (until - from)) / DAY_MS;
  }, 0);
}
