/** Finding patterns: by certainty, by meaning, by words. */

import type { Embedding } from '../../contract/patterns.js';
import { ExactSearch, type Rows } from './exact-search.js';
import { PATTERN_COLUMNS, PATTERN_COUNTS, type PatternRow, toPattern } from './pattern-row.js';
import type { FoundPattern, PatternFilters, PatternPlace, PatternStore } from './pattern-types.js';
import { type Database, type Run, run, transaction } from './query.js';
import {
  atLeast,
  HALF_VECTORS,
  INDEXED_LENGTHS,
  ITERATIVE_SCANS,
  indexedVector,
  isIndexed,
  vectorVersion,
} from './vectors.js';

/**
 * Candidates that the index keeps while it looks for the nearest: 40 find all in `npm run bench:search`,
 * and 97 % among 8,000 real headlines, of which 60 find 99 %. A filter leaves only some of them.
 */
const EF_SEARCH = 80;
const EF_SEARCH_FILTERED = 200;
const MOST_EF_SEARCH = 1000;
/** More words than this find nothing that fewer wouldn't. */
const MOST_WORDS = 50;

/** Values of every query: environment and account. */
const SCOPE_VALUES = 2;

const ID = 'content_id collate "C"';

/** The parts of a query that finds patterns; `score` and `rows` are SQL. */
interface Asked {
  score: string;
  rows: string;
  values: unknown[];
}

export function patternSearch(database: Database): Pick<PatternStore, 'findPatterns'> {
  const { pool, scope } = database;
  const exact = new ExactSearch();
  let version: Promise<string | null> | undefined;
  /** Of pgvector; null without it. It changes with a start only. */
  const vectors = () => {
    version ??= vectorVersion((text, values) => run(pool, text, values)).catch((error: unknown) => {
      version = undefined;
      throw error;
    });
    return version;
  };

  return {
    async findPatterns({ search, filters = {}, limit, after }) {
      const filtered = withFilters([scope.environment, scope.accountId], filters);
      const ask: Run = (text, values) => run(pool, text, values);
      switch (search.by) {
        case 'certainty':
          return page(ask, { ...filtered, score: 'coalesce(q, 2)' }, limit, after);
        case 'words':
          return byWords(ask, filtered, search.words, limit, after);
        case 'meaning': {
          const installed = await vectors();
          if (installed !== null) return byMeaning(database, installed, filtered, search.near, limit, after);
          const ofEncoder = ({ rows, values }: Rows): Rows => ({
            rows: `${rows} and embedder_id = $${values.length + 1}`,
            values: [...values, search.near.encoderId],
          });
          const mine = withFilters([scope.environment, scope.accountId], {});
          const wanted = filtered.values.length > SCOPE_VALUES ? ofEncoder(filtered) : null;
          const places = await exact.nearest(
            ask,
            search.near,
            { all: ofEncoder(mine), wanted },
            limit,
            after,
          );
          return patternsAt(ask, mine.values, places);
        }
      }
    },
  };
}

function withFilters(mine: string[], filters: PatternFilters): Omit<Asked, 'score'> {
  const values: unknown[] = [...mine];
  const rows = ['(environment, account_id) = ($1, $2)'];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    rows.push(condition(`$${values.length}`));
  };
  add(filters.kind, (value) => `kind = ${value}`);
  add(filters.state, (value) => `state = ${value}`);
  add(filters.basis, (value) => `basis = ${value}`);
  add(filters.category, (value) => `category = ${value}`);
  add(filters.tag, (value) => `${value} = any(tags)`);
  add(filters.attributeId, (value) => `attribute_id = ${value}`);
  return { rows: rows.join(' and '), values };
}

