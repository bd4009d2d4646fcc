import type { Recheck } from '../../contract/records.js';
import type { Policy } from '../../domain/experiment.js';
import type { LaterTest, RecheckOutcome } from '../../domain/verification/recheck.js';
import { MEASURED_COLUMNS, type MeasuredRow, measuredValues, toMeasured } from './measured-lift.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface RecheckRow extends MeasuredRow {
  outcome: RecheckOutcome;
  later_tests: LaterTest[];
}

function toRecheck(row: RecheckRow): Recheck {
  return {
    ...toMeasured(row),
    outcome: row.outcome,
    laterTests: row.later_tests,
  };
}

type RecheckStore = Pick<
  Store,
  'promotionsToRecheck' | 'getRecheck' | 'saveRecheck' | 'laterTests' | 'testsOfAdSets'
>;

/** The one recheck of each completed promotion. */
export function recheckStore({ pool, scope }: Database): RecheckStore {
  const mine = [scope.environment, scope.accountId];

  async function getRecheck(experimentId: string): Promise<Recheck | null> {
    const [row] = await run<RecheckRow>(
      pool,
      `select * from auto_promotion.rechecks where (environment, account_id, experiment_id) = ($1, $2, $3)`,
      [...mine, experimentId],
    );
    return row ? toRecheck(row) : null;
  }

  return {
    async promotionsToRecheck() {
      const rows = await run<{ experiment_id: string; policy: Policy; phases_done: Record<string, number> }>(
        pool,
        `select p.experiment_id, t.policy, p.phases_done
          from auto_promotion.promotions p
          join auto_promotion.ab_tests t using (environment, account_id, experiment_id)
          left join auto_promotion.rechecks r using (environment, account_id, experiment_id)
          where (p.environment, p.account_id) = ($1, $2) and p.status = 'completed' and t.state = 'completed'
            and t.policy->>'recheckDays' is not null and p.phases_done <> '{}' and r.experiment_id is null
          order by p.opened_at, p.experiment_id`,
        mine,
      );
      return rows.map((row) => ({
        experimentId: row.experiment_id,
        policy: row.policy,
        phasesDone: row.phases_done,
      }));
    },

    getRecheck,

    async saveRecheck(found) {
      await run(
        pool,
        `insert into auto_promotion.rechecks (environment, account_id, outcome, later_tests, ${MEASURED_COLUMNS})
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
          on conflict (environment, account_id, experiment_id) do nothing`,
        [...mine, found.outcome, jsonb(found.laterTests), ...measuredValues(found)],
      );
      const stored = await getRecheck(found.experimentId);
      if (!stored) throw new Error(`the recheck of ${found.experimentId} is gone`);
      return stored;
    },

    async laterTests({ experimentId, since, until }) {
      const rows = await run<{ ad_set_id: string; experiment_id: string }>(
        pool,
        `select o.ad_set_id, o.experiment_id
          from auto_promotion.ab_test_variants v
          join auto_promotion.ab_test_variants o
            on (o.environment, o.account_id, o.ad_set_id) = (v.environment, v.account_id, v.ad_set_id)
              and o.experiment_id <> v.experiment_id
          join auto_promotion.ab_tests t
            on (t.environment, t.account_id, t.experiment_id) = (o.environment, o.account_id, o.experiment_id)
          where (v.environment, v.account_id, v.experiment_id) = ($1, $2, $3)
            and t.started_at >= $4 and t.started_at < $5
          order by t.started_at, o.experiment_id, v.position`,
        [...mine, experimentId, instant(since), instant(until)],
      );
      return rows.map(toLaterTest);
    },

    async testsOfAdSets({ adSetIds, since }) {
      const rows = await run<{ ad_set_id: string; experiment_id: string }>(
        pool,
        `select v.ad_set_id, t.experiment_id
          from auto_promotion.ab_test_variants v
          join auto_promotion.ab_tests t
            on (t.environment, t.account_id, t.experiment_id) = (v.environment, v.account_id, v.experiment_id)
          where (v.environment, v.account_id) = ($1, $2) and v.ad_set_id = any($3)
            and (t.ended_at is null or t.ended_at > $4)
          order by t.started_at, t.experiment_id, v.position`,
        [...mine, adSetIds, instant(since)],
      );
      return rows.map(toLaterTest);
    },
  };
}

function toLaterTest(row: { ad_set_id: string; experiment_id: string }): LaterTest {
  return { adSetId: row.ad_set_id, experimentId: row.experiment_id };
}
