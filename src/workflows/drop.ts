/**
 * Dropping a beaten ad: its budget goes to the ads that are still compared, by a rollout with the same phases, gates, ledger
 * and revert as a winner's. Then the test goes on without the ad. The base of that rollout is the budgets before the drop; a
 * later promotion has a base of its own, the budgets after it.
 */
import type { DropOutcome, PromotionGrounds } from '../contract/activities.js';
import { beatenVariant } from '../domain/decision/beaten.js';
import type { Decision } from '../domain/decision/decision.js';
import { effectOf, intervalFor, pairOf } from '../domain/decision/pairs.js';
import type { StateReason } from '../domain/state-reason.js';
import type { Run } from './experiment-run.js';
import { enduring, obstacleFrom, promotions } from './proxies.js';

/** Opens the rollout that drops the ad which the leader of this look has beaten, if there is one. */
export async function dropBeaten(run: Run, decision: Decision): Promise<void> {
  const variantId = beatenVariant(run.experiment, decision, run.now());
  if (variantId === null) return;
  let opened: DropOutcome;
  try {
    opened = await promotions.openDrop.executeWithOptions(
      { summary: `preflight for dropping ${variantId}` },
      [run.experiment.id, variantId, groundsOf(decision, variantId)],
    );
  } catch (error) {
    // The next look tries again: the test loses nothing but a share of the beaten ad's budget.
    return run.report(`${variantId} is not dropped: ${obstacleFrom(error).reason}`);
  }
  switch (opened.kind) {
    case 'refused':
      return run.report(`${variantId} is not dropped: ${opened.reasons.join(' ')}`);
    case 'frozen':
      // The look after the freeze tries again.
      return;
    case 'nothing':
      return run.dropVariant(variantId);
    case 'opened':
      run.promotion = opened.promotion;
      return run.become('rolling_out', {
        code: 'dropping',
        drops: variantId,
        winnerVariantId: opened.promotion.winnerVariantId,
      });
  }
}

/** Whether the rollout on record, which this run knows, drops an ad. */
export function droppedBy(run: Run): string | undefined {
  return run.knownPromotion?.plan.drops;
}

/**
 * `running` again after the rollout, whether it reached its end or was reverted: the ad is compared no more. The state comes
 * first: a run that is lost before this step finds the rollout on record, and does it.
 */
export async function endDrop(run: Run, variantId: string): Promise<void> {
  const at = run.now();
  run.experiment.dropped = (
    await enduring(() =>
      promotions.closeDrop.executeWithOptions({ summary: `${variantId} is compared no more` }, [
        run.experiment.id,
        variantId,
        at,
      ]),
    )
  ).dropped;
  run.forgetPromotion();
}

/** The answer to a stop of a test that promotes nothing. Drops may have moved budgets before. */
export function stoppedSentence({ experiment }: Run): string {
  const { policy, dropped } = experiment;
  return policy.dropBeaten && dropped
    ? 'Stopped. The budgets stay as they are, with those that dropped ads have left to the others.'
    : 'Stopped. No budget was moved.';
}

/** What a revert's reason needs if the rollout drops an ad: the test goes on afterwards. */
export function afterRevert(run: Run): Pick<StateReason, 'endsIn' | 'drops'> {
  const drops = droppedBy(run);
  return drops === undefined ? {} : { endsIn: 'running', drops };
}

function groundsOf(decision: Decision, variantId: string): PromotionGrounds {
  const { lookNumber, metrics, pairs } = decision;
  const winnerVariantId = decision.leaderVariantId!;
  const pair = pairOf(pairs, winnerVariantId, variantId);
  return {
    winnerVariantId,
    lookNumber,
    confidence: pair.evidence.confidence,
    metrics,
    theta: effectOf(pairs, winnerVariantId, variantId),
    se: pair.evidence.se,
    forced: false,
    by: 'rule',
    reason: decision.reasons.join(' '),
    interval: intervalFor(pair, winnerVariantId),
  };
}
