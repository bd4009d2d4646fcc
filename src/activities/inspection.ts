import type { ExperimentClock } from '../clients/clock.js';
import { readBudgetContext } from '../clients/meta/budget-context.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import { type Experiment, participants, type Variant } from '../domain/experiment.js';
import {
  type BudgetContext,
  type BudgetHolder,
  type Problem,
  preflightProblems,
} from '../domain/rollout/preflight.js';
import { HOUR_MS } from '../domain/time.js';
import { callingMeta, permanent } from './failures.js';

export interface Inspection {
  experiment: Experiment;
  context: BudgetContext;
  /** The current participants. */
  compared: Variant[];
  /** The preflight's problems, and ads that are no longer in their original ad set. */
  problems: Problem[];
}

/** Reads an experiment's ads from Meta with their ad sets, campaigns and account. */
export function createInspection(deps: { store: Store; meta: MetaClient; clock: ExperimentClock }) {
  const { store, meta, clock } = deps;

  async function readHolder({ id, adSetId }: Variant): Promise<BudgetHolder> {
    const adSet = await meta.getAdSet(adSetId);
    return { variantId: id, adSet, campaign: await meta.getCampaign(adSet.campaignId) };
  }

  return async (experimentId: string): Promise<Inspection> => {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId}`);
    const now = await clock.now();
    const compared = participants(experiment, now);
    const gone = experiment.variants.filter((variant) => !compared.includes(variant));
    const context = await callingMeta(async () => ({
      ...(await readBudgetContext(meta, compared)),
      dropped: await Promise.all(gone.map(readHolder)),
    }));
    const { phases } = (await store.getPromotion(experimentId))?.plan ?? experiment.policy;
    const rolloutHours = phases.reduce((sum, phase) => sum + phase.waitHours, 0);
    const problems = preflightProblems(context, now + rolloutHours * HOUR_MS);
    for (const variant of compared) {
      const found = context.variants.find((entry) => entry.variantId === variant.id)!;
      if (found.adSet.id !== variant.adSetId) {
        problems.push({
          variantId: variant.id,
          code: 'ad_moved',
          message: `Ad ${variant.adId} is in ad set ${found.adSet.id}; at the start of the test it was in ${variant.adSetId}.`,
        });
      }
    }
    return { experiment, context, compared, problems };
  };
}
