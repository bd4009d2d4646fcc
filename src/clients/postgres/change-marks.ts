import type { ChangeMarks } from '../../contract/records.js';
import { type Database, run } from './query.js';
import type { Store } from './types.js';

type ChangeStore = Pick<Store, 'changeMarks'>;

/** Marks of what is on record, which differ as soon as anything that a page shows has changed. */
export function changeStore({ pool, scope }: Database): ChangeStore {
  return {
    async changeMarks() {
      const [row] = await run<{ marks: ChangeMarks }>(pool, MARKS, [scope.environment, scope.accountId]);
      return row!.marks;
    },
  };
}

/**
 * One answer for the whole account. The counts are of one experiment's rows and come from the primary keys. `xmin` is the
 * transaction that wrote a row last, so it changes with any of the row's columns.
 */
const MARKS = `
  select jsonb_build_object(
    'killSwitch', (select coalesce(max(entry), 0) from auto_promotion.kill_switch_events
      where (environment, account_id) = ($1, $2)),
    'freezes', (select count(*) from auto_promotion.freeze_events where (environment, account_id) = ($1, $2)),
    'experiments', coalesce((select jsonb_object_agg(t.experiment_id, jsonb_build_object(
      'state', t.state,
      'experiment', t.xmin::text,
      'look', (select coalesce(max(d.look_number), 0) from auto_promotion.decisions d
        where (d.environment, d.account_id, d.experiment_id) = (t.environment, t.account_id, t.experiment_id)),
      'write', t.last_ledger_sequence || case when t.last_ledger_sequence = 0 then '' else
        (select ' ' || count(*) filter (where l.outcome = 'pending') || ' ' || count(*) filter (where l.outcome = 'unknown')
          from auto_promotion.budget_ledger l
          where (l.environment, l.account_id, l.experiment_id) = (t.environment, t.account_id, t.experiment_id)) end,
      'control', (select count(*) from auto_promotion.controls c
        where (c.environment, c.account_id, c.experiment_id) = (t.environment, t.account_id, t.experiment_id)),
      'rollout', coalesce((select p.xmin::text from auto_promotion.promotions p
        where (p.environment, p.account_id, p.experiment_id) = (t.environment, t.account_id, t.experiment_id)), ''),
      'gate', (select coalesce(max(g.entry), 0) from auto_promotion.rollout_gates g
        where (g.environment, g.account_id, g.experiment_id) = (t.environment, t.account_id, t.experiment_id)),
      'recheck', (select count(*) from auto_promotion.rechecks r
        where (r.environment, r.account_id, r.experiment_id) = (t.environment, t.account_id, t.experiment_id)),
      'insights', coalesce((select i.number || ' ' || i.xmin from auto_promotion.insight_extractions i
        where (i.environment, i.account_id, i.experiment_id) = (t.environment, t.account_id, t.experiment_id)
        order by i.number desc limit 1), '')
    )) from auto_promotion.ab_tests t where (t.environment, t.account_id) = ($1, $2)), '{}')) as marks`;
