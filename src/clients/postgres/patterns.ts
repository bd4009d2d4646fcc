import { createHash } from 'node:crypto';
import { testOfClaude } from '../../contract/insights.js';
import type { Pattern, PatternTestLink, Statement, Wording } from '../../contract/patterns.js';
import { stateOf } from '../../domain/patterns/state.js';
import { learnableTestStore } from './learnable-tests.js';
import { saveFit } from './pattern-fit.js';
import { PATTERN_COLUMNS, PATTERN_COUNTS, type PatternRow, toPattern } from './pattern-row.js';
import { patternSearch } from './pattern-search.js';
import type { MatchedBy, PatternStore } from './pattern-types.js';
import { patternUseStore } from './pattern-uses.js';
import { type Database, instant, jsonb, type Run, run, type Scope, transaction } from './query.js';

/** The hash of a text as `textHash` makes it, of a pattern `k`. */
const HASH_OF_STATEMENT = `encode(sha256(convert_to(k.content, 'UTF8')), 'hex')`;
/** For an encoder $3. */
const VECTOR_OF_STATEMENT = `select from auto_promotion.text_embeddings t
  where (t.environment, t.account_id, t.encoder_id, t.text_hash) = ($1, $2, $3, ${HASH_OF_STATEMENT})`;
/** 100,000 patterns that change over take about two minutes, because each enters the index. */
const ADOPTION_LIMIT_MS = 10 * 60_000;

