import type { FittedPattern, PatternFit } from '../../contract/patterns.js';
import type { FitOutcome } from './pattern-types.js';
import { instant, instantOrNull, jsonb, type Run, type Scope } from './query.js';

/** Columns of a pattern that a fit replaces, with their types. */
const FITTED = {
  tests: 'integer',
  effect: 'double precision',
  se: 'double precision',
  df: 'double precision',
  interval_low: 'double precision',
  interval_high: 'double precision',
  p: 'double precision',
  q: 'double precision',
  shrunk_mean: 'double precision',
  shrunk_sd: 'double precision',
  foreign_effect: 'jsonb',
  basis: 'text',
  state: 'text',
  state_reason: 'jsonb',
  stated_at: 'timestamptz',
  stated_sign: 'smallint',
  last_passed_at: 'timestamptz',
  later_result: 'text',
  later_effect: 'jsonb',
} as const;

const COLUMNS = Object.keys(FITTED);

/** How a column follows, if not by its new value: what was stated once stays so, whoever is faster. */
const KEPT: Partial<Record<string, string>> = {
  stated_at: `case when k.stated_sign is null then coalesce(excluded.stated_at, k.stated_at) else k.stated_at end`,
  stated_sign: 'coalesce(k.stated_sign, excluded.stated_sign)',
  last_passed_at: 'greatest(k.last_passed_at, excluded.last_passed_at)',
};

/** Saves a fit inside a transaction that holds the account's lock; see `savePatternFit`. */
export async function saveFit(ask: Run, scope: Scope, fit: PatternFit): Promise<FitOutcome> {
  const mine = [scope.environment, scope.accountId];
  const [last] = await ask<{ version: string; tests: number }>(
    'select version, tests from auto_promotion.pattern_fits where (environment, account_id) = ($1, $2)',
    mine,
  );
  if (last && (last.version === fit.version || last.tests > fit.tests)) return 'unchanged';
  if ((last?.version ?? null) !== fit.follows) return 'superseded';
  await ask(
    `insert into auto_promotion.pattern_fits (environment, account_id, version, tests, as_of)
      values ($1, $2, $3, $4, $5)
      on conflict (environment, account_id)
        do update set version = excluded.version, tests = excluded.tests, as_of = excluded.as_of`,
    [...mine, fit.version, fit.tests, instantOrNull(fit.asOf)],
  );
  const saved = await ask<{ content_id: string; attribute_id: string }>(
    `insert into auto_promotion.knowledge_base_vectors as k (environment, account_id, content_id, kind, title, content,
        attribute_id, category, tags, words, fit_version, created_at, updated_at, ${COLUMNS.join(', ')})
      select $1, $2, row.id, row.kind, row.title, row.statement, row.attribute_id, row.category,
        array(select jsonb_array_elements_text(row.tags)), to_tsvector('english', row.title || ' ' || row.statement),
        $4, $5, $5, ${COLUMNS.map((column) => `row.${column}`).join(', ')}
      from jsonb_to_recordset($3::jsonb) as row (id text, kind text, title text, statement text, attribute_id text,
        category text, tags jsonb, ${Object.entries(FITTED)
          .map((column) => column.join(' '))
          .join(', ')})
      on conflict (environment, account_id, attribute_id) do update
        set fit_version = excluded.fit_version, updated_at = excluded.updated_at,
          ${COLUMNS.map((column) => `${column} = ${KEPT[column] ?? `excluded.${column}`}`).join(', ')}
      returning content_id, attribute_id`,
    [...mine, jsonb(fit.patterns.map(rowOf)), fit.version, instant(fit.at)],
  );
  const idOf = new Map(saved.map((row) => [row.attribute_id, row.content_id]));
  const contrasts = fit.patterns.flatMap(({ attributeId, contrasts: own }) =>
    own.map((contrast) => ({ ...contrast, id: idOf.get(attributeId!)! })),
  );
  await ask(
    `with incoming as (
        select * from unnest($3::text[], $4::text[], $5::float8[], $6::float8[]) as row (content_id, experiment_id, effect, se)
      ), gone as (
        delete from auto_promotion.pattern_tests t
        where (t.environment, t.account_id) = ($1, $2) and t.content_id = any($7)
          and not exists (select from incoming i
            where (i.content_id, i.experiment_id) = (t.content_id, t.experiment_id))
      )
      insert into auto_promotion.pattern_tests as t (environment, account_id, content_id, experiment_id, effect, se)
      select $1, $2, * from incoming
      on conflict (environment, account_id, content_id, experiment_id)
        do update set effect = excluded.effect, se = excluded.se
        where (t.effect, t.se) is distinct from (excluded.effect, excluded.se)`,
    [
      ...mine,
      contrasts.map(({ id }) => id),
      contrasts.map(({ test }) => test),
      contrasts.map(({ effect }) => effect),
      contrasts.map(({ se }) => se),
      [...idOf.values()],
    ],
  );
  return 'saved';
}

function rowOf(pattern: FittedPattern): Record<keyof typeof FITTED, unknown> & Record<string, unknown> {
  const { own, shrunk, later } = pattern;
  return {
    id: pattern.id,
    kind: pattern.kind,
    title: pattern.title,
    statement: pattern.statement,
    attribute_id: pattern.attributeId,
    category: pattern.category,
    tags: pattern.tags,
    tests: pattern.tests,
    effect: own?.effect ?? null,
    se: own?.se ?? null,
    df: own?.df ?? null,
    interval_low: own?.interval[0] ?? null,
    interval_high: own?.interval[1] ?? null,
    p: own?.p ?? null,
    q: pattern.q,
    shrunk_mean: shrunk?.mean ?? null,
    shrunk_sd: shrunk?.sd ?? null,
    foreign_effect: pattern.foreign,
    basis: pattern.basis,
    state: pattern.state,
    state_reason: pattern.reason,
    stated_at: instantOrNull(pattern.statedAt),
    stated_sign: pattern.statedSign,
    last_passed_at: instantOrNull(pattern.lastPassedAt),
    later_result: later.result,
    later_effect: later.effect,
  };
}
