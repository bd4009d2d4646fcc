import { asRun } from '../../domain/creative/ran-creative.js';
import { creativeStore } from './creatives.js';
import { experimentsById } from './experiments.js';
import type { LearnableTest, PatternStore } from './pattern-types.js';
import { type Database, run } from './query.js';

/** The tests that patterns are learned from. */
export function learnableTestStore(database: Database): Pick<PatternStore, 'learnableTests'> {
  const { pool, scope } = database;
  return {
    async learnableTests() {
      // Per test, its last look, and for each dropped variant the last one before it was dropped.
      const rows = await run<{ experiment_id: string; looks: LearnableTest['looks'] }>(
        pool,
        `select e.experiment_id, jsonb_agg(look.figures order by look.number desc) as looks
          from auto_promotion.ab_tests e
          cross join lateral (
            select distinct d.look_number as number, jsonb_build_object('pairs', (
                select jsonb_agg(jsonb_build_object('variantA', pair->'variantA', 'variantB', pair->'variantB',
                  'evidence', jsonb_build_object('theta', pair->'evidence'->'theta', 'se', pair->'evidence'->'se')))
                from jsonb_array_elements(d.pairs) pair), 'metrics', d.metrics) as figures
            from (select null::bigint as before
              union all select value::bigint from jsonb_each_text(e.dropped)) cut
            cross join lateral (
              select * from auto_promotion.decisions
              where (environment, account_id, experiment_id) = (e.environment, e.account_id, e.experiment_id)
                and (cut.before is null or due_at < to_timestamp(cut.before / 1000.0))
              order by look_number desc limit 1) d
          ) look
          where (e.environment, e.account_id) = ($1, $2) and (e.promoted_at is not null or e.ended_at is not null)
          group by e.experiment_id
          order by e.experiment_id collate "C"`,
        [scope.environment, scope.accountId],
      );
      const ids = rows.map(({ experiment_id }) => experiment_id);
      const experiments = await experimentsById(database, ids);
      const ran = await creativeStore(database).ranCreativesOf(ids);
      return rows.map(({ experiment_id, looks }) => ({
        experiment: asRun(experiments.get(experiment_id)!, ran.get(experiment_id) ?? new Map()),
        looks: looks.map(({ pairs, metrics }) => ({ pairs: pairs ?? [], metrics })),
      }));
    },
  };
}
