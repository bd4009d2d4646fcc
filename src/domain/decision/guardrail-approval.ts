/** Whether a decision waits for a user. Separate from the statistics, which workflow code must not contain. */
import type { Policy } from '../experiment.js';
import type { Decision } from './decision.js';

/** Whether the promotion needs a user's approval: by the policy, or because a guardrail isn't known. */
export function needsApproval(
  decision: Pick<Decision, 'health'>,
  policy: Pick<Policy, 'approvalRequired'>,
): boolean {
  return policy.approvalRequired || decision.health.some(({ level }) => level === 'approve');
}
