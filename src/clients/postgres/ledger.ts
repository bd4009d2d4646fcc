import type { LedgerOutcome, LedgerRow } from '../../contract/records.js';
import { EnvelopeUsedUp, ExperimentNotFound, Superseded } from './errors.js';
import { type Database, instant, type Run, run, transaction } from './query.js';
import { MOVED } from './safety.js';
import type { Store } from './types.js';

interface Row {
  sequence: number;
  experiment_id: string;
  ad_set_id: string;
  phase: string;
  before: number;
  intended: number;
  read_back: number | null;
  outcome: LedgerOutcome;
  error: string | null;
  at: number;
  settled_at: number | null;
  compensates: number | null;
  at_risk: number | null;
  error_kind: string | null;
}

function toLedgerRow(row: Row): LedgerRow {
  return {
    sequence: row.sequence,
    experimentId: row.experiment_id,
    adSetId: row.ad_set_id,
    phase: row.phase,
    before: row.before,
    intended: row.intended,
    readBack: row.read_back,
    outcome: row.outcome,
    error: row.error,
    at: row.at,
    settledAt: row.settled_at,
    compensates: row.compensates,
    atRisk: row.at_risk,
    errorKind: row.error_kind,
  };
}

/** The ledgers of these experiments, by experiment id and in order; none for an experiment without a row. */
export async function ledgersById(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, LedgerRow[]>> {
  const rows = await run<Row>(
    pool,
    `select * from auto_promotion.budget_ledger
      where (environment, account_id) = ($1, $2) and experiment_id = any($3) order by experiment_id, sequence`,
    [scope.environment, scope.accountId, ids],
  );
  const ledgers = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const known = ledgers.get(row.experiment_id);
    if (known) known.push(toLedgerRow(row));
    else ledgers.set(row.experiment_id, [toLedgerRow(row)]);
  }
  return ledgers;
}

type LedgerStore = Pick<Store, 'enterAttempt' | 'settleAttempt' | 'listLedger'>;

/** One row per attempt to write a budget. */
export function ledgerStore({ pool, scope }: Database): LedgerStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async enterAttempt(attempt) {
      const enter = (ask: Run) =>
        ask<Row>(
          `with numbered as (
            update auto_promotion.ab_tests set last_ledger_sequence = last_ledger_sequence + 1
            where (environment, account_id, experiment_id) = ($1, $2, $3)
              and ($10::integer is null or last_ledger_sequence = $10)
              and ($11::text is null or state = $11)
            returning last_ledger_sequence
          )
          insert into auto_promotion.budget_ledger (environment, account_id, experiment_id, sequence, ad_set_id, phase,
            before, intended, outcome, at, compensates, at_risk)
          select $1, $2, $3, last_ledger_sequence, $4, $5, $6, $7, 'pending', $8, $9, $12 from numbered
          returning *`,
          [
            ...mine,
            attempt.experimentId,
            attempt.adSetId,
            attempt.phase,
            attempt.before,
            attempt.intended,
            instant(attempt.at),
            attempt.compensates,
            attempt.fence?.lastSequence ?? null,
            attempt.fence?.state ?? null,
            attempt.atRisk ?? null,
          ],
        );
      const { envelope } = attempt;
      const [row] = envelope
        ? await transaction(pool, async (ask) => {
            // Without the lock, two experiments that ask at once could both use the room that is left for one.
            await ask(
              `select pg_advisory_xact_lock(hashtextextended('envelope/' || $1 || '/' || $2, 0))`,
              mine,
            );
            const moved = () =>
              ask<{ moved: number }>(MOVED, [
                ...mine,
                instant(envelope.since),
                instant(envelope.until),
                null,
                null,
              ]);
            const [before] = await moved();
            const entered = await enter(ask);
            const [after] = await moved();
            if (entered.length > 0 && after!.moved > envelope.limit)
              throw new EnvelopeUsedUp(before!.moved, after!.moved - before!.moved, envelope.limit);
            return entered;
          })
        : await enter((text, values) => run(pool, text, values));
      if (row) return toLedgerRow(row);
      const there = await run(
        pool,
        'select 1 from auto_promotion.ab_tests where (environment, account_id, experiment_id) = ($1, $2, $3)',
        [...mine, attempt.experimentId],
      );
      if (there.length === 0) throw new ExperimentNotFound(attempt.experimentId);
      throw new Superseded(`experiment ${attempt.experimentId} has changed since its ledger was read`);
    },

    async settleAttempt(experimentId, sequence, settled) {
      const [updated] = await run<Row>(
        pool,
        `update auto_promotion.budget_ledger set outcome = $5, read_back = $6, error = $7, settled_at = $8,
            error_kind = $9
          where (environment, account_id, experiment_id, sequence) = ($1, $2, $3, $4)
            and outcome in ('pending', 'unknown')
          returning *`,
        [
          ...mine,
          experimentId,
          sequence,
          settled.outcome,
          settled.readBack,
          settled.error,
          instant(settled.settledAt),
          settled.errorKind ?? null,
        ],
      );
      if (updated) return toLedgerRow(updated);
      const [stored] = await run<Row>(
        pool,
        `select * from auto_promotion.budget_ledger
          where (environment, account_id, experiment_id, sequence) = ($1, $2, $3, $4)`,
        [...mine, experimentId, sequence],
      );
      if (!stored) throw new Error(`the ledger of experiment ${experimentId} has no row ${sequence}`);
      return toLedgerRow(stored);
    },

    async listLedger(experimentId) {
      const rows = await run<Row>(
        pool,
        `select * from auto_promotion.budget_ledger
          where (environment, account_id, experiment_id) = ($1, $2, $3) order by sequence`,
        [...mine, experimentId],
      );
      return rows.map(toLedgerRow);
    },
  };
}
