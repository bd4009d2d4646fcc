/** Whether Meta delivers the ads for conversions although clicks decide the test. */
import type { Objective } from '../metric.js';
import type { HealthFinding } from './delivery-health.js';

/** Optimisation goals with which Meta looks for people who act, not for people who click. */
const CONVERSION_GOALS: readonly string[] = [
  'OFFSITE_CONVERSIONS',
  'ONSITE_CONVERSIONS',
  'VALUE',
  'IN_APP_VALUE',
  'APP_INSTALLS_AND_OFFSITE_CONVERSIONS',
  'LEAD_GENERATION',
  'QUALITY_LEAD',
  'SUBSCRIBERS',
];

/**
 * Warns if clicks decide and an ad set is optimised for conversions: Meta then shows the ads to people who buy, and the ad
 * with more clicks needn't be the one that sells. `goals`: Meta's optimisation goals, by variant id.
 */
export function conversionGoals(objective: Objective, goals: Record<string, string>): HealthFinding[] {
  if (objective !== 'click_through_rate') return [];
  const optimised = Object.entries(goals).filter(([, goal]) => CONVERSION_GOALS.includes(goal));
  if (optimised.length === 0) return [];
  const ids = optimised.map(([id, goal]) => `${id} (${goal})`).join(' and ');
  const message = `Clicks decide this test, but Meta optimises the delivery of ${ids} for conversions: more clicks may not mean more sales`;
  return [{ code: 'conversion_goal', level: 'warn', message }];
}
