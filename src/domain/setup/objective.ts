/** Which metric should decide a test, from what Meta optimises the ad sets for. */
import { eventWords } from '../conversion-event.js';
import type { Objective, VariantMetrics } from '../metric.js';

export interface ProposedObjective {
  objective: Objective;
  /** One sentence. */
  why: string;
}

const VALUE_GOALS = ['VALUE', 'IN_APP_VALUE'];
const CLICK_GOALS: Record<string, string> = {
  LINK_CLICKS: 'link clicks',
  LANDING_PAGE_VIEWS: 'views of the landing page',
};
const LEAST_CONVERSIONS = 25;

/**
 * `goal`: Meta's optimisation goal of the ad sets, null if Meta gives none; `event`: the event that goes with it, null if
 * it isn't one that is counted. `perAd`: what each ad did in the last days, with this event as its conversions; `growth`:
 * the planned duration as a multiple of those days. Conversions decide only if the ad with the fewest is expected to reach
 * the rule's least number of them.
 */
export function objectiveFor(
  goal: string | null,
  event: string | null,
  perAd: readonly VariantMetrics[],
  growth: number,
): ProposedObjective {
  if (event !== null) {
    const name = eventWords(event);
    const fewest = Math.min(...perAd.map(({ conversions }) => conversions));
    if (fewest * growth < LEAST_CONVERSIONS) {
      return {
        objective: 'click_through_rate',
        why: `Meta optimises these ad sets for the event ${name}, but one ad had it ${timesOf(fewest)} in the last 7 days, which is too few to decide by, so the click rate decides. More clicks may not mean more of it.`,
      };
    }
    return goal !== null && VALUE_GOALS.includes(goal)
      ? {
          objective: 'return_on_ad_spend',
          why: `Meta optimises these ad sets for the value of the event ${name}, so what the ads bring in for what they cost decides.`,
        }
      : {
          objective: 'cost_per_conversion',
          why: `Meta optimises these ad sets for the event ${name}, so what one costs decides.`,
        };
  }
  const clicks = CLICK_GOALS[goal ?? ''];
  return {
    objective: 'click_through_rate',
    why:
      clicks === undefined
        ? `Meta optimises these ad sets for ${goal ?? 'a goal that it does not name'}, whose event is not known, so the click rate decides: of what is counted, it is the nearest to what people do with an ad.`
        : `Meta optimises these ad sets for ${clicks}, so the click rate decides.`,
  };
}

function timesOf(count: number): string {
  return count === 0 ? 'not once' : count === 1 ? 'once' : `${count} times`;
}
