import { Random } from '../random.js';
import { type Calendar, DAY_MS, QUARTER_MS } from './calendar.js';
import { dailySpendOf, type MarketObject, trueClickRateOf } from './objects.js';

/** What an ad did in some stretch of time. Money is minor units, not yet rounded in `spend`. */
export interface Delivered {
  impressions: number;
  /** Every click on the ad; holds the link clicks. */
  clicks: number;
  linkClicks: number;
  spend: number;
  conversions: number;
  revenue: number;
}

/** A closed quarter of an hour with delivery. */
export interface Quarter extends Delivered {
  localHour: number;
}

/** What was drawn of one ad. */
interface Drawn {
  first: number;
  next: number;
  /** By number; only those with delivery. */
  drawn: Map<number, Quarter>;
  /** By the end of how many quarters, from the first: what was spent. */
  spent: number[];
}

/** The market's constants. Rates are relative, money is minor units. */
const PRICE_PER_MILLE = 1_000;
const PRICE_CV = 0.12;
const PACE_CV = 0.08;
/** Hours of one ad scatter around its rate (statistics: "overdispersed"). */
const CLICK_CV = 0.2;
/** Clicks beside the link, an impression, as a share of the link-click rate. */
const OTHER_CLICKS = 0.3;
const BASKET = 4_000;
/** All ads of the account share these two: the shape of a day, and a walk that is pulled back to 0. */
const DAY_AMPLITUDE = 0.15;
const PEAK_HOUR = 20;
const WALK_MEMORY = 0.95;
const WALK_DEVIATION = 0.1;
/** 0.95^120 = 0.002: what lies further back moves the walk by less than a five-hundredth of its deviation. */
const WALK_LENGTH = 120;

/**
 * Draws what ads do. A quarter of an hour is drawn from (seed, ad, quarter) once it is over, its rates from
 * (seed, ad, local hour) and (seed, local hour); so nothing drawn depends on who asked, on how often, or on
 * other ads, unless a spend cap ends their delivery together. Meta's own figures are about 15 minutes late as well.
 *
 * Impressions ~ Poisson(budget in force × pace / price); link clicks ~ Binomial(impressions, true rate ×
 * drift × gamma factor); conversions ~ Binomial(link clicks, true conversion rate), booked in the hour of
 * the impression. All factors have mean 1, so that long averages recover the true rates.
 */
export class Delivery {
  readonly #quarters = new Map<string, Drawn>();
  readonly #drifts = new Map<number, number>();
  readonly #shocks = new Map<number, number>();

  constructor(
    readonly seed: number,
    readonly calendar: Calendar,
  ) {}

  /**
   * The quarters with delivery that were over by `asOf`, oldest first. `asOf` must not lie in the future:
   * a drawn quarter is never drawn again.
   */
  *quarters(ad: MarketObject, asOf: number): Generator<Quarter> {
    const end = Math.floor(asOf / QUARTER_MS);
    for (const [index, quarter] of this.#drawnUntil(ad, end).drawn) {
      if (index < end) yield quarter;
    }
  }

  /** Minor units, unrounded, that an ad, or all ads under an object, spent in the quarters that were over by `asOf`. */
  spent(object: MarketObject, asOf: number): number {
    const end = Math.floor(asOf / QUARTER_MS);
    const ads = object.kind === 'ad' ? [object] : object.descendants('ad');
    return ads.reduce((sum, ad) => {
      const { first, spent } = this.#drawnUntil(ad, end);
      return sum + (spent[Math.max(0, end - first)] ?? 0);
    }, 0);
  }

  /** The same since the account's midnight before `asOf`. */
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
    // A cap asks what other ads spent before; they in turn ask for still earlier quarters of this one, drawn by then.
    for (; cache.next < end; cache.next++) {
      const quarter = this.#capReached(ad, cache.next * QUARTER_MS) ? null : this.#draw(ad, cache.next);
      if (quarter) cache.drawn.set(cache.next, quarter);
      cache.spent.push(cache.spent.at(-1)! + (quarter?.spend ?? 0));
    }
    return cache;
  }

  /** A campaign or account at its spend cap delivers nothing; one may pass it by what a quarter brings. */
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
    // Bounded, so that no day spends more than Meta lets it (75 % over its budget).
    const pace = Math.min(1.25, Math.max(0.75, hour.factor(PACE_CV)));
    const price = (PRICE_PER_MILLE / 1_000) * hour.factor(PRICE_CV);
    const clickRate = Math.min(1, trueClickRateOf(ad, start) * this.drift(localHour) * hour.factor(CLICK_CV));

    const random = new Random(`${this.seed}/${ad.id}/quarter/${index}`);
    const impressions = random.poisson((planned * pace) / price);
    if (impressions === 0) return null;
    const linkClicks = random.binomial(impressions, clickRate);
    const otherClicks = random.binomial(impressions - linkClicks, OTHER_CLICKS * clickRate);
    const conversions = random.binomial(linkClicks, ad.truth.conversionRate);
    const revenue = conversions === 0 ? 0 : Math.round(random.gamma(4 * conversions, BASKET / 4));
    return {
      localHour,
      impressions,
      clicks: linkClicks + otherClicks,
      linkClicks,
      spend: impressions * price,
      conversions,
      revenue,
    };
  }
}

/** The integral over [start, end) of what the budgets in force let an ad spend, minor units. */
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
