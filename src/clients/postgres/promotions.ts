import type { Promotion, PromotionStatus } from '../../contract/records.js';
import type { RolloutPlan } from '../../domain/rollout/plan.js';
import { enterMessage } from './enter-message.js';
import { type Database, instant, jsonb, type Run, run, transaction } from './query.js';
import type { Store } from './types.js';

interface PromotionRow {
  experiment_id: string;
  winner_variant_id: string;
  look_number: number;
  forced: boolean;
  asked_by: string;
  reason: string;
  status: PromotionStatus;
  plan: RolloutPlan;
  confidence: number;
  theta: number;
  se: number;
  lift_interval: [number, number] | null;
  metrics: Promotion['metrics'];
  opened_at: number;
  phases_done: Record<string, number>;
  accepted_risk: number | null;
  ledger_after: number;
}

function toPromotion(row: PromotionRow): Promotion {
  return {
    experimentId: row.experiment_id,
    winnerVariantId: row.winner_variant_id,
    lookNumber: row.look_number,
    forced: row.forced,
    by: row.asked_by,
    reason: row.reason,
    status: row.status,
    plan: row.plan,
    confidence: row.confidence,
    theta: row.theta,
    se: row.se,
    interval: row.lift_interval,
    metrics: row.metrics,
    openedAt: row.opened_at,
    phasesDone: row.phases_done,
    ...(row.accepted_risk !== null && { acceptedRisk: row.accepted_risk }),
    ...(row.ledger_after > 0 && { ledgerAfter: row.ledger_after }),
  };
}

type PromotionStore = Pick<
  Store,
  | 'openPromotion'
  | 'getPromotion'
  | 'setPromotionStatus'
  | 'withdrawPromotion'
  | 'closeDrop'
  | 'acceptRisk'
  | 'completePhase'
>;

/**
 * Attempts of the stored rollout that changed a budget or may have. An attempt that was refused or never sent changed
 * nothing.
 */
const MOVING_ROWS = `select from auto_promotion.budget_ledger l
  where (l.environment, l.account_id, l.experiment_id) = ($1, $2, $3) and l.outcome not in ('refused', 'not_sent')
    and l.sequence > promotions.ledger_after`;

/** A withdrawn rollout and a drop that is over keep their rows for their gates alone. */
const STANDING = `status not in ('withdrawn', 'dropped')`;

function noPromotion(experimentId: string): Error {
  return new Error(`experiment ${experimentId} has no promotion`);
}

