/** Variants that were made from patterns, and whether they won. */
import type { PatternStore } from './pattern-types.js';
import { type Database, type Run, run, type Scope } from './query.js';

/**
 * Enters the patterns of the drafts that a new experiment's variants were made from, inside the transaction that creates it.
 * A draft that names further patterns later leaves earlier tests as they are.
 */
export async function enterUses(ask: Run, scope: Scope, experimentId: string): Promise<void> {
  await ask(
    `insert into auto_promotion.pattern_uses (environment, account_id, content_id, experiment_id, variant_id)
      select k.environment, k.account_id, k.content_id, v.experiment_id, v.variant_id
      from auto_promotion.ab_test_variants v
      join auto_promotion.drafts d using (environment, account_id, draft_id)
      join auto_promotion.knowledge_base_vectors k
        on (k.environment, k.account_id) = (d.environment, d.account_id) and k.content_id = any(d.pattern_ids)
      where (v.environment, v.account_id, v.experiment_id) = ($1, $2, $3)
      on conflict do nothing`,
    [scope.environment, scope.accountId, experimentId],
  );
}

export function patternUseStore({
  pool,
  scope,
}: Database): Pick<PatternStore, 'knownPatterns' | 'settlePatternUses'> {
  return {
    async knownPatterns(ids) {
      const rows = await run<{ content_id: string }>(
        pool,
        `select content_id from auto_promotion.knowledge_base_vectors
          where (environment, account_id) = ($1, $2) and content_id = any($3)`,
        [scope.environment, scope.accountId, ids],
      );
      return new Set(rows.map((row) => row.content_id));
    },

    async settlePatternUses() {
      const settled = await run(
        pool,
        `with outcomes as (
            select e.environment, e.account_id, e.experiment_id, e.winner_variant_id,
              exists (select from auto_promotion.promotions p
                where (p.environment, p.account_id, p.experiment_id) = (e.environment, e.account_id, e.experiment_id)
                  and p.winner_variant_id = e.winner_variant_id and p.forced)
              or exists (select from auto_promotion.verifications c
                where (c.environment, c.account_id, c.experiment_id) = (e.environment, e.account_id, e.experiment_id)
                  and c.outcome = 'reverted') as is_void
            from auto_promotion.ab_tests e
            where (e.environment, e.account_id) = ($1, $2)
              and (e.promoted_at is not null or e.ended_at is not null))
          update auto_promotion.pattern_uses u
          set won = not o.is_void and u.variant_id is not distinct from o.winner_variant_id
          from outcomes o
          where (u.environment, u.account_id, u.experiment_id) = (o.environment, o.account_id, o.experiment_id)
            and u.won is distinct from (not o.is_void and u.variant_id is not distinct from o.winner_variant_id)
          returning 1`,
        [scope.environment, scope.accountId],
      );
      return settled.length;
    },
  };
}
