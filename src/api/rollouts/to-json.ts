import type { z } from '@hono/zod-openapi';
import { type GateRow, type LedgerRow, ledgerOf, type Promotion } from '../../contract/records.js';
import { totalOf } from '../../domain/budget.js';
import type { Experiment } from '../../domain/experiment.js';
import { atRisk } from '../../domain/rollout/at-risk.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import type { BudgetReallocation, GateAnswer, LedgerRowAnswer } from './responses.js';

/**
 * Budgets before and after the promotion; null before one. With more than two variants, the loser's amounts are the sums
 * over all the others. `*_new_*` are the targets of the last phase, or the budgets that a revert left; `*_current_*` are
 * the budgets that were read back last.
 */
export function budgetReallocationToJson(
  experiment: Experiment,
  promotion: Promotion | null,
  ledger: readonly LedgerRow[],
): z.output<typeof BudgetReallocation> | null {
  if (promotion === null) return null;
  const { base, winnerAdSetId, phases } = promotion.plan;
  const total = totalOf(base);
  const current = { ...base };
  for (const row of ledgerOf(promotion, ledger)) {
    if (row.readBack !== null && row.adSetId in current) current[row.adSetId] = row.readBack;
  }
  const aimed = ['in_progress', 'completed', 'shadow'].includes(promotion.status);
  const after = aimed ? phases.at(-1)!.targets : current;
  const winnerNew = after[winnerAdSetId]!;
  const loserNew = totalOf(after) - winnerNew;
  const lastPhase = phases.at(-1)!.name;
  return {
    status: promotion.status,
    total_budget_cents: total,
    winner_old_budget_cents: base[winnerAdSetId]!,
    winner_new_budget_cents: winnerNew,
    loser_old_budget_cents: total - base[winnerAdSetId]!,
    loser_new_budget_cents: loserNew,
    winner_budget_pct: rounded(winnerNew / (winnerNew + loserNew), 4),
    loser_budget_pct: rounded(loserNew / (winnerNew + loserNew), 4),
    phased_rollout: phases.length > 1,
    reallocated_at: isoOrNull(promotion.phasesDone[lastPhase] ?? null),
    currency: experiment.currency,
    winner_current_budget_cents: current[winnerAdSetId]!,
    loser_current_budget_cents: totalOf(current) - current[winnerAdSetId]!,
    at_risk_cents: atRisk({ base, targets: current, winnerAdSetId, interval: promotion.interval }).amount,
    phases: phases.map(({ name, winnerShare }) => {
      const readBackAt = promotion.phasesDone[name];
      return {
        name,
        winner_share: winnerShare,
        read_back_at: readBackAt === undefined ? null : isoOf(readBackAt),
      };
    }),
  };
}

export function ledgerRowToJson(row: LedgerRow): z.output<typeof LedgerRowAnswer> {
  return {
    sequence: row.sequence,
    ad_set_id: row.adSetId,
    phase: row.phase,
    before: row.before,
    intended: row.intended,
    read_back: row.readBack,
    outcome: row.outcome,
    error: row.error,
    at: isoOf(row.at),
    settled_at: isoOrNull(row.settledAt),
    compensates: row.compensates,
    error_kind: row.errorKind,
    at_risk_cents: row.atRisk,
  };
}

export function gateToJson(gate: GateRow): z.output<typeof GateAnswer> {
  const { phase, at, outcome, findings, learning, atRisk, budgets, targets, shadow } = gate;
  return {
    phase,
    at: isoOf(at),
    outcome,
    findings: findings.map(({ code, leadsTo, message, until }) => ({
      code,
      leads_to: leadsTo,
      message,
      until: isoOrNull(until),
    })),
    at_risk_cents: atRisk,
    ad_sets: Object.keys(learning).map((id) => ({
      ad_set_id: id,
      learning_stage: learning[id]!.status,
      last_significant_edit_at: isoOrNull(learning[id]!.lastSignificantEditAt),
      budget_cents: budgets[id] ?? null,
      target_cents: targets[id] ?? null,
    })),
    shadow,
  };
}