/** The rollouts of these experiments that stand, by experiment id. */
export async function promotionsById(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, Promotion>> {
  const rows = await run<PromotionRow>(
    pool,
    `select * from auto_promotion.promotions
      where (environment, account_id) = ($1, $2) and experiment_id = any($3) and ${STANDING}`,
    [scope.environment, scope.accountId, ids],
  );
  return new Map(rows.map((row) => [row.experiment_id, toPromotion(row)]));
}

/** Promotions of winners whose first phase was read back since an instant, newest first. */
export async function promotionsSince(
  { pool, scope }: Database,
  since: number,
  limit: number,
): Promise<Promotion[]> {
  const rows = await run<PromotionRow>(
    pool,
    `select p.* from auto_promotion.promotions p
        join auto_promotion.ab_tests t using (environment, account_id, experiment_id)
      where (p.environment, p.account_id) = ($1, $2) and t.promoted_at >= $3
        and ${STANDING} and not (p.plan ? 'drops')
      order by t.promoted_at desc, p.experiment_id limit $4`,
    [scope.environment, scope.accountId, instant(since), limit],
  );
  return rows.map(toPromotion);
}

/** The rollout of each experiment. */
export function promotionStore(database: Database): PromotionStore {
  const { pool, scope } = database;
  const mine = [scope.environment, scope.accountId];

  async function getPromotion(experimentId: string): Promise<Promotion | null> {
    return (await promotionsById(database, [experimentId])).get(experimentId) ?? null;
  }

  return {
    getPromotion,

    async openPromotion(promotion) {
      await run(
        pool,
        `insert into auto_promotion.promotions (environment, account_id, experiment_id, winner_variant_id, look_number,
            forced, asked_by, reason, status, plan, confidence, theta, se, metrics, opened_at, phases_done,
            lift_interval, ledger_after)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
          on conflict (environment, account_id, experiment_id) do update
            set winner_variant_id = excluded.winner_variant_id, look_number = excluded.look_number,
              forced = excluded.forced, asked_by = excluded.asked_by, reason = excluded.reason,
              status = excluded.status, plan = excluded.plan, confidence = excluded.confidence,
              theta = excluded.theta, se = excluded.se, metrics = excluded.metrics,
              opened_at = excluded.opened_at, phases_done = excluded.phases_done,
              lift_interval = excluded.lift_interval, accepted_risk = null,
              ledger_after = excluded.ledger_after
            where promotions.status = 'dropped' or not exists (${MOVING_ROWS})`,
        [
          ...mine,
          promotion.experimentId,
          promotion.winnerVariantId,
          promotion.lookNumber,
          promotion.forced,
          promotion.by,
          promotion.reason,
          promotion.status,
          jsonb(promotion.plan),
          promotion.confidence,
          promotion.theta,
          promotion.se,
          jsonb(promotion.metrics),
          instant(promotion.openedAt),
          jsonb(promotion.phasesDone),
          promotion.interval ? jsonb(promotion.interval) : null,
          promotion.ledgerAfter ?? 0,
        ],
      );
      const stored = await getPromotion(promotion.experimentId);
      if (!stored) throw noPromotion(promotion.experimentId);
      return stored;
    },

    async setPromotionStatus(experimentId, status) {
      const updated = await run(
        pool,
        `update auto_promotion.promotions set status = $4
          where (environment, account_id, experiment_id) = ($1, $2, $3) returning 1`,
        [...mine, experimentId, status],
      );
      if (updated.length === 0) throw noPromotion(experimentId);
    },

    async withdrawPromotion(experimentId) {
      const withdrawn = await run(
        pool,
        `update auto_promotion.promotions set status = 'withdrawn'
          where (environment, account_id, experiment_id) = ($1, $2, $3) and phases_done = '{}'
            and not exists (${MOVING_ROWS})
          returning 1`,
        [...mine, experimentId],
      );
      return withdrawn.length > 0;
    },

    async closeDrop(experimentId, variantId, at) {
      await run(
        pool,
        `with closed as (
            update auto_promotion.promotions set status = 'dropped'
             where (environment, account_id, experiment_id) = ($1, $2, $3) and plan->>'drops' = $4
          )
          update auto_promotion.ab_tests set dropped = jsonb_build_object($4::text, $5::bigint) || dropped
           where (environment, account_id, experiment_id) = ($1, $2, $3)`,
        [...mine, experimentId, variantId, at],
      );
    },

    async acceptRisk(experimentId, amount) {
      await run(
        pool,
        `update auto_promotion.promotions set accepted_risk = greatest(accepted_risk, $4)
          where (environment, account_id, experiment_id) = ($1, $2, $3)`,
        [...mine, experimentId, amount],
      );
    },

    async completePhase(experimentId, phase, readBackAt, entry) {
      const complete = (ask: Run) =>
        ask<{ read_back_at: number }>(
          `with done as (
            update auto_promotion.promotions set phases_done = jsonb_build_object($4::text, $5::bigint) || phases_done
             where (environment, account_id, experiment_id) = ($1, $2, $3)
             returning (phases_done->>$4::text)::bigint as read_back_at
          ), promoted as (
            update auto_promotion.ab_tests
              set promoted_at = case when (select plan ? 'drops' from auto_promotion.promotions
                    where (environment, account_id, experiment_id) = ($1, $2, $3)) then promoted_at
                  else coalesce(promoted_at, to_timestamp($5::bigint / 1000.0)) end,
                hold = null
             where (environment, account_id, experiment_id) = ($1, $2, $3)
          )
          select read_back_at from done`,
          [...mine, experimentId, phase, readBackAt],
        );
      const [row] = await (entry
        ? transaction(pool, async (ask) => {
            const first = await ask(
              `select 1 from auto_promotion.promotions
                where (environment, account_id, experiment_id) = ($1, $2, $3) and phases_done = '{}' for update`,
              [...mine, experimentId],
            );
            const rows = await complete(ask);
            if (first.length > 0) await enterMessage(ask, scope, entry);
            return rows;
          })
        : complete((text, values) => run(pool, text, values)));
      if (!row) throw noPromotion(experimentId);
      return row.read_back_at;
    },
  };
}
