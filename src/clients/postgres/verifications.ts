import type { Verification } from '../../contract/records.js';
import type { VerificationOutcome } from '../../domain/verification/verification.js';
import { withMessage } from './enter-message.js';
import { MEASURED_COLUMNS, type MeasuredRow, measuredValues, toMeasured } from './measured-lift.js';
import { type Database, run } from './query.js';
import type { Store } from './types.js';

interface VerificationRow extends MeasuredRow {
  outcome: VerificationOutcome;
  log_harm: number | null;
}

function toVerification(row: VerificationRow): Verification {
  return {
    ...toMeasured(row),
    outcome: row.outcome,
    logHarm: row.log_harm,
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
  const { scope } = database;

  async function getVerification(experimentId: string): Promise<Verification | null> {
    return (await verificationsById(database, [experimentId])).get(experimentId) ?? null;
  }

  return {
    getVerification,

    async saveVerification(found, entry) {
      await withMessage(database, entry, (ask) =>
        ask(
          `insert into auto_promotion.verifications (environment, account_id, outcome, log_harm, ${MEASURED_COLUMNS})
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
          on conflict (environment, account_id, experiment_id) do nothing returning 1`,
          [scope.environment, scope.accountId, found.outcome, found.logHarm, ...measuredValues(found)],
        ),
      );
      const stored = await getVerification(found.experimentId);
      if (!stored) throw new Error(`the verification of ${found.experimentId} is gone`);
      return stored;
    },
  };
}