/** Patterns that come after a place, by score and id. Only those of the page are counted. */
async function page(
  ask: Run,
  { score, rows, values }: Asked,
  limit: number,
  after: PatternPlace | undefined,
): Promise<FoundPattern[]> {
  const all = [...values];
  const next = (value: unknown) => `$${all.push(value)}`;
  const later = after ? `and (${score}, ${ID}) > (${next(after.score)}::float8, ${next(after.id)})` : '';
  const found = await ask<PatternRow & { score: number }>(
    `select ${PATTERN_COLUMNS}, k.score
      from (select *, (${score})::float8 as score from auto_promotion.knowledge_base_vectors
        where ${rows} ${later} order by ${score}, ${ID} limit ${next(limit)}) k
      ${PATTERN_COUNTS}
      order by k.score, k.${ID}`,
    all,
  );
  return found.map((row) => ({ pattern: toPattern(row), place: { score: row.score, id: row.content_id } }));
}

/** Any of the words, or their beginnings; more and rarer words rank higher. */
async function byWords(
  ask: Run,
  { rows, values }: Omit<Asked, 'score'>,
  text: string,
  limit: number,
  after: PatternPlace | undefined,
): Promise<FoundPattern[]> {
  const words = text.match(/[\p{L}\p{N}]+/gu)?.slice(0, MOST_WORDS) ?? [];
  if (words.length === 0) return [];
  const all = [...values, words.map((word) => `'${word}':*`).join(' | ')];
  const query = `to_tsquery('english', $${all.length})`;
  const asked = {
    score: `-ts_rank(words, ${query})::float8`,
    rows: `${rows} and words @@ ${query}`,
    values: all,
  };
  return page(ask, asked, limit, after);
}

async function byMeaning(
  database: Database,
  version: string,
  { rows, values }: Omit<Asked, 'score'>,
  near: Embedding,
  limit: number,
  after: PatternPlace | undefined,
): Promise<FoundPattern[]> {
  const { length } = near.vector;
  const all = [...values, near.encoderId];
  const ofEncoder = `${rows} and embedder_id = $${all.length}`;
  all.push(`[${near.vector.join(',')}]`);
  const probe = `$${all.length}`;
  const ask: Run = (text, given) => run(database.pool, text, given);
  if (!atLeast(version, HALF_VECTORS) || !INDEXED_LENGTHS.includes(length)) {
    const score = `embedding::vector <=> ${probe}::vector`;
    return page(ask, { score, rows: ofEncoder, values: all }, limit, after);
  }
  const score = `(${indexedVector(length)}) <=> ${probe}::halfvec(${length})`;
  const asked = { score, rows: `${ofEncoder} and ${isIndexed(length)}`, values: all };
  const isFiltered = values.length > SCOPE_VALUES;
  const found = await transaction(database.pool, async (inside) => {
    const candidates = Math.max(isFiltered ? EF_SEARCH_FILTERED : EF_SEARCH, 2 * limit);
    await inside(settings(version), [String(Math.min(MOST_EF_SEARCH, candidates))]);
    return page(inside, asked, limit, after);
  });
  // Filters may leave too few of those that the index gave: then all are compared. The sum keeps the index out.
  return found.length === limit ? found : page(ask, { ...asked, score: `(${score}) + 0` }, limit, after);
}

/** Iterative scans go on until enough rows pass the filters. */
function settings(version: string): string {
  const scan = atLeast(version, ITERATIVE_SCANS)
    ? `, set_config('hnsw.iterative_scan', 'strict_order', true)`
    : '';
  return `select set_config('hnsw.ef_search', $1, true)${scan}`;
}

/** The patterns at these places, in their order. */
async function patternsAt(
  ask: Run,
  mine: unknown[],
  places: readonly PatternPlace[],
): Promise<FoundPattern[]> {
  const found = await ask<PatternRow>(
    `select ${PATTERN_COLUMNS} from auto_promotion.knowledge_base_vectors k ${PATTERN_COUNTS}
      where (k.environment, k.account_id) = ($1, $2) and k.content_id = any($3)`,
    [...mine, places.map(({ id }) => id)],
  );
  const byId = new Map(found.map((row) => [row.content_id, toPattern(row)]));
  return places.flatMap((place) => {
    const pattern = byId.get(place.id);
    return pattern ? [{ pattern, place }] : [];
  });
}
