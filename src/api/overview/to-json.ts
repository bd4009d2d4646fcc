import type { z } from '@hono/zod-openapi';
import type { LookSummary, OverviewRow } from '../../clients/postgres/types.js';
import { promotionOfWinner } from '../../contract/records.js';
import { totalOf } from '../../domain/budget.js';
import { confidenceOfDecision, shownOfDecision } from '../../domain/decision/confidence-text.js';
import { closestPair, effectOf, intervalFor, otherOf } from '../../domain/decision/pairs.js';
import { stateReasonOf } from '../../domain/experiment.js';
import { attentionOf } from '../../domain/overview/attention.js';
import { nextEvent } from '../../domain/overview/next-event.js';
import { claimedLift } from '../../domain/reporting/lift.js';
import type { FreezeWindow } from '../../domain/rollout/freeze.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import { isoOf, isoOrNull } from '../http/format.js';
import { budgetReallocationToJson } from '../rollouts/to-json.js';
import type { OverviewRowAnswer } from './responses.js';

export type OverviewRowJson = z.output<typeof OverviewRowAnswer>;

/** `windows`: the account's freeze windows. `killSwitch`: its last event. */
export function overviewRowToJson(
  row: OverviewRow,
  {
    windows,
    killSwitch,
    now,
  }: { windows: readonly FreezeWindow[]; killSwitch: KillSwitch | null; now: number },
): OverviewRowJson {
  const { experiment, lastDecision, promotion, ledger, trouble } = row;
  const { group, why } = attentionOf(experiment, lastDecision?.health ?? [], trouble, killSwitch);
  const money = budgetReallocationToJson(experiment, promotionOfWinner(promotion), ledger);
  const budgets = lastDecision?.dailyBudgets;
  const next = nextEvent({
    experiment,
    rollout: promotion,
    lastLookAt: lastDecision?.dueAt ?? null,
    windows,
    now,
  });
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    group,
    state: experiment.state,
    state_reason: stateReasonOf(experiment),
    state_changed_at: isoOf(experiment.stateChangedAt),
    start_date: isoOf(experiment.startedAt),
    why_act: why,
    trouble,
    variants: experiment.variants.map(({ id, role, adId, creative }) => ({
      id,
      role,
      ad_id: adId,
      headline: creative.headline,
    })),
    objective: experiment.policy.objective,
    looks: lastDecision?.lookNumber ?? 0,
    ...standingOf(lastDecision),
    confidence_threshold: experiment.policy.confidence,
    currency: experiment.currency,
    total_budget_cents: money?.total_budget_cents ?? (budgets ? totalOf(budgets) : null),
    moved_cents: money ? money.winner_current_budget_cents - money.winner_old_budget_cents : 0,
    at_risk_cents: money?.at_risk_cents ?? 0,
    shadow: money?.status === 'shadow',
    verification: row.verified,
    next_event: next && { at: isoOf(next.at), what: next.what },
    end_date: isoOrNull(experiment.endedAt),
  };
}

/** The leader of the last look against the rival that it is least sure to beat. */
function standingOf(decision: LookSummary | null) {
  const leader = decision?.leaderVariantId ?? null;
  const pair = decision && leader !== null ? closestPair(decision.pairs, leader) : null;
  if (!decision || leader === null || pair === null) {
    return {
      leader_variant_id: null,
      rival_variant_id: null,
      lift: null,
      interval: null,
      confidence: decision?.confidence ?? 0,
      confidence_now: decision && shownOfDecision(decision).now,
      confidence_text: decision && confidenceOfDecision(decision),
    };
  }
  const rival = otherOf(pair, leader);
  return {
    leader_variant_id: leader,
    rival_variant_id: rival,
    lift: claimedLift(effectOf(decision.pairs, leader, rival)),
    interval: intervalFor(pair, leader),
    confidence: decision.confidence,
    confidence_now: shownOfDecision(decision).now,
    confidence_text: confidenceOfDecision(decision),
  };
}
