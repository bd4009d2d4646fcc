import type { GateRow } from '../../contract/records.js';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import { type Database, instant, jsonb, run } from './query.js';
import type { Store } from './types.js';

type SafetyStore = Pick<
  Store,
  'killSwitch' | 'killSwitchEvents' | 'setKillSwitch' | 'movedBetween' | 'recordGate' | 'listGates'
>;

interface SwitchRow {
  engaged: boolean;
  asked_by: string;
  reason: string;
  at: number;
}

function toKillSwitch({ engaged, asked_by, reason, at }: SwitchRow): KillSwitch {
  return { engaged, by: asked_by, reason, at };
}

interface Row {
  phase: string;
  at: number;
  outcome: GateRow['outcome'];
  findings: GateRow['findings'];
  learning: GateRow['learning'];
  at_risk: number;
  budgets: GateRow['budgets'];
  targets: GateRow['targets'];
  shadow: boolean;
}

/** What limits the rollouts of an account: its kill switch, its raises of the day, and the findings of each gate. */
export function safetyStore({ pool, scope }: Database): SafetyStore {
  const mine = [scope.environment, scope.accountId];

  async function lastEvent(where = '', values: string[] = []): Promise<KillSwitch | null> {
    const [row] = await run<SwitchRow>(
      pool,
      `select engaged, asked_by, reason, at from auto_promotion.kill_switch_events
        where (environment, account_id) = ($1, $2) ${where} order by entry desc limit 1`,
      [...mine, ...values],
    );
    return row ? toKillSwitch(row) : null;
  }

  return {
    killSwitch: () => lastEvent(),

    async killSwitchEvents({ since, until, limit }) {
      const rows = await run<SwitchRow>(
        pool,
        `select engaged, asked_by, reason, at from auto_promotion.kill_switch_events
          where (environment, account_id) = ($1, $2) and at >= $3 and at < $4 order by entry desc limit $5`,
        [...mine, instant(since), instant(until), limit],
      );
      return rows.map(toKillSwitch);
    },

    async setKillSwitch({ engaged, by, reason, at }, controlId) {
      const entered = async () => {
        if (controlId === undefined) return null;
        return lastEvent('and control_id = $3', [controlId]);
      };
      const before = await entered();
      if (before) return before;
      const inserted = await run(
        pool,
        `insert into auto_promotion.kill_switch_events (environment, account_id, engaged, asked_by, reason, at, control_id)
          select $1, $2, $3, $4, $5, $6, $7
          where $3 or (select engaged from auto_promotion.kill_switch_events
            where (environment, account_id) = ($1, $2) order by entry desc limit 1)
          on conflict (environment, account_id, control_id) do nothing returning 1`,
        [...mine, engaged, by, reason, instant(at), controlId ?? null],
      );
      return inserted.length > 0 ? { engaged, by, reason, at } : entered();
    },

    async movedBetween(since, until, without) {
      const values = [...mine, instant(since), instant(until)];
      const [row] = await run<{ moved: number }>(pool, MOVED, [
        ...values,
        without?.experimentId ?? null,
        without?.phase ?? null,
      ]);
      return row!.moved;
    },

    async recordGate(experimentId, gate) {
      await run(
        pool,
        `insert into auto_promotion.rollout_gates (environment, account_id, experiment_id, phase, at, outcome, findings,
            learning, at_risk, budgets, targets, shadow)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
        [
          ...mine,
          experimentId,
          gate.phase,
          instant(gate.at),
          gate.outcome,
          jsonb(gate.findings),
          jsonb(gate.learning),
          gate.atRisk,
          jsonb(gate.budgets),
          jsonb(gate.targets),
          gate.shadow,
        ],
      );
    },

    async listGates(experimentId) {
      const rows = await run<Row>(
        pool,
        `select * from auto_promotion.rollout_gates
          where (environment, account_id, experiment_id) = ($1, $2, $3) order by entry`,
        [...mine, experimentId],
      );
      return rows.map(({ at_risk, phase, at, outcome, findings, learning, budgets, targets, shadow }) => ({
        phase,
        at,
        outcome,
        findings,
        learning,
        atRisk: at_risk,
        budgets,
        targets,
        shadow,
      }));
    },
  };
}

/** The ids among these whose winner a gate in the verification found to be worse. */
export async function harmedAtGate({ pool, scope }: Database, ids: string[]): Promise<Set<string>> {
  const rows = await run<{ experiment_id: string }>(
    pool,
    `select distinct experiment_id from auto_promotion.rollout_gates
      where (environment, account_id) = ($1, $2) and experiment_id = any($3)
        and phase = 'verification' and findings @> '[{"code": "harm"}]'`,
    [scope.environment, scope.accountId, ids],
  );
  return new Set(rows.map((row) => row.experiment_id));
}

/**
 * Sum of the raises of phases entered in [$3, $4). Attempts that were refused or never sent don't count. Several
 * attempts at one step count once, since they all aim at the same amount. $5, $6: the experiment and the phase to leave
 * out, or nulls.
 */
export const MOVED = `
  select coalesce(sum(raise), 0)::bigint as moved from (
    select max(intended - before) as raise from auto_promotion.budget_ledger
      where (environment, account_id) = ($1, $2) and at >= $3 and at < $4
        and phase <> 'revert' and outcome not in ('refused', 'not_sent') and intended > before
        and ($5::text is null or (experiment_id, phase) <> ($5, $6::text))
      group by experiment_id, ad_set_id, phase) as steps`;
