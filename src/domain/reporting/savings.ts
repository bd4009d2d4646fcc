/**
 * What verified promotions saved, in money.
 *
 * If the budgets had been left as they were, the winner would have spent its share s₀ of all that was spent. It spent more, so
 * the money M = S_w − s₀·ΣS was moved to it (Σ over all ads of the test). Each ad turns money into exposure (impressions, link
 * clicks or money itself, by the objective) at e/S per minor unit, and exposure into outcomes at its rate. With x outcomes, e
 * and S of the loser and e_w and S_w of the winner, the loser would have brought M · (x/S) outcomes for that money. The winner
 * gets κ = (e_w/S_w) / (e/S) times as much exposure for it, and ρ times as many outcomes from each unit of exposure:
 *
 *   outcomes gained = M · (x/S) · (ρκ − 1)
 *   saved           = outcomes gained · (S/x) = M · (ρκ − 1) = Mκ · (ρ − 1) + M · (κ − 1)
 *
 * S/x is the loser's cost per outcome; x cancels. κ is 1 if the exposure is money. It belongs to the saving and not to the
 * lift: a winner with twice the rate whose impressions cost three times as much has lost outcomes. If no money was moved,
 * nothing was saved, whatever the ads paid for exposure.
 *
 * Exposure and spend are counted, not estimated, and the only uncertain factor is ρ, the rate of the winner over the loser's.
 * It has the posterior of a verified lift, from decision and verification together, and the interval comes from it. Assumed is
 * that the loser would have got more exposure at the price that it paid.
 *
 * Counted is the time from the read-back of the first phase to the end of the verification's window: nothing that was
 * measured later, and nothing extrapolated. If the control won, nothing is gained, as in every lift of the reports.
 */

import { entryOf } from '../entry.js';
import { exposureOf, METRICS, numeratorOf, type Objective, type VariantMetrics } from '../metric.js';
import type { Estimate } from './lift.js';
import type { Prior } from './prior.js';
import { gainsTogether } from './shrinkage.js';

/** A verified promotion, and what its ads did in the time that counts. */
export interface VerifiedPromotion {
  experimentId: string;
  currency: string;
  objective: Objective;
  winner: string;
  rival: string;
  /** The winner's share of the base budgets. */
  baseShare: number;
  /** Log rate ratio of the winner over its rival; null if the control won, or if none could be estimated. */
  gain: Estimate | null;
  /** By variant id; spend and revenue in minor units. */
  delivered: Record<string, VariantMetrics>;
}

export interface Saving {
  experimentId: string;
  currency: string;
  objective: Objective;
  /** Posterior mean; negative if the winner spent less than its share of the base, or if its exposure cost too much. */
  outcomesGained: number;
  /** Minor units. */
  costPerOutcome: number;
  /** Posterior mean, minor units. */
  saved: number;
  /** 95 %. */
  interval: [low: number, high: number];
}

export interface Savings {
  tests: Saving[];
  /**
   * Verified promotions whose loser has no outcome on record in that time, or whose winner has no delivery: nothing can be
   * said of their money.
   */
  unknown: string[];
  /** One per currency, by its code: amounts of two currencies are never added. */
  totals: { currency: string; tests: number; saved: number; interval: [low: number, high: number] }[];
}

export function savingsOf(promotions: readonly VerifiedPromotion[], prior: Prior): Savings {
  const priced = promotions.map((one) => ({ one, price: priceOf(one) }));
  const known = priced.flatMap(({ one, price }) => (price === null ? [] : [{ one, price }]));
  const currencies = [...new Set(known.map(({ one }) => one.currency))].sort();
  return {
    tests: known.map(({ one, price }) => {
      const { mean, interval } = savedTogether([{ one, price }], prior);
      return {
        experimentId: one.experimentId,
        currency: one.currency,
        objective: one.objective,
        outcomesGained: mean / price.perOutcome,
        costPerOutcome: price.perOutcome,
        saved: mean,
        interval,
      };
    }),
    unknown: priced.flatMap(({ one, price }) => (price === null ? [one.experimentId] : [])),
    totals: currencies.map((currency) => {
      const own = known.filter(({ one }) => one.currency === currency);
      const { mean, interval } = savedTogether(own, prior);
      return { currency, tests: own.length, saved: mean, interval };
    }),
  };
}

interface Price {
  /** M, minor units. */
  moved: number;
  /** κ: exposure per minor unit, the winner's over the loser's. */
  cheaper: number;
  /** The loser's, minor units. */
  perOutcome: number;
}

/** Posterior mean and 95 % interval of ΣM(ρκ − 1), minor units. */
function savedTogether(
  priced: readonly { one: VerifiedPromotion; price: Price }[],
  prior: Prior,
): { mean: number; interval: [low: number, high: number] } {
  const gains = priced.map(({ one, price: { moved, cheaper } }) => ({
    estimate: one.gain,
    weight: moved * cheaper,
  }));
  const { mean, interval } = gainsTogether(gains, prior);
  const certain = priced.reduce(
    (sum, { one, price: { moved, cheaper } }) => sum + (one.gain === null ? 0 : moved * (cheaper - 1)),
    0,
  );
  return { mean: mean + certain, interval: [interval[0] + certain, interval[1] + certain] };
}

/** Null if the loser has no outcome, or if what one of the two paid for exposure is not on record. */
function priceOf({ objective, winner, rival, baseShare, delivered }: VerifiedPromotion): Price | null {
  const metric = METRICS[objective];
  const [won, lost] = [entryOf(delivered, winner), entryOf(delivered, rival)];
  if (!won || !lost) return null;
  const outcomes = numeratorOf(metric, lost);
  const [gets, got] = [exposureOf(metric, won) / won.spend, exposureOf(metric, lost) / lost.spend];
  if (!(won.spend > 0 && lost.spend > 0 && gets > 0 && got > 0 && outcomes > 0)) return null;
  const spent = Object.values(delivered).reduce((sum, { spend }) => sum + spend, 0);
  return {
    moved: won.spend - baseShare * spent,
    cheaper: gets / got,
    perOutcome: lost.spend / outcomes,
  };
}
