import { readBudgetContext } from '../clients/meta/context.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import { type Experiment, HOUR_MS } from '../domain/experiment.js';
import { type BudgetContext, type Problem, preflightProblems } from '../domain/preflight.js';
import { callingMeta, permanent } from './failures.js';

export interface Inspection {
  experiment: Experiment;
  context: BudgetContext;
  /** What the preflight says, and ads that left the ad set that they began in. */
  problems: Problem[];
}

/** Reads an experiment's ads and all that stands around them, as Meta has it now. */
export function createInspection(deps: { store: Store; meta: MetaClient; clock: ExperimentClock }) {
  const { store, meta, clock } = deps;
  return async (experimentId: string): Promise<Inspection> => {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId}`);
    const context = await callingMeta(() => readBudgetContext(meta, experiment.variants));
    const rolloutHours = experiment.policy.phases.reduce((sum, phase) => sum + phase.waitHours, 0);
    const problems = preflightProblems(context, (await clock.now()) + rolloutHours * HOUR_MS);
    for (const variant of experiment.variants) {
      const now = context.variants.find((entry) => entry.variantId === variant.id)!;
      if (now.adSet.id !== variant.adSetId) {
        problems.push({
          variantId: variant.id,
          code: 'ad_moved',
          message: `Ad ${variant.adId} is in ad set ${now.adSet.id}; the test began in ${variant.adSetId}.`,
        });
      }
    }
    return { experiment, context, problems };
  };
}
