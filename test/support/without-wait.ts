import type { Policy } from '../../src/domain/experiment.js';

/**
 * Guardrails of a policy from before promotions waited for them. Most tests are about what follows a promotion, so it comes
 * as soon as the rule calls a winner.
 */
export const WITHOUT_WAIT = {
  guardrails: [{ metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 }],
  guardrailWaitHours: undefined,
} satisfies Partial<Policy>;
