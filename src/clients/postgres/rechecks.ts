import type { Recheck } from '../../contract/records.js';
import type { Policy } from '../../domain/experiment.js';
import type { LaterTest, RecheckOutcome } from '../../domain/verification/recheck.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

interface RecheckRow {
  experiment_id: string;
  outcome: RecheckOutcome;
  winner_variant_id: string;
  rival_variant_id: string;
  theta: number;
  se: number;
  df: number;
  interval_low: number | null;
  interval_high: number | null;
  rows: number;
  days: number;
  winner_events: number;
  rival_events: number;
  later_tests: LaterTest[];
  message: string;
  due_at: number;
  seen_until: number;
  decided_at: number;
}

function toRecheck(row: RecheckRow): Recheck {
  const { interval_low: low, interval_high: high } = row;
  return {
    experimentId: row.experiment_id,
    outcome: row.outcome,
    winner: row.winner_variant_id,
    rival: row.rival_variant_id,
    theta: row.theta,
    se: row.se,
    df: row.df,
    interval: low === null || high === null ? null : [low, high],
    rows: row.rows,
    days: row.days,
    winnerEvents: row.winner_events,
    rivalEvents: row.rival_events,
    laterTests: row.later_tests,
    message: row.message,
    dueAt: row.due_at,
    seenUntil: row.seen_until,
    decidedAt: row.decided_at,
  };
}

type RecheckStore = Pick<Store, 'promotionsToRecheck' | 'getRecheck' | 'saveRecheck' | 'laterTests'>;

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
        `insert into auto_promotion.rechecks (environment, account_id, experiment_id, outcome, winner_variant_id,
            rival_variant_id, theta, se, df, interval_low, interval_high, rows, days, winner_events, rival_events,
            later_tests, message, due_at, seen_until, decided_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
          on conflict (environment, account_id, experiment_id) do nothing`,
        [
          ...mine,
          found.experimentId,
          found.outcome,
          found.winner,
          found.rival,
          found.theta,
          found.se,
          found.df,
          found.interval?.[0] ?? null,
          found.interval?.[1] ?? null,
          found.rows,
          found.days,
          found.winnerEvents,
          found.rivalEvents,
          jsonb(found.laterTests),
          found.message,
          instant(found.dueAt),
          instant(found.seenUntil),
          instant(found.decidedAt),
        ],
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
      return rows.map((row) => ({ adSetId: row.ad_set_id, experimentId: row.experiment_id }));
    },
  };
}
