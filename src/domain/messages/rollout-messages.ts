import { adName } from '../ad-name.js';
import type { Budgets } from '../budget.js';
import type { HealthCode, HealthFinding } from '../decision/delivery-health.js';
import { declarationSentence } from '../earlier-delivery.js';
import { type Experiment, stateReasonOf } from '../experiment.js';
import type { RolloutPlan } from '../rollout/plan.js';
import { reasonSentence, type StateReason } from '../state-reason.js';
import type { VerificationOutcome } from '../verification/verification.js';
import { aboutExperiment, type NewMessage } from './message.js';

/** Why a variant is promoted. `by`: `rule`, or who forced or approved it. */
interface Grounds {
  by: string;
  reason: string;
  forced: boolean;
}
const RULE = 'rule';

/** The state's reason, unless the rollout was held meanwhile. */
function whyPromoted(experiment: Experiment, { by, reason, forced }: Grounds): string {
  const { code } = experiment.reason;
  if (code === 'promoted' || code === 'forced' || code === 'approved') return stateReasonOf(experiment);
  if (by === RULE) return reason;
  const detail = declarationSentence(experiment) ?? '';
  const grounds: StateReason = { code: forced ? 'forced' : 'approved', by, because: reason, detail };
  return reasonSentence(grounds, experiment.currency, experiment.variants).trimEnd();
}

/**
 * The message that the first phase of a winner's rollout is written, or in shadow that it would have been: why the winner
 * is promoted, and what it has now. `atRisk`: a sentence. `at`: when the phase was read back.
 */
export function promotionMessage(promoted: {
  experiment: Experiment;
  promotion: Grounds & { winnerVariantId: string; status: string; plan: RolloutPlan };
  phase: string;
  targets: Budgets;
  atRisk: string;
  at: number;
}): NewMessage {
  const { experiment, promotion, phase, targets, atRisk, at } = promoted;
  const { winnerVariantId, plan, by } = promotion;
  const { base, winnerAdSetId } = plan;
  const shadow = promotion.status === 'shadow';
  const amounts = { [winnerAdSetId]: targets[winnerAdSetId] ?? 0 };
  const written = reasonSentence(
    { code: 'phase_done', phase, winnerVariantId, amounts, detail: atRisk, shadow },
    experiment.currency,
    experiment.variants,
  );
  const winner = adName(experiment.variants, winnerVariantId);
  return {
    kind: 'promotion',
    at,
    experimentId: experiment.id,
    content: aboutExperiment(experiment, {
      tone: 'good',
      title: shadow ? `In shadow, ${winner} would be promoted` : `${winner} is promoted`,
      text: `${whyPromoted(experiment, promotion)} ${written}`,
      ...(by === RULE ? {} : { by, because: promotion.reason }),
      amounts: targets,
      base,
    }),
  };
}

/** The message about the outcome of a verification; null if it reverts, which has its own message. */
export function verificationMessage(verified: {
  experiment: Experiment;
  outcome: VerificationOutcome;
  message: string;
  targets: Budgets;
  base: Budgets;
  at: number;
}): NewMessage | null {
  const { experiment, outcome, message, targets, base, at } = verified;
  if (outcome === 'reverted') return null;
  const holds = outcome === 'verified';
  return {
    kind: outcome,
    at,
    experimentId: experiment.id,
    content: aboutExperiment(experiment, {
      tone: holds ? 'good' : 'bad',
      title: holds ? 'Lift verified' : 'Lift not verified, the budgets stay',
      text: message,
      amounts: targets,
      base,
    }),
  };
}

/** Findings that say that an ad of the test gets no delivery, or too little ever to be weighed. */
const WITHOUT_DELIVERY: readonly HealthCode[] = ['no_delivery', 'starved'];

/**
 * The message that ads are silent or starved; null if none is, or if the look before found the same kind of trouble.
 * `before`: the findings of that look.
 */
export function deliveryMessage(
  experiment: Experiment,
  found: readonly HealthFinding[],
  before: readonly HealthFinding[],
  at: number,
): NewMessage | null {
  const without = found.filter(({ code }) => WITHOUT_DELIVERY.includes(code));
  const known = before.map(({ code }) => code);
  if (without.every(({ code }) => known.includes(code))) return null;
  return {
    kind: 'no_delivery',
    at,
    experimentId: experiment.id,
    content: aboutExperiment(experiment, {
      tone: 'act',
      title: 'Test without delivery',
      text: without.map(({ message }) => `${message.replace(/\.$/, '')}.`).join(' '),
    }),
  };
}
