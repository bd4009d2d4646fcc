/**
 * What verified promotions saved, in money.
 *
 * If the budgets had been left as they were, the winner would have got its share s₀ of the base budgets. It got more, so
 * the exposure m = e_w − s₀·Σe was moved to it (impressions, link clicks or spend, by the objective; Σ over all ads of the
 * test). At the loser's rate r = x/e that exposure would have brought m·r outcomes; at the winner's, ρ times as many:
 *
 *   outcomes gained = m · r · (ρ − 1)
 *   saved           = outcomes gained · (S/x) = m · (S/e) · (ρ − 1)
 *
 * x, e and S are the loser's outcomes, exposure and spend, so S/x is its cost per outcome. x cancels: exposure and spend are
 * counted, not estimated, and the only uncertain factor is ρ, the rate of the winner over the loser's. It has the posterior
 * of a verified lift, from decision and verification together, and the interval comes from it.
 *
 * Counted is the time from the read-back of the first phase to the end of the verification's window: nothing that was
 * measured later, and nothing extrapolated. If the control won, ρ counts as 1, as in every lift of the reports.
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
  /** Posterior mean; negative if the winner got less than its share of the base. */
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
  /** Verified promotions whose loser has no outcome on record in that time: nothing can be said of their money. */
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
      const { mean, interval } = gainsTogether([{ estimate: one.gain, weight: price.amount }], prior);
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
      const gains = own.map(({ one, price }) => ({ estimate: one.gain, weight: price.amount }));
      const { mean, interval } = gainsTogether(gains, prior);
      return { currency, tests: own.length, saved: mean, interval };
    }),
  };
}

/** What the moved exposure costs at the loser's price, and the loser's cost per outcome; null if it has no outcome. */
function priceOf({ objective, winner, rival, baseShare, delivered }: VerifiedPromotion) {
  const metric = METRICS[objective];
  const loser = entryOf(delivered, rival);
  if (!loser) return null;
  const [exposure, outcomes] = [exposureOf(metric, loser), numeratorOf(metric, loser)];
  if (!(exposure > 0 && outcomes > 0 && loser.spend > 0)) return null;
  const exposures = Object.values(delivered).map((row) => exposureOf(metric, row));
  const won = entryOf(delivered, winner);
  const moved =
    (won ? exposureOf(metric, won) : 0) - baseShare * exposures.reduce((sum, one) => sum + one, 0);
  return { amount: (moved * loser.spend) / exposure, perOutcome: loser.spend / outcomes };
}
