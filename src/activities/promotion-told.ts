import type { Store } from '../clients/postgres/types.js';
import type { Promotion } from '../contract/records.js';
import type { Experiment } from '../domain/experiment.js';
import type { NewMessage } from '../domain/messages/message.js';
import { promotionMessage } from '../domain/messages/rollout-messages.js';
import { atRisk, atRiskSentence } from '../domain/rollout/at-risk.js';

/** The message about the first phase of a winner's rollout; null for a later phase, and for a drop. */
export async function promotionTold(
  store: Pick<Store, 'latestDecision'>,
  experiment: Experiment,
  promotion: Promotion,
  { phase, readBackAt }: { phase: string; readBackAt: number },
): Promise<NewMessage | null> {
  const { plan, phasesDone, interval } = promotion;
  const targets = plan.phases.find(({ name }) => name === phase)?.targets;
  if (plan.drops !== undefined || targets === undefined || Object.keys(phasesDone).length > 0) return null;
  const { confidence, objective } = experiment.policy;
  const decision = await store.latestDecision(experiment.id);
  return promotionMessage({
    experiment,
    promotion,
    phase,
    targets,
    atRisk: atRiskSentence(atRisk({ ...plan, targets, interval }), experiment.currency, {
      confidence,
      objective,
      adjusted: decision?.pairs.every(({ evidence }) => evidence.adjusted !== false) ?? true,
    }),
    at: readBackAt,
  });
}
