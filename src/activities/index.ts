import { archivedEffects } from '../archive/read.js';
import type { SentenceEncoder } from '../clients/encoder/types.js';
import { createBudgetActivities } from './budgets.js';
import { createDropActivities } from './drops.js';
import { createExperimentActivities } from './experiments.js';
import { createGateActivities } from './gates.js';
import { createInsightActivities } from './insights/index.js';
import { createLearningActivities } from './learning/index.js';
import { createLookActivities } from './looks.js';
import { createMessengerActivities } from './messenger.js';
import { createObservationActivities } from './observations.js';
import { createPatternActivities } from './patterns.js';
import { createPromotionActivities } from './promotions.js';
import { createCreativeReader } from './ran-creatives.js';
import { createRecheckActivities } from './rechecks.js';
import { createReconcileActivities } from './reconcile.js';
import { createSummaryActivities } from './summaries.js';
import { createVerificationActivities } from './verification.js';

type Dependencies = Parameters<typeof createBudgetActivities>[0] &
  Parameters<typeof createPromotionActivities>[0] &
  Parameters<typeof createGateActivities>[0] &
  Parameters<typeof createReconcileActivities>[0] &
  Parameters<typeof createSummaryActivities>[0] &
  Parameters<typeof createMessengerActivities>[0] &
  Parameters<typeof createExperimentActivities>[0] &
  Parameters<typeof createInsightActivities>[0] &
  Parameters<typeof createLearningActivities>[0] & {
    /** Unset: patterns are searched by words. */
    searchEncoder?: SentenceEncoder;
  };

/** All activities of the worker, with their collaborators. */
export function createActivities(deps: Dependencies) {
  const foreignEffects = archivedEffects();
  return {
    ...createExperimentActivities(deps),
    ...createObservationActivities(deps),
    ...createLookActivities(deps),
    ...createPromotionActivities(deps),
    ...createGateActivities(deps),
    ...createDropActivities(deps),
    ...createBudgetActivities(deps),
    ...createReconcileActivities(deps),
    ...createMessengerActivities(deps),
    ...createSummaryActivities(deps),
    ...createVerificationActivities(deps),
    ...createRecheckActivities(deps),
    ...createLearningActivities({ ...deps, creatives: createCreativeReader(deps) }),
    ...createInsightActivities({ ...deps, foreignEffects }),
    ...createPatternActivities({
      store: deps.store,
      clock: deps.clock,
      encoder: deps.searchEncoder ?? null,
      foreign: [...foreignEffects].map(([id, effect]) => ({ id, ...effect })),
      brandNames: deps.brandNames ?? [],
    }),
  };
}
