import type { MadeForecast, ModelFigures } from '../../contract/learning.js';
import { type Creative, ENDED_STATES } from '../../domain/experiment.js';
import type { ForecastScore } from '../../domain/forecast/scoring.js';
import type { Basis } from '../../domain/patterns/evidence.js';
import { type Database, instant, jsonb, jsonbOrNull, run, transaction } from './query.js';

/** A creative that was proposed; `id` is a hash of it. */
export interface Draft {
  id: string;
  creative: Creative;
  /** The patterns that it was made from. */
  patternIds: string[];
  /** Epoch ms. */
  madeAt: number;
}

/** What a version of the preference model is, without its parameters. */
export interface ModelVersion {
  version: number;
  recipe: string;
  /** Hash of the tests, their figures and the recipe. */
  trainingHash: string;
  encoderIds: string[];
  tests: number;
  texts: number;
  /** Epoch ms. */
  madeAt: number;
  figures: ModelFigures;
}

/** The forecast of a test. `variants` are its drafts. */
export interface StoredForecast {
  experimentId: string;
  madeAt: number;
  made: MadeForecast;
}

export interface StoredScore {
  experimentId: string;
  scoredAt: number;
  /** When the forecast was made. */
  madeAt: number;
  /** What the forecast rested on. */
  basis: Basis;
  score: ForecastScore;
}

export interface LearningStore {
  /** Drafts that are there already stay as they are, except that they get the patterns that they lack. */
  saveDrafts(drafts: readonly Draft[]): Promise<void>;
  getDrafts(ids: readonly string[]): Promise<Draft[]>;
  /** The version under which the model is stored; one with the training hash of the newest is not stored again. */
  saveModel(
    model: Omit<ModelVersion, 'version'> & { parameters: Uint8Array },
  ): Promise<{ version: number; isNew: boolean }>;
  latestModel(): Promise<(ModelVersion & { parameters: Uint8Array }) | null>;
  /** Newest first. */
  listModels(limit: number): Promise<ModelVersion[]>;
  /** `too_late`: the test has had its first look, or doesn't run. */
  saveForecast(forecast: StoredForecast): Promise<'stored' | 'exists' | 'too_late'>;
  getForecast(experimentId: string): Promise<StoredForecast | null>;
  /** Running tests without a forecast and without a look, oldest first. */
  toForecast(limit: number): Promise<string[]>;
  /** Null: the test measured too little to compare its ads. */
  saveScore(score: { experimentId: string; scoredAt: number; score: ForecastScore | null }): Promise<void>;
  getScore(experimentId: string): Promise<StoredScore | null>;
  /** Ended tests with a forecast and without a score, oldest first. */
  toScore(limit: number): Promise<string[]>;
  /** In the order in which they were scored. */
  listScores(): Promise<StoredScore[]>;
}

/** Versions of which the parameters are kept. */
const KEPT_PARAMETERS = 3;

interface ModelRow {
  version: number;
  recipe: string;
  training_hash: string;
  encoder_ids: string[];
  tests: number;
  texts: number;
  made_at: number;
  figures: ModelFigures;
  parameters: Uint8Array;
}

const MODEL_COLUMNS = 'version, recipe, training_hash, encoder_ids, tests, texts, made_at, figures';

function toModel(row: Omit<ModelRow, 'parameters'>): ModelVersion {
  return {
    version: row.version,
    recipe: row.recipe,
    trainingHash: row.training_hash,
    encoderIds: row.encoder_ids,
    tests: row.tests,
    texts: row.texts,
    madeAt: row.made_at,
    figures: row.figures,
  };
}

interface ScoreRow {
  experiment_id: string;
  scored_at: number;
  made_at: number;
  basis: Basis;
  score: ForecastScore;
}

function toScoreOf(row: ScoreRow): StoredScore {
  return {
    experimentId: row.experiment_id,
    scoredAt: row.scored_at,
    madeAt: row.made_at,
    basis: row.basis,
    score: row.score,
  };
}