/** The pattern library of the account. */
export function patternStore(database: Database): PatternStore {
  const { pool, scope } = database;
  const mine = [scope.environment, scope.accountId];
  const inPool: Run = (text, values) => run(pool, text, values);

  async function read(ask: Run, condition: string, values: unknown[]): Promise<Pattern[]> {
    const rows = await ask<PatternRow>(
      `select ${PATTERN_COLUMNS} from auto_promotion.knowledge_base_vectors k ${PATTERN_COUNTS}
        where (k.environment, k.account_id) = ($1, $2) and ${condition} order by k.content_id collate "C"`,
      [...mine, ...values],
    );
    return rows.map(toPattern);
  }

  async function one(ask: Run, id: string): Promise<Pattern | null> {
    const [pattern] = await read(ask, 'k.content_id = $3', [id]);
    return pattern ?? null;
  }

  /** The pattern that says this already: it has the attribute, the same words, or the caller knows it. */
  async function sameAs(
    ask: Run,
    stated: Pick<Statement, 'statement' | 'attributeId'>,
    known: string | null,
  ): Promise<{ pattern: Pattern; matchedBy: MatchedBy } | null> {
    const first = async (matchedBy: MatchedBy, condition: string, values: unknown[]) => {
      const [pattern] = await read(ask, condition, values);
      return pattern ? { pattern, matchedBy } : null;
    };
    const worded = `(k.content_id = $3 or k.content = $4 or k.wordings @> $5::jsonb)`;
    const words = [idOf(stated.statement), stated.statement, jsonb([{ text: stated.statement }])];
    return (
      (stated.attributeId && (await first('attribute', 'k.attribute_id = $3', [stated.attributeId]))) ||
      (await first('words', worded, words)) ||
      (known === null ? null : first('given', 'k.content_id = $3', [known]))
    );
  }

  async function serving(ask: Run): Promise<string | null> {
    const [row] = await ask<{ embedder_id: string }>(
      `select embedder_id from auto_promotion.knowledge_base_vectors
        where (environment, account_id) = ($1, $2) and embedder_id is not null limit 1`,
      mine,
    );
    return row?.embedder_id ?? null;
  }

  async function addWording(ask: Run, pattern: Pattern, stated: Statement): Promise<void> {
    const { statement: text, by, at, sign, attributeId } = stated;
    const said = [{ text: pattern.statement, sign: pattern.statedSign }, ...pattern.wordings];
    const isKnown = said.some((each) => each.text === text && (sign === null || each.sign === sign));
    // Claude explains a test that is part of what was measured: later tests judge the sign of a fit, not this one.
    const isExplained = pattern.kind === 'measured' && testOfClaude(by) !== null;
    const claimed = pattern.statedSign === null && !isExplained ? sign : null;
    if (isKnown && claimed === null && (attributeId === null || pattern.attributeId !== null)) return;
    const added: Wording[] = isKnown ? [] : [{ text, by, at, sign }];
    await ask(
      `update auto_promotion.knowledge_base_vectors
        set wordings = wordings || $4::jsonb, words = words || to_tsvector('english', $5),
          attribute_id = coalesce(attribute_id, $6), updated_at = greatest(updated_at, $7),
          stated_at = case when $8::smallint is null then stated_at else $7 end,
          stated_sign = coalesce(stated_sign, $8),
          stated_by = case when $8::smallint is null then stated_by else coalesce(stated_by, $9) end
        where (environment, account_id, content_id) = ($1, $2, $3)`,
      [...mine, pattern.id, jsonb(added), isKnown ? '' : text, attributeId, instant(at), claimed, by],
    );
  }

  /** Gives a pattern the stored vector of its statement, if the serving encoder made one. */
  async function adoptOne(ask: Run, id: string): Promise<void> {
    const encoderId = await serving(ask);
    if (encoderId === null) return;
    await ask(
      `update auto_promotion.knowledge_base_vectors k set embedding = t.sentence, embedder_id = t.encoder_id
        from auto_promotion.text_embeddings t
        where (k.environment, k.account_id, k.content_id) = ($1, $2, $4)
          and (t.environment, t.account_id, t.encoder_id) = ($1, $2, $3) and t.text_hash = ${HASH_OF_STATEMENT}`,
      [...mine, encoderId, id],
    );
  }

  return {
    ...patternSearch(database),
    ...learnableTestStore(database),
    ...patternUseStore(database),

    getPattern: (id) => one(inPool, id),

    patternsOfAttributes: (attributeIds) => read(inPool, 'k.attribute_id = any($3)', [attributeIds]),

    async testsOfPattern(id) {
      const rows = await inPool<{
        experiment_id: string;
        name: string;
        effect: number;
        se: number;
        started_at: number;
        ended_at: number | null;
      }>(
        `select t.experiment_id, e.name, t.effect, t.se, e.started_at, e.ended_at
          from auto_promotion.pattern_tests t
          join auto_promotion.ab_tests e using (environment, account_id, experiment_id)
          where (environment, account_id, t.content_id) = ($1, $2, $3)
          order by e.started_at desc, t.experiment_id collate "C"`,
        [...mine, id],
      );
      return rows.map(
        (row): PatternTestLink => ({
          experimentId: row.experiment_id,
          name: row.name,
          effect: row.effect,
          se: row.se,
          startedAt: row.started_at,
          endedAt: row.ended_at,
        }),
      );
    },

    savePatternFit: (fit) =>
      transaction(pool, async (ask) => {
        await lockPatterns(ask, scope);
        return saveFit(ask, scope, fit);
      }),

    async patternFit() {
      const [row] = await inPool<{ version: string; tests: number; as_of: number | null }>(
        `select version, tests, as_of from auto_promotion.pattern_fits where (environment, account_id) = ($1, $2)`,
        mine,
      );
      return row ? { version: row.version, tests: row.tests, asOf: row.as_of } : null;
    },

    async statePattern(stated, { sameAs: known = null } = {}) {
      return transaction(pool, async (ask) => {
        await lockPatterns(ask, scope);
        const same = await sameAs(ask, stated, known);
        const id = same?.pattern.id ?? idOf(stated.statement);
        if (same) {
          await addWording(ask, same.pattern, stated);
        } else {
          await insert(ask, id, stated);
          await adoptOne(ask, id);
        }
        const pattern = await one(ask, id);
        if (!pattern) throw new Error(`the pattern ${id} was neither stored nor found`);
        return { pattern, matchedBy: same?.matchedBy ?? null };
      });
    },

    patternThatSays: (stated) => sameAs(inPool, stated, null),

    embedPattern: (id) =>
      transaction(pool, async (ask) => {
        await lockPatterns(ask, scope);
        await adoptOne(ask, id);
      }),

    servingEncoder: () => serving(inPool),

    async statementsToEncode(encoderId, limit) {
      const rows = await inPool<{ content: string }>(
        `select distinct content from auto_promotion.knowledge_base_vectors k
          where (k.environment, k.account_id) = ($1, $2) and k.embedder_id is distinct from $3
            and not exists (${VECTOR_OF_STATEMENT})
          order by content limit $4`,
        [...mine, encoderId, limit],
      );
      return rows.map(({ content }) => content);
    },

    adoptEmbeddings: (encoderId) =>
      transaction(
        pool,
        async (ask) => {
          await lockPatterns(ask, scope);
          const [missing] = await ask(
            `select from auto_promotion.knowledge_base_vectors k
              where (k.environment, k.account_id) = ($1, $2) and k.embedder_id is distinct from $3
                and not exists (${VECTOR_OF_STATEMENT}) limit 1`,
            [...mine, encoderId],
          );
          if (missing) return false;
          await ask(
            `update auto_promotion.knowledge_base_vectors k set embedding = t.sentence, embedder_id = $3
              from auto_promotion.text_embeddings t
              where (k.environment, k.account_id) = ($1, $2) and k.embedder_id is distinct from $3
                and (t.environment, t.account_id, t.encoder_id) = ($1, $2, $3) and t.text_hash = ${HASH_OF_STATEMENT}`,
            [...mine, encoderId],
          );
          return true;
        },
        ADOPTION_LIMIT_MS,
      ),
  };

  async function insert(ask: Run, id: string, stated: Statement): Promise<void> {
    await ask(
      `insert into auto_promotion.knowledge_base_vectors (environment, account_id, content_id, kind, title, content,
          attribute_id, category, tags, stated_by, state_reason, stated_at, stated_sign, words, created_at, updated_at)
        values ($1, $2, $3, 'stated', $4, $5, $6, $7, $8, $9, $10, $11, $12,
          to_tsvector('english', $4 || ' ' || $5), $11, $11)`,
      [
        ...mine,
        id,
        stated.title,
        stated.statement,
        stated.attributeId,
        stated.category,
        stated.tags,
        stated.by,
        jsonb(NOT_TESTED),
        instant(stated.at),
        stated.sign,
      ],
    );
  }
}

/** Fits and statements of an account follow one another: each sees what the one before has entered. */
async function lockPatterns(ask: Run, { environment, accountId }: Scope): Promise<void> {
  await ask('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `patterns/${environment}/${accountId}`,
  ]);
}

/** The same for statements that differ in case, spaces or the punctuation at their ends. */
function idOf(statement: string): string {
  const words = statement
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!]+$/, '');
  return `stated-${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
}

/** Why a pattern is a candidate before a test varies it. */
const NOT_TESTED = stateOf({
  held: false,
  stated: null,
  tests: 0,
  all: null,
  later: null,
  testsSincePass: 0,
}).reason;
