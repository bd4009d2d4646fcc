import type { z } from '@hono/zod-openapi';
import { similarFrom } from '../../clients/encoder/similar.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import type { Embedding, Pattern, Statement } from '../../contract/patterns.js';
import { opposes } from '../../domain/patterns/state.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem, sentencesOf } from '../http/problems.js';
import { meaningOf } from './meaning.js';
import type { statementBody } from './requests.js';
import type { StatedPatternAnswer } from './responses.js';
import { directionOf, patternToJson } from './to-json.js';

type Asked = z.output<ReturnType<typeof statementBody>> & { by: string };
type Context = Pick<ApiContext, 'store' | 'clock' | 'searchEncoders' | 'encoderLimitMs'>;
type Answer = z.output<typeof StatedPatternAnswer>;

/** As many of the nearest patterns are looked at: some may be about another attribute. */
const CANDIDATES = 5;
const MOST_SIMILAR = 3;
const TITLE_LENGTH = 120;

/**
 * Adds a statement to the pattern that says the same, or as a new pattern. It joins one by its attribute, its words or the
 * caller's `same_as`, never by meaning: of 20 statements and their opposites, each pair is nearer than half of the
 * paraphrases, with every encoder. So a pattern that is near is only named, and the caller decides.
 * @throws ApiProblem `similar_pattern` if a near pattern may say the same, unless the caller has decided or asks without effect
 */
export async function statePattern(context: Context, asked: Asked): Promise<Answer> {
  const { store } = context;
  const statement: Statement = {
    title: asked.title ?? titleOf(asked.statement),
    statement: asked.statement,
    attributeId: asked.attribute_id ?? null,
    category: asked.category,
    tags: asked.tags,
    sign: asked.direction === undefined ? null : asked.direction === 'higher' ? 1 : -1,
    by: asked.by,
    at: await context.clock.now(),
  };
  const same = await samePattern(store, statement, asked.same_as ?? null);
  const { embedding, note } = same
    ? { embedding: null, note: null }
    : await meaningOf(context, asked.statement);
  const similar = embedding && !asked.as_new ? await nearest(store, embedding, statement) : [];
  const found = { similar, note, opposes: same !== null && opposes(same.pattern.statedSign, statement.sign) };
  if (asked.dry_run) {
    return {
      ...found,
      pattern: same && patternToJson(same.pattern),
      is_new: same === null,
      matched_by: same?.matchedBy ?? null,
      stored: false,
    };
  }
  if (similar.length > 0) throw similarPattern(similar);
  if (embedding) await keep(store, embedding, statement);
  const sameAs = same?.matchedBy === 'given' ? same.pattern.id : null;
  const { pattern, matchedBy } = await store.statePattern(statement, { sameAs });
  if (matchedBy === null && embedding && pattern.embedderId === null) {
    await embedAgain(context, pattern.id, statement);
  }
  return {
    ...found,
    pattern: patternToJson(pattern),
    is_new: matchedBy === null,
    matched_by: matchedBy,
    stored: true,
  };
}

/** The pattern that the statement joins; null if it is none. @throws ApiProblem if what was asked for contradicts itself */
async function samePattern(store: Context['store'], stated: Statement, sameAs: string | null) {
  const refused = (field: string, message: string) => {
    const errors = [{ field, message }];
    return new ApiProblem('invalid_request', sentencesOf(errors), { errors });
  };
  const said = await store.patternThatSays(stated);
  const about = (pattern: Pattern) => {
    const other = stated.attributeId !== null && pattern.attributeId !== null && pattern.attributeId;
    if (other && other !== stated.attributeId) {
      throw refused('attribute_id', `differs from that of the pattern ${pattern.id}, which is ${other}`);
    }
    return pattern;
  };
  if (sameAs === null) return said && { ...said, pattern: about(said.pattern) };
  if (said && said.pattern.id !== sameAs) {
    const what = said.matchedBy === 'attribute' ? 'attribute' : 'statement';
    throw refused('same_as', `must be left out: the ${what} belongs to the pattern ${said.pattern.id}`);
  }
  const pattern = said?.pattern ?? (await store.getPattern(sameAs));
  if (!pattern) throw refused('same_as', 'names no pattern of this account');
  return { pattern: about(pattern), matchedBy: said?.matchedBy ?? ('given' as const) };
}

/** Patterns that may say the same, the nearest first, from the encoder's measured cosine on. */
async function nearest(
  store: Context['store'],
  near: Embedding,
  { attributeId }: Statement,
): Promise<Answer['similar']> {
  const least = similarFrom(near.encoderId);
  if (least === null) return [];
  const found = await store.findPatterns({ search: { by: 'meaning', near }, limit: CANDIDATES });
  return found
    .map(({ pattern, place }) => ({ pattern, similarity: 1 - place.score }))
    .filter(
      ({ pattern, similarity }) =>
        similarity >= least && (attributeId === null || pattern.attributeId === null),
    )
    .slice(0, MOST_SIMILAR)
    .map(({ pattern, similarity }) => ({
      content_id: pattern.id,
      content: pattern.statement,
      stated_direction: directionOf(pattern.statedSign),
      similarity,
    }));
}

function similarPattern([first]: Answer['similar']): ApiProblem {
  const { content_id: id, content } = first!;
  return new ApiProblem(
    'similar_pattern',
    `The pattern ${id} may say the same: “${content}” Send same_as: "${id}" if it does, or as_new: true if it doesn't. With dry_run: true the answer lists all that may.`,
  );
}

async function keep(store: Context['store'], { encoderId, vector }: Embedding, { statement }: Statement) {
  const text = { sentence: vector, layers: null };
  await store.saveTextEmbeddings(encoderId, new Map([[textHash(statement), text]]));
}

/** All patterns have changed over to another encoder since the statement was encoded: it would be found by words alone. */
async function embedAgain(context: Context, id: string, statement: Statement): Promise<void> {
  const { embedding } = await meaningOf(context, statement.statement);
  if (!embedding) return;
  await keep(context.store, embedding, statement);
  await context.store.embedPattern(id);
}

function titleOf(statement: string): string {
  if (statement.length <= TITLE_LENGTH) return statement;
  // Not between the halves of an emoji.
  const start = statement.slice(0, TITLE_LENGTH - 1).replace(/[\ud800-\udbff]$/, '');
  return `${start.trimEnd()}…`;
}
