import { asRun } from '../../domain/creative/ran-creative.js';
import { creativeStore } from './creatives.js';
import { experimentsById } from './experiments.js';
import type { LearnableTest, PatternStore } from './pattern-types.js';
import { type Database, run } from './query.js';

/** Tests that are read at once, so that the event loop has time for other work. */
const PAGE = 100;

/** The tests that are learned from. */
export function learnableTestStore(database: Database): Pick<PatternStore, 'learnableTests'> {
  const { pool, scope } = database;
  const page = async (after: string, ids: readonly string[] | null): Promise<LearnableTest[]> => {
    // Per test, its last look, and for each dropped variant the last one before it was dropped.
    const rows = await run<{ experiment_id: string; looks: LearnableTest['looks'] }>(
      pool,
      `select e.experiment_id, jsonb_agg(look.figures order by look.number desc) as looks
          from (select e.* from auto_promotion.ab_tests e
            where (e.environment, e.account_id) = ($1, $2) and (e.promoted_at is not null or e.ended_at is not null)
              and e.experiment_id collate "C" > $3 and ($4::text[] is null or e.experiment_id = any($4))
              and exists (select from auto_promotion.decisions d
                where (d.environment, d.account_id, d.experiment_id) = (e.environment, e.account_id, e.experiment_id))
            order by e.experiment_id collate "C" limit $5) e
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
          group by e.experiment_id
          order by e.experiment_id collate "C"`,
      [scope.environment, scope.accountId, after, ids, PAGE],
    );
    const found = rows.map(({ experiment_id }) => experiment_id);
    const experiments = await experimentsById(database, found);
    const ran = await creativeStore(database).ranCreativesOf(found);
    return rows.map(({ experiment_id, looks }) => ({
      experiment: asRun(experiments.get(experiment_id)!, ran.get(experiment_id) ?? new Map()),
      looks: looks.map(({ pairs, metrics }) => ({ pairs: pairs ?? [], metrics })),
    }));
  };
  return {
    async *learnableTests(ids) {
      let tests = await page('', ids ?? null);
      while (tests.length > 0) {
        yield* tests;
        tests = tests.length < PAGE ? [] : await page(tests.at(-1)!.experiment.id, ids ?? null);
      }
    },
  };
}
