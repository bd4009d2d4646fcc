import { lookSummaries } from './decisions.js';
import { experimentsById } from './experiments.js';
import { ledgersById } from './ledger.js';
import { promotionsById } from './promotions.js';
import { type Database, instant, run } from './query.js';
import type { OverviewRow, Store } from './types.js';
import { verificationsById } from './verifications.js';

type OverviewStore = Pick<Store, 'overview' | 'reportTrouble'>;

/** What lists of experiments read across the tables. */
export function overviewStore(database: Database): OverviewStore {
  const { pool, scope } = database;
  return {
    async overview(limit) {
      const rows = await run<{ experiment_id: string; trouble: string | null }>(
        pool,
        `select t.experiment_id,
            case when t.trouble_at > greatest(t.state_changed_at, d.at, g.at) then t.trouble end as trouble
          from auto_promotion.ab_tests t
          left join lateral (select decided_at as at from auto_promotion.decisions d
            where t.trouble is not null
              and (d.environment, d.account_id, d.experiment_id) = (t.environment, t.account_id, t.experiment_id)
            order by look_number desc limit 1) d on true
          left join lateral (select max(g.at) as at from auto_promotion.rollout_gates g
            where t.trouble is not null
              and (g.environment, g.account_id, g.experiment_id) = (t.environment, t.account_id, t.experiment_id)) g on true
          where (t.environment, t.account_id) = ($1, $2)
          order by (t.ended_at is null) desc, t.started_at desc, t.experiment_id collate "C" limit $3`,
        [scope.environment, scope.accountId, limit],
      );
      const ids = rows.map((row) => row.experiment_id);
      const experiments = await experimentsById(database, ids);
      const decisions = await lookSummaries(database, ids);
      const promotions = await promotionsById(database, ids);
      const verifications = await verificationsById(database, [...promotions.keys()]);
      const ledgers = await ledgersById(database, [...promotions.keys()]);
      return rows.map(
        ({ experiment_id: id, trouble }): OverviewRow => ({
          experiment: experiments.get(id)!,
          lastDecision: decisions.get(id) ?? null,
          promotion: promotions.get(id) ?? null,
          ledger: ledgers.get(id) ?? [],
          trouble,
          verified: verifications.get(id)?.outcome ?? null,
        }),
      );
    },

    async reportTrouble(experimentId, trouble, at) {
      await run(
        pool,
        `update auto_promotion.ab_tests set trouble = $4, trouble_at = $5
          where (environment, account_id, experiment_id) = ($1, $2, $3)`,
        [scope.environment, scope.accountId, experimentId, trouble, instant(at)],
      );
    },
  };
}
