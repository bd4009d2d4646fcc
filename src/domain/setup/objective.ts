/** Which metric should decide a test, from what Meta optimises the ad sets for. */
import type { Objective, VariantMetrics } from '../metric.js';

export interface ProposedObjective {
  objective: Objective;
  /** One sentence. */
  why: string;
}

/** Goals with which Meta looks for purchases and the like. */
const CONVERSION_GOALS: Record<string, string> = {
  OFFSITE_CONVERSIONS: 'conversions',
  ONSITE_CONVERSIONS: 'conversions',
  APP_INSTALLS_AND_OFFSITE_CONVERSIONS: 'app installs and conversions',
  SUBSCRIBERS: 'subscribers',
};
const VALUE_GOALS: Record<string, string> = {
  VALUE: 'the value of purchases',
  IN_APP_VALUE: 'the value of purchases in the app',
};
/** Goals whose results aren't purchases, so the service can't count them. */
const OTHER_RESULTS: Record<string, string> = {
  LEAD_GENERATION: 'leads',
  QUALITY_LEAD: 'leads',
  APP_INSTALLS: 'app installs',
  CONVERSATIONS: 'conversations',
  QUALITY_CALL: 'calls',
};
const CLICK_GOALS: Record<string, string> = {
  LINK_CLICKS: 'link clicks',
  LANDING_PAGE_VIEWS: 'views of the landing page',
};
const LEAST_CONVERSIONS = 25;

/**
 * `goal`: Meta's optimisation goal of the ad sets; null if Meta gives none. `perAd`: what each ad did in the last days;
 * `growth`: the planned duration as a multiple of those days. Conversions decide only if the ad with the fewest is expected
 * to reach the rule's least number of them.
 */
export function objectiveFor(
  goal: string | null,
  perAd: readonly VariantMetrics[],
  growth: number,
): ProposedObjective {
  const name = goal ?? '';
  const result = CONVERSION_GOALS[name] ?? VALUE_GOALS[name];
  if (result !== undefined) {
    const fewest = Math.min(...perAd.map(({ conversions }) => conversions)) * growth;
    if (fewest < LEAST_CONVERSIONS) return fallback(result, perAd);
    return name in VALUE_GOALS
      ? {
          objective: 'return_on_ad_spend',
          why: `Meta optimises these ad sets for ${result}, so what the ads bring in for what they cost decides.`,
        }
      : {
          objective: 'cost_per_conversion',
          why: `Meta optimises these ad sets for ${result}, so what a purchase costs decides.`,
        };
  }
  const other = OTHER_RESULTS[name];
  if (other !== undefined) {
    return {
      objective: 'click_through_rate',
      why: `Meta optimises these ad sets for ${other}, but only purchases are counted as conversions, so the click rate decides. More clicks may not mean more ${other}.`,
    };
  }
  const clicks = CLICK_GOALS[name];
  return {
    objective: 'click_through_rate',
    why:
      clicks === undefined
        ? `Meta optimises these ad sets for ${goal ?? 'a goal that it does not name'}, so the click rate decides: of what is counted, it is the nearest to what people do with an ad.`
        : `Meta optimises these ad sets for ${clicks}, so the click rate decides.`,
  };
}

function fallback(result: string, perAd: readonly VariantMetrics[]): ProposedObjective {
  const fewest = Math.min(...perAd.map(({ conversions }) => conversions));
  const had = fewest === 0 ? 'no purchase' : `${fewest} ${fewest === 1 ? 'purchase' : 'purchases'}`;
  return {
    objective: 'click_through_rate',
    why: `Meta optimises these ad sets for ${result}, but one ad had ${had} in the last 7 days, which is too few to decide by, so the click rate decides. More clicks may not mean more purchases.`,
  };
}
