/** What the rule is given of a policy. */

import { type NamedRule, RULES, ruleOf } from '../evidence/rules.js';
import type { RuleSettings } from '../evidence/types.js';
import { bucketsOf, DEFAULT_POLICY, type Policy } from '../experiment.js';
import { informationOf, METRICS, QUANTITIES, type Quantity } from '../metric.js';

export function ruleFor({ rule }: Policy, version: string | undefined): NamedRule {
  return version === undefined ? RULES[rule] : ruleOf(rule, version);
}

/** Whether a look under this version of the policy's rule needs the drift in the account's other tests. */
export function usesHistory(policy: Policy, ruleVersion?: string): boolean {
  return ruleFor(policy, ruleVersion).usesHistory(ruleSettings(policy));
}

/** The part of the policy that the rule is given. */
export function ruleSettings(policy: Policy): RuleSettings {
  const metric = METRICS[policy.objective];
  return {
    confidence: policy.confidence,
    horizonHours: policy.horizonHours,
    minimumHours: policy.minimumRunHours,
    // The rule calls them clicks and impressions; they are the metric's events and exposure per ad.
    minimumClicks: minimumOf(metric.events, policy),
    minimumImpressions: minimumOf(metric.exposure, policy),
    // Rows that are days are their own clusters.
    strict: policy.strict && bucketsOf(policy) === 'hour',
    // Left out if it is the rule's default: the settings are part of a decision's hash, and stored hashes lack it.
    ...(informationOf(metric) === 'exposure' && { information: 'exposure' }),
  };
}

/** The amount of a quantity that each variant needs before it is weighed. Older policies may lack the field. */
export function minimumOf(quantity: Quantity, policy: Policy): number {
  const { minimum } = QUANTITIES[quantity];
  return minimum === null ? 0 : (policy[minimum] ?? DEFAULT_POLICY[minimum]);
}
