/**
 * Simulated tests of two ads with clicks, spend and conversions, hour by hour. Clicks depend only on seed, lift and run; so
 * one test of clicks can be combined with any cost per conversion.
 */
import type { Observed } from '../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../src/domain/time.js';
import type { Random } from '../../src/sandbox/random.js';

export const CONTROL = 'control';
export const CHALLENGER = 'challenger';

/** Per ad: 600 clicks per day at a click rate of 2 %. */
const IMPRESSIONS_PER_HOUR = 1_250;
const CLICK_RATE = 0.02;
const PRICE = 1;
const DAILY_SWING = 0.6;
const DELIVERY_NOISE = 0.2;
/** Conversions are booked evenly over the day after their click. */
const LAG_HOURS = 24;

/** What an ad did in one hour, without conversions. */
type Hour = Pick<Observed, 'variantId' | 'impressions' | 'linkClicks' | 'spend'> & { hour: number };

/** The truth about conversions. */
export interface Selling {
  /** Cost per conversion of the challenger over that of the control: 1.5 is +50 %. */
  cost: number;
  /** Conversions of the control per day at an equal split. */
  perDay: number;
}

/** Conversions of one ad in one hour, by the hour in which they are booked. */
export interface Booked extends Hour {
  /** Number of conversions booked by each later hour: index 0 is the end of the hour itself. */
  booked: number[];
}

/** Hours `from` to `to` of both ads. `shareB`: the challenger's share of the budget. */
export function drawHours(
  random: Random,
  { lift, from, to, shareB = 0.5 }: { lift: number; from: number; to: number; shareB?: number },
): Hour[] {
  const hours: Hour[] = [];
  for (let hour = from; hour < to; hour++) {
    const swing = 1 + DAILY_SWING * Math.sin((2 * Math.PI * hour) / 24);
    for (const [variantId, share, rate] of [
      [CONTROL, 1 - shareB, CLICK_RATE],
      [CHALLENGER, shareB, CLICK_RATE * (1 + lift)],
    ] as const) {
      const planned = 2 * share * IMPRESSIONS_PER_HOUR * swing * random.factor(DELIVERY_NOISE);
      const impressions = random.poisson(planned);
      hours.push({
        variantId,
        hour,
        impressions,
        linkClicks: random.binomial(impressions, rate),
        spend: impressions * PRICE,
      });
    }
  }
  return hours;
}

/** Adds conversions: each click converts with the probability that `selling` and the lift of the clicks imply. */
export function sell(
  random: Random,
  hours: readonly Hour[],
  lift: number,
  { cost, perDay }: Selling,
): Booked[] {
  const ofControl = perDay / (24 * IMPRESSIONS_PER_HOUR * CLICK_RATE);
  return hours.map((hour) => {
    const rate = hour.variantId === CONTROL ? ofControl : ofControl / cost / (1 + lift);
    const booked = new Array<number>(LAG_HOURS).fill(0);
    const conversions = random.binomial(hour.linkClicks, rate);
    for (let each = 0; each < conversions; each++) {
      const lag = Math.floor(LAG_HOURS * random.uniform());
      for (let later = lag; later < LAG_HOURS; later++) booked[later]! += 1;
    }
    return { ...hour, booked };
  });
}

/** The hours that have closed by `now` (hours since the start), with the conversions that are booked by then. */
export function observedAt(hours: readonly Booked[], now: number): Observed[] {
  return hours
    .filter(({ hour }) => hour + 1 <= now)
    .map(({ variantId, hour, impressions, linkClicks, spend, booked }) => ({
      variantId,
      bucketStart: hour * HOUR_MS,
      bucketEnd: (hour + 1) * HOUR_MS,
      impressions,
      clicks: linkClicks,
      linkClicks,
      spend,
      conversions: booked[Math.min(LAG_HOURS - 1, Math.floor(now - hour - 1))]!,
      revenue: 0,
    }));
}
