import type { z } from '@hono/zod-openapi';
import { similarFrom } from '../../clients/encoder/similar.js';
import { textHash } from '../../clients/encoder/text-hash.js';
import type { Embedding, Pattern, Statement } from '../../contract/patterns.js';
import type { ApiContext } from '../dependencies.js';
import { meaningOf } from './meaning.js';
import type { statementBody } from './requests.js';
import type { StatedPatternAnswer } from './responses.js';
import { patternToJson } from './to-json.js';

type Asked = z.output<ReturnType<typeof statementBody>> & { by: string };

/** As many of the nearest patterns may say the opposite, or be about another attribute. */
const CANDIDATES = 5;
const TITLE_LENGTH = 120;

/** Adds a statement to the pattern that says the same, or as a new pattern. */
export async function statePattern(
  context: Pick<ApiContext, 'store' | 'clock' | 'searchEncoders' | 'encoderLimitMs'>,
  asked: Asked,
): Promise<z.output<typeof StatedPatternAnswer>> {
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
  const { embedding, note } = await meaningOf(context, asked.statement);
  const same = embedding && !asked.as_new ? await nearestSame(store, embedding, statement) : null;
  const { pattern, matchedBy } = await store.statePattern(statement, { sameAs: same?.id ?? null });
  if (embedding && matchedBy === null) {
    const { encoderId, vector } = embedding;
    const text = { sentence: vector, layers: null };
    await store.saveTextEmbeddings(encoderId, new Map([[textHash(asked.statement), text]]));
    await store.adoptEmbeddings(encoderId);
  }
  return {
    pattern: patternToJson(pattern),
    is_new: matchedBy === null,
    matched_by: matchedBy === 'given' ? 'meaning' : matchedBy,
    similarity: matchedBy === 'given' ? (same?.similarity ?? null) : null,
    note,
  };
}

/**
 * The nearest pattern that counts as saying the same, by the encoder's measured cosine. Vectors hardly tell a claim from its
 * opposite, so patterns with another direction or attribute are not the same.
 */
async function nearestSame(
  store: ApiContext['store'],
  near: Embedding,
  stated: Statement,
): Promise<{ id: string; similarity: number } | null> {
  const least = similarFrom(near.encoderId);
  if (least === null) return null;
  const found = await store.findPatterns({ search: { by: 'meaning', near }, limit: CANDIDATES });
  const same = found.find(({ pattern, place }) => 1 - place.score >= least && mayBeSame(pattern, stated));
  return same ? { id: same.pattern.id, similarity: 1 - same.place.score } : null;
}

function mayBeSame(pattern: Pattern, { sign, attributeId }: Statement): boolean {
  const differ = <T>(one: T | null, other: T | null) => one !== null && other !== null && one !== other;
  return !differ(pattern.statedSign, sign) && !differ(pattern.attributeId, attributeId);
}

function titleOf(statement: string): string {
  if (statement.length <= TITLE_LENGTH) return statement;
  // Not between the halves of an emoji.
  const start = statement.slice(0, TITLE_LENGTH - 1).replace(/[\ud800-\udbff]$/, '');
  return `${start.trimEnd()}…`;
}
