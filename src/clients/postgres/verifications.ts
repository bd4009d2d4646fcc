import type { Verification } from '../../contract/records.js';
import type { VerificationOutcome } from '../../domain/verification/verification.js';
import { type Database, instant, run } from './query.js';
import type { Store } from './types.js';

interface VerificationRow {
  experiment_id: string;
  outcome: VerificationOutcome;
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
  log_harm: number | null;
  message: string;
  due_at: number;
  seen_until: number;
  decided_at: number;
}

function toVerification(row: VerificationRow): Verification {
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
    logHarm: row.log_harm,
    message: row.message,
    dueAt: row.due_at,
    seenUntil: row.seen_until,
    decidedAt: row.decided_at,
  };
}

/** Verifications of these experiments, by experiment id; none for an experiment without one. */
export async function verificationsById(
  { pool, scope }: Database,
  ids: string[],
): Promise<Map<string, Verification>> {
  const rows = await run<VerificationRow>(
    pool,
    `select * from auto_promotion.verifications
      where (environment, account_id) = ($1, $2) and experiment_id = any($3)`,
    [scope.environment, scope.accountId, ids],
  );
  return new Map(rows.map((row) => [row.experiment_id, toVerification(row)]));
}

type VerificationStore = Pick<Store, 'getVerification' | 'saveVerification'>;

/** The one verification of each promotion. */
export function verificationStore(database: Database): VerificationStore {
  const { pool, scope } = database;

  async function getVerification(experimentId: string): Promise<Verification | null> {
    return (await verificationsById(database, [experimentId])).get(experimentId) ?? null;
  }

  return {
    getVerification,

    async saveVerification(found) {
      await run(
        pool,
        `insert into auto_promotion.verifications (environment, account_id, experiment_id, outcome, winner_variant_id,
            rival_variant_id, theta, se, df, interval_low, interval_high, rows, days, winner_events, rival_events,
            log_harm, message, due_at, seen_until, decided_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
          on conflict (environment, account_id, experiment_id) do nothing`,
        [
          scope.environment,
          scope.accountId,
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
          found.logHarm,
          found.message,
          instant(found.dueAt),
          instant(found.seenUntil),
          instant(found.decidedAt),
        ],
      );
      const stored = await getVerification(found.experimentId);
      if (!stored) throw new Error(`the verification of ${found.experimentId} is gone`);
      return stored;
    },
  };
}
