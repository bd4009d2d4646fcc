import type { Experiment } from '../../domain/experiment.js';
import { latestDecisions } from './decisions.js';
import { experimentsById } from './experiments.js';
import { promotionsById, promotionsSince } from './promotions.js';
import { type Database, run } from './query.js';
import { harmedAtGate } from './safety.js';
import type { Store } from './types.js';
import { verificationsById } from './verifications.js';

type ReportStore = Pick<Store, 'listPromotions' | 'listFinished'>;

/** What the reports read across the tables. */
export function reportStore(database: Database): ReportStore {
  const { pool, scope } = database;
  return {
    async listPromotions({ since, limit }) {
      const promotions = await promotionsSince(database, since, limit);
      const experiments = await experimentsById(
        database,
        promotions.map((promotion) => promotion.experimentId),
      );
      return promotions.map((promotion) => ({
        promotion,
        experiment: of(experiments, promotion.experimentId),
      }));
    },

    async listFinished() {
      const rows = await run<{ experiment_id: string }>(
        pool,
        `select experiment_id from auto_promotion.ab_tests
          where (environment, account_id) = ($1, $2) and (promoted_at is not null or state = 'no_winner')
          order by coalesce(promoted_at, ended_at), experiment_id collate "C"`,
        [scope.environment, scope.accountId],
      );
      const ids = rows.map((row) => row.experiment_id);
      const experiments = await experimentsById(database, ids);
      const promotions = await promotionsById(database, ids);
      const verifications = await verificationsById(database, ids);
      const harmed = await harmedAtGate(database, ids);
      const decisions = await latestDecisions(database, ids);
      return ids.map((id) => ({
        experiment: of(experiments, id),
        promotion: promotions.get(id) ?? null,
        verification: verifications.get(id) ?? null,
        harmAtGate: harmed.has(id),
        lastDecision: decisions.get(id) ?? null,
      }));
    },
  };
}

/** Experiments are never deleted, so a row that names one always finds it. */
function of(experiments: Map<string, Experiment>, id: string): Experiment {
  const experiment = experiments.get(id);
  if (!experiment) throw new Error(`experiment ${id} is gone`);
  return experiment;
}
