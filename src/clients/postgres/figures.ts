import type { RecordFigures } from '../../contract/records.js';
import { type Database, instant, run } from './query.js';
import type { Store } from './types.js';

type FigureStore = Pick<Store, 'figures'>;

/** What is on record, in figures for monitoring. */
export function figureStore({ pool, scope }: Database): FigureStore {
  return {
    async figures(now) {
      const values = [scope.environment, scope.accountId, instant(now)];
      const [row] = await run<{ figures: RecordFigures }>(pool, FIGURES, values);
      return row!.figures;
    },
  };
}

/** Looks are numbered from 1 without a gap, so the last number of each experiment counts them. */
const FIGURES = `
  with tests as materialized (
    select t.state, t.hold, t.policy, t.started_at, t.earlier_delivery, last.look_number, last.decided_at
      from auto_promotion.ab_tests t
      left join lateral (
        select d.look_number, d.decided_at from auto_promotion.decisions d
          where (d.environment, d.account_id, d.experiment_id) = (t.environment, t.account_id, t.experiment_id)
          order by d.look_number desc limit 1) last on true
      where (t.environment, t.account_id) = ($1, $2)),
  running as (
    select extract(epoch from $3::timestamptz - coalesce(decided_at,
        to_timestamp((earlier_delivery->>'handedOverAt')::float8 / 1000), started_at)) as since,
        (policy->>'checkEveryHours')::float8 * 3600 as every
      from tests where state = 'running')
  select jsonb_build_object(
    'experiments', coalesce((select jsonb_object_agg(state, count) from
      (select state, count(*) from tests group by state) by_state), '{}'),
    'looks', (select coalesce(sum(look_number), 0) from tests),
    'writes', coalesce((select jsonb_object_agg(outcome, count) from
      (select outcome, count(*) from auto_promotion.budget_ledger
        where (environment, account_id) = ($1, $2) group by outcome) by_outcome), '{}'),
    'heldForUser', (select count(*) from tests where state = 'held' and not (hold->>'endsItself')::boolean),
    'secondsSinceLook', (select max(since) from running),
    'secondsOverdue', (select max(since - every) from running),
    'killSwitchEngaged', coalesce((select engaged from auto_promotion.kill_switch_events
      where (environment, account_id) = ($1, $2) order by entry desc limit 1), false)) as figures`;
