import { OWN_RESULT } from '../../../domain/conversion-event.js';
import type { Policy } from '../../../domain/experiment.js';
import type { CreationFacts, CreationProblem } from './facts.js';

/** The events that Meta optimises the ad sets for, each once; null for an ad set without one that is counted. */
function resultEvents({ variants }: CreationFacts): (string | null)[] {
  return [...new Set(variants.flatMap((facts) => (facts ? [facts.adSet.resultEvent] : [])))];
}

/** The policy with the event that all ad sets share, if it asks for their own result; otherwise unchanged. */
export function withOwnResult(policy: Policy, facts: CreationFacts): Policy {
  const [event, ...others] = resultEvents(facts);
  const isKnown = policy.conversionEvent === OWN_RESULT && event != null && others.length === 0;
  return isKnown ? { ...policy, conversionEvent: event } : policy;
}

/** Why the ad sets' own result can't be counted; empty if the policy has an event. */
export function conversionEventProblems(policy: Policy, facts: CreationFacts): CreationProblem[] {
  if (policy.conversionEvent !== OWN_RESULT) return [];
  const events = resultEvents(facts);
  const names = events.map((event) => event ?? 'none that is counted').join(' and ');
  const why =
    events.length > 1
      ? `Meta optimises the ad sets for different events: ${names}`
      : 'Meta optimises the ad sets for no event that is counted';
  return [{ field: 'policy.conversion_event', message: `can't be ${OWN_RESULT}: ${why}. Name an event` }];
}
