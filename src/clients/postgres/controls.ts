import type { ControlRow } from '../../contract/records.js';
import { type Database, instant, run } from './query.js';
import type { Store } from './types.js';

interface Row {
  control_id: string;
  experiment_id: string;
  kind: string;
  asked_by: string;
  reason: string;
  at: number;
  outcome: ControlRow['outcome'];
  message: string;
}

function toControl(row: Row): ControlRow {
  return {
    controlId: row.control_id,
    experimentId: row.experiment_id,
    kind: row.kind,
    by: row.asked_by,
    reason: row.reason,
    at: row.at,
    outcome: row.outcome,
    message: row.message,
  };
}

type ControlStore = Pick<Store, 'recordControl' | 'listControls' | 'controlsBetween'>;

/** Controls sent by users, and checks asked for by the schedule. */
export function controlStore({ pool, scope }: Database): ControlStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async recordControl(control) {
      await run(
        pool,
        `insert into auto_promotion.controls (environment, account_id, experiment_id, control_id, kind, asked_by, reason,
            at, outcome, message)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
          on conflict (environment, account_id, experiment_id, control_id) do nothing`,
        [
          ...mine,
          control.experimentId,
          control.controlId,
          control.kind,
          control.by,
          control.reason,
          instant(control.at),
          control.outcome,
          control.message,
        ],
      );
    },

    async listControls(experimentId) {
      const rows = await run<Row>(
        pool,
        `select * from auto_promotion.controls
          where (environment, account_id, experiment_id) = ($1, $2, $3) order by entry`,
        [...mine, experimentId],
      );
      return rows.map(toControl);
    },

    async controlsBetween({ since, until, limit }) {
      const rows = await run<Row & { name: string }>(
        pool,
        `select c.*, t.name from auto_promotion.controls c
          join auto_promotion.ab_tests t using (environment, account_id, experiment_id)
          where (c.environment, c.account_id) = ($1, $2) and c.at >= $3 and c.at < $4 and c.kind <> 'check'
          order by c.entry limit $5`,
        [...mine, instant(since), instant(until), limit],
      );
      return rows.map((row) => ({ ...toControl(row), experimentName: row.name }));
    },
  };
}
