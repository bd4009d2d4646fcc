import type { ExperimentState } from '../domain/experiment.js';
import type { Run } from './experiment-run.js';
import { whoAsked } from './inbox.js';

/**
 * The state says that money has moved, but the record has no promotion: the base is not known, so nothing can be restored.
 * Someone must correct the budgets in Ads Manager and accept them.
 */

/** States of an experiment that has a promotion. */
const PROMOTED: readonly ExperimentState[] = [
  'rolling_out',
  'held',
  'verifying',
  'reverting',
  'needs_attention',
];

export function isPromotionLost(run: Run): boolean {
  return PROMOTED.includes(run.state) && run.knownPromotion === null;
}

export async function promotionLost(run: Run): Promise<void> {
  if (run.state !== 'needs_attention') {
    const adSets = run.experiment.variants.map(({ adSetId }) => adSetId).join(', ');
    return run.become('needs_attention', {
      code: 'promotion_lost',
      detail: `Check the ad sets ${adSets} in Ads Manager, then resolve with accept_current.`,
    });
  }
  const intent = await run.next(null, 'someone checks the budgets');
  if (intent === null) return;
  if (intent.args.action === 'retry_restore')
    return run.refuse(
      intent,
      'The budgets before the promotion are not on record, so they cannot be restored.',
    );
  await run.become('stopped', { code: 'accepted', ...whoAsked(intent) });
  return run.answer(intent, 'The budgets stay as they are.');
}
