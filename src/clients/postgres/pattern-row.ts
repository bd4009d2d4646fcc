import type { Pattern, Wording } from '../../contract/patterns.js';
import type { Effect } from '../../domain/patterns/effects.js';

export interface PatternRow {
  content_id: string;
  kind: Pattern['kind'];
  title: string;
  content: string;
  wordings: Wording[];
  attribute_id: string | null;
  category: Pattern['category'];
  tags: string[];
  stated_by: string | null;
  tests: number;
  effect: number | null;
  se: number | null;
  df: number | null;
  interval_low: number | null;
  interval_high: number | null;
  p: number | null;
  q: number | null;
  shrunk_mean: number | null;
  shrunk_sd: number | null;
  foreign_effect: Pattern['foreign'];
  basis: Pattern['basis'];
  state: Pattern['state'];
  state_reason: Pattern['reason'];
  stated_at: number | null;
  stated_sign: Pattern['statedSign'];
  last_passed_at: number | null;
  later_result: Pattern['later']['result'];
  later_effect: Effect | null;
  embedder_id: string | null;
  fit_version: string | null;
  created_at: number;
  updated_at: number;
  tests_for: number;
  tests_against: number;
  uses: number;
  wins: number;
}

/** Columns of a pattern `k` as {@link toPattern} reads them, with what its tests and uses add up to. */
export const PATTERN_COLUMNS = `
  k.content_id, k.kind, k.title, k.content, k.wordings, k.attribute_id, k.category, k.tags, k.stated_by, k.tests, k.effect,
  k.se, k.df, k.interval_low, k.interval_high, k.p, k.q, k.shrunk_mean, k.shrunk_sd, k.foreign_effect, k.basis, k.state,
  k.state_reason, k.stated_at, k.stated_sign, k.last_passed_at, k.later_result, k.later_effect, k.embedder_id,
  k.fit_version, k.created_at, k.updated_at, counted.tests_for, counted.tests_against, used.uses, used.wins`;

/** To be joined to a pattern `k`. */
export const PATTERN_COUNTS = `
  cross join lateral (
    select count(*) filter (where sign(t.effect) = coalesce(k.stated_sign, sign(k.effect)))::int as tests_for,
      count(*) filter (where sign(t.effect) = -coalesce(k.stated_sign, sign(k.effect)))::int as tests_against
    from auto_promotion.pattern_tests t
    where (t.environment, t.account_id, t.content_id) = (k.environment, k.account_id, k.content_id)) counted
  cross join lateral (
    select count(u.won)::int as uses, count(*) filter (where u.won)::int as wins
    from auto_promotion.pattern_uses u
    where (u.environment, u.account_id, u.content_id) = (k.environment, k.account_id, k.content_id)) used`;

export function toPattern(row: PatternRow): Pattern {
  return {
    id: row.content_id,
    kind: row.kind,
    attributeId: row.attribute_id,
    title: row.title,
    statement: row.content,
    category: row.category,
    tags: row.tags,
    statedBy: row.stated_by,
    wordings: row.wordings,
    tests: row.tests,
    own: effectOf(row),
    q: row.q,
    shrunk: row.shrunk_mean === null ? null : { mean: row.shrunk_mean, sd: row.shrunk_sd! },
    foreign: row.foreign_effect,
    basis: row.basis,
    state: row.state,
    reason: row.state_reason,
    statedAt: row.stated_at,
    statedSign: row.stated_sign,
    lastPassedAt: row.last_passed_at,
    later: { result: row.later_result, effect: row.later_effect },
    testsFor: row.tests_for,
    testsAgainst: row.tests_against,
    uses: { uses: row.uses, wins: row.wins },
    embedderId: row.embedder_id,
    fitVersion: row.fit_version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** The columns of an effect are null together. */
function effectOf({ effect, se, df, interval_low, interval_high, p, tests }: PatternRow): Effect | null {
  if (effect === null) return null;
  return { effect, se: se!, df: df!, interval: [interval_low!, interval_high!], p: p!, tests };
}
