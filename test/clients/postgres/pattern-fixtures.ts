import { textHash } from '../../../src/clients/encoder/text-hash.js';
import type { EmbeddingStore, PatternStore } from '../../../src/clients/postgres/pattern-types.js';
import type { Embedding, FittedPattern, PatternFit, Statement } from '../../../src/contract/patterns.js';
import { START } from './fixtures.js';

export function aFittedPattern(changes: Partial<FittedPattern> = {}): FittedPattern {
  const id = changes.id ?? 'question_mark';
  return {
    id,
    kind: 'measured',
    attributeId: id,
    title: 'The headline contains a question mark',
    statement: 'The headline contains a question mark',
    category: 'hook_writing',
    tags: ['form'],
    tests: 12,
    own: { effect: -0.1, se: 0.03, df: 9.5, interval: [-0.17, -0.03], p: 0.008, tests: 12 },
    q: 0.03,
    shrunk: { mean: -0.09, sd: 0.028 },
    foreign: null,
    basis: 'own',
    state: 'holds',
    reason: { code: 'established', tests: 12, q: 0.03, limit: 0.05 },
    statedAt: START,
    statedSign: -1,
    lastPassedAt: START,
    later: { result: 'open', effect: null },
    contrasts: [],
    ...changes,
  };
}

export function aFit(patterns: FittedPattern[], changes: Partial<PatternFit> = {}): PatternFit {
  return { version: 'v1', follows: null, tests: 12, asOf: START, at: START + 7, patterns, ...changes };
}

export function aStatement(statement: string, changes: Partial<Statement> = {}): Statement {
  return {
    title: statement,
    statement,
    attributeId: null,
    category: 'best_practice',
    tags: [],
    sign: null,
    by: 'ana',
    at: START,
    ...changes,
  };
}

/** A vector of unit length in the plane of two axes, at an angle from the first one. */
export function direction(angle: number, { length = 512, axis = 0, encoderId = 'e1' } = {}): Embedding {
  const vector = new Float32Array(length);
  vector[axis] = Math.cos(angle);
  vector[axis + 1] = Math.sin(angle);
  return { encoderId, vector };
}

/** Gives patterns these vectors, by their statements. */
export async function embed(
  store: EmbeddingStore & PatternStore,
  encoderId: string,
  rows: readonly { statement: string; vector: Float32Array }[],
): Promise<void> {
  const texts = rows.map(
    ({ statement, vector }) => [textHash(statement), { sentence: vector, layers: null }] as const,
  );
  await store.saveTextEmbeddings(encoderId, new Map(texts));
  await store.adoptEmbeddings(encoderId);
}