/** One draft per id: a statement can't write a row twice. */
function merged(drafts: readonly Draft[]): Draft[] {
  const byId = new Map<string, Draft>();
  for (const draft of drafts) {
    const known = byId.get(draft.id) ?? draft;
    const patternIds = [...new Set([...known.patternIds, ...draft.patternIds])].sort();
    byId.set(draft.id, { ...known, patternIds });
  }
  return [...byId.values()];
}

/** A test that is decided: promoted, whatever came after, or ended. */
const DECIDED = '(t.promoted_at is not null or t.state = any($3))';

export function learningStore({ pool, scope }: Database): LearningStore {
  const mine = [scope.environment, scope.accountId];

  const scores = (where: string, values: unknown[]) =>
    run<ScoreRow>(
      pool,
      `select s.experiment_id, s.scored_at, f.made_at, s.score,
          f.forecast #>> '{forecast,learned,basis}' as basis
        from auto_promotion.forecast_scores s join auto_promotion.forecasts f
          using (environment, account_id, experiment_id)
        where (s.environment, s.account_id) = ($1, $2) and s.score is not null ${where}
        order by s.scored_at, s.experiment_id collate "C"`,
      [...mine, ...values],
    );

  return {
    async saveDrafts(drafts) {
      await run(
        pool,
        `insert into auto_promotion.drafts as known (environment, account_id, draft_id, creative, made_at, pattern_ids)
          select $1, $2, d->>'id', d->'creative', to_timestamp((d->>'madeAt')::double precision / 1000),
            array(select jsonb_array_elements_text(d->'patternIds'))
          from jsonb_array_elements($3::jsonb) as each (d)
          on conflict (environment, account_id, draft_id) do update
            set pattern_ids = array(select unnest(known.pattern_ids || excluded.pattern_ids) id group by id order by id)
            where not known.pattern_ids @> excluded.pattern_ids`,
        [...mine, jsonb(merged(drafts))],
      );
    },

    async getDrafts(ids) {
      const rows = await run<{
        draft_id: string;
        creative: Creative;
        made_at: number;
        pattern_ids: string[];
      }>(
        pool,
        `select draft_id, creative, made_at, pattern_ids from auto_promotion.drafts
          where (environment, account_id) = ($1, $2) and draft_id = any($3)`,
        [...mine, ids],
      );
      return rows.map((row) => ({
        id: row.draft_id,
        creative: row.creative,
        patternIds: row.pattern_ids,
        madeAt: row.made_at,
      }));
    },

    async saveModel(model) {
      return transaction(pool, async (ask) => {
        // Two that learned at once take turns, so that each gets a version of its own.
        await ask('select pg_advisory_xact_lock(hashtext($1))', [`preference_models/${mine.join('/')}`]);
        const [known] = await ask<{ version: number; training_hash: string }>(
          `select version, training_hash from auto_promotion.preference_models
            where (environment, account_id) = ($1, $2) order by version desc limit 1`,
          mine,
        );
        if (known?.training_hash === model.trainingHash) return { version: known.version, isNew: false };
        const [made] = await ask<{ version: number }>(
          `insert into auto_promotion.preference_models (environment, account_id, version, recipe, training_hash,
              encoder_ids, tests, texts, made_at, figures, parameters)
            select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10
            from auto_promotion.preference_models where (environment, account_id) = ($1, $2)
            returning version`,
          [
            ...mine,
            model.recipe,
            model.trainingHash,
            model.encoderIds,
            model.tests,
            model.texts,
            instant(model.madeAt),
            jsonb(model.figures),
            model.parameters,
          ],
        );
        await ask(
          `update auto_promotion.preference_models set parameters = null
            where (environment, account_id) = ($1, $2) and version <= $3 and parameters is not null`,
          [...mine, made!.version - KEPT_PARAMETERS],
        );
        return { version: made!.version, isNew: true };
      });
    },

    async latestModel() {
      const [row] = await run<ModelRow>(
        pool,
        `select ${MODEL_COLUMNS}, parameters from auto_promotion.preference_models
          where (environment, account_id) = ($1, $2) order by version desc limit 1`,
        mine,
      );
      return row ? { ...toModel(row), parameters: row.parameters } : null;
    },

    async listModels(limit) {
      const rows = await run<ModelRow>(
        pool,
        `select ${MODEL_COLUMNS} from auto_promotion.preference_models
          where (environment, account_id) = ($1, $2) order by version desc limit $3`,
        [...mine, limit],
      );
      return rows.map(toModel);
    },

    async saveForecast({ experimentId, madeAt, made }) {
      return transaction(pool, async (ask) => {
        // A look locks this row too, by its foreign key: none can come between the question and the answer.
        const [running] = await ask(
          `select 1 from auto_promotion.ab_tests
            where (environment, account_id, experiment_id) = ($1, $2, $3) and state = 'running' for update`,
          [...mine, experimentId],
        );
        const [looked] = await ask(
          `select 1 from auto_promotion.decisions
            where (environment, account_id, experiment_id) = ($1, $2, $3) limit 1`,
          [...mine, experimentId],
        );
        const [known] = await ask(
          `select 1 from auto_promotion.forecasts
            where (environment, account_id, experiment_id) = ($1, $2, $3)`,
          [...mine, experimentId],
        );
        if (known) return 'exists';
        if (looked || !running) return 'too_late';
        await ask(
          `insert into auto_promotion.forecasts (environment, account_id, experiment_id, model_version, made_at, forecast)
            values ($1, $2, $3, $4, $5, $6)`,
          [...mine, experimentId, made.modelVersion, instant(madeAt), jsonb(made)],
        );
        return 'stored';
      });
    },

    async getForecast(experimentId) {
      const [row] = await run<{ made_at: number; forecast: MadeForecast }>(
        pool,
        `select made_at, forecast from auto_promotion.forecasts
          where (environment, account_id, experiment_id) = ($1, $2, $3)`,
        [...mine, experimentId],
      );
      return row ? { experimentId, madeAt: row.made_at, made: row.forecast } : null;
    },

    async toForecast(limit) {
      const rows = await run<{ experiment_id: string }>(
        pool,
        `select t.experiment_id from auto_promotion.ab_tests t
          where (t.environment, t.account_id) = ($1, $2) and t.state = 'running'
            and not exists (select 1 from auto_promotion.forecasts f
              where (f.environment, f.account_id, f.experiment_id) = (t.environment, t.account_id, t.experiment_id))
            and not exists (select 1 from auto_promotion.decisions d
              where (d.environment, d.account_id, d.experiment_id) = (t.environment, t.account_id, t.experiment_id))
          order by t.started_at, t.experiment_id collate "C" limit $3`,
        [...mine, limit],
      );
      return rows.map((row) => row.experiment_id);
    },

    async saveScore({ experimentId, scoredAt, score }) {
      await run(
        pool,
        `insert into auto_promotion.forecast_scores (environment, account_id, experiment_id, scored_at, score)
          values ($1, $2, $3, $4, $5) on conflict (environment, account_id, experiment_id) do nothing`,
        [...mine, experimentId, instant(scoredAt), jsonbOrNull(score)],
      );
    },

    async getScore(experimentId) {
      const [row] = await scores('and s.experiment_id = $3', [experimentId]);
      return row ? toScoreOf(row) : null;
    },

    async toScore(limit) {
      const rows = await run<{ experiment_id: string }>(
        pool,
        `select t.experiment_id from auto_promotion.ab_tests t join auto_promotion.forecasts f
            using (environment, account_id, experiment_id)
          where (t.environment, t.account_id) = ($1, $2) and ${DECIDED}
            and not exists (select 1 from auto_promotion.forecast_scores s
              where (s.environment, s.account_id, s.experiment_id) = (t.environment, t.account_id, t.experiment_id))
          order by t.ended_at, t.experiment_id collate "C" limit $4`,
        [...mine, ENDED_STATES, limit],
      );
      return rows.map((row) => row.experiment_id);
    },

    async listScores() {
      return (await scores('', [])).map(toScoreOf);
    },
  };
}
