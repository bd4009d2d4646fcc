import { createHash } from 'node:crypto';
import { setImmediate as otherWork } from 'node:timers/promises';
import type { ExperimentClock } from '../clients/clock.js';
import { textHash } from '../clients/encoder/text-hash.js';
import { EncoderFailure, type SentenceEncoder } from '../clients/encoder/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { FittedPattern, PatternFit } from '../contract/patterns.js';
import { ATTRIBUTES } from '../domain/creative/registry.js';
import { learnedTests } from '../domain/learned-rate.js';
import { type FinishedTest, finishedTest } from '../domain/patterns/finished-test.js';
import {
  type AttributeFit,
  type ForeignAttributeEffect,
  fitAttributes,
  latestOf,
} from '../domain/patterns/fit.js';
import { PATTERN_RULES } from '../domain/patterns/rules.js';
import { permanent } from './failures.js';

/** Others that refit at the same time come to an end: each of them has saved a fit. */
const ATTEMPTS = 10;
/** Statements that are encoded and stored at once: a few seconds of work. */
const PORTION = 64;

export interface RefitResult {
  outcome: 'saved' | 'unchanged';
  /** Tests learned from. */
  tests: number;
  /** Patterns with figures. */
  patterns: number;
}

export interface EmbeddingResult {
  /** Statements encoded by this call. */
  encoded: number;
  /** Why patterns are not found by meaning with this encoder yet, in a sentence; null if they are. */
  problem: string | null;
}

/**
 * What finished tests teach. Safe to run twice and at the same time. `foreign`: effects learned elsewhere. `encoder`: null if
 * there is none; patterns are then found by words.
 */
export function createPatternActivities(deps: {
  store: Store;
  clock: ExperimentClock;
  foreign?: readonly ForeignAttributeEffect[];
  encoder?: SentenceEncoder | null;
  /** Of the account. */
  brandNames?: readonly string[];
  /** Called after every few tests or texts that are read. */
  heartbeat?: () => void;
}) {
  const { store, clock, foreign = [], encoder = null, brandNames = [], heartbeat = () => {} } = deps;

  async function readTests(): Promise<FinishedTest[]> {
    const tests: FinishedTest[] = [];
    for (const { experiment, looks } of learnedTests(await store.learnableTests())) {
      tests.push(finishedTest(experiment, looks, brandNames));
      // Reading a creative takes a millisecond or less; the worker has other work between two tests.
      heartbeat();
      await otherWork();
    }
    return tests;
  }

  async function newFit(): Promise<PatternFit> {
    const last = await store.patternFit();
    const known = await store.patternsOfAttributes(ATTRIBUTES.map(({ id }) => id));
    const tests = await readTests();
    const before = new Map(known.map((pattern) => [pattern.attributeId!, pattern]));
    const ids = ATTRIBUTES.map(({ id }) => id);
    const fitted = fitAttributes(tests, ids, foreign, before);
    // What people stated, and which directions they claimed when: a fit doesn't change it.
    const stated = known
      .filter(({ statedBy }) => statedBy !== null)
      .map(({ id, wordings }) => [id, wordings.flatMap(({ sign, at }) => (sign === null ? [] : [at]))]);
    return {
      version: hashOf({ rules: PATTERN_RULES, ids, foreign, stated, tests }),
      follows: last?.version ?? null,
      tests: tests.length,
      asOf: latestOf(tests),
      at: await clock.now(),
      patterns: fitted.map(withContent),
    };
  }

  return {
    /** Fits all patterns to the account's finished tests, and enters which uses of patterns won. */
    async refitPatterns(): Promise<RefitResult> {
      await store.settlePatternUses();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const made = await newFit();
        const outcome = await store.savePatternFit(made);
        if (outcome !== 'superseded') return { outcome, tests: made.tests, patterns: made.patterns.length };
      }
      throw permanent('PatternsBusy', `others refitted the patterns ${ATTEMPTS} times during one refit`);
    },

    /**
     * Encodes the statements of patterns that the encoder has not read, and lets them be found by meaning. All patterns change
     * over from one encoder to another together, when the last one is encoded. A failing encoder is no failure.
     */
    async embedPatterns(): Promise<EmbeddingResult> {
      if (!encoder) return { encoded: 0, problem: 'There is no encoder: patterns are found by words.' };
      const { id } = encoder.info;
      let encoded = 0;
      try {
        for (;;) {
          const statements = await store.statementsToEncode(id, PORTION);
          // False if a statement came in between: it is encoded next.
          if (statements.length === 0 && (await store.adoptEmbeddings(id))) return { encoded, problem: null };
          if (statements.length === 0) continue;
          const vectors = await encoder.encode(statements);
          const texts = statements.map(
            (text, i) => [textHash(text), { sentence: vectors[i]!, layers: null }] as const,
          );
          await store.saveTextEmbeddings(id, new Map(texts));
          encoded += statements.length;
          heartbeat();
        }
      } catch (error) {
        if (!(error instanceof EncoderFailure)) throw error;
        return { encoded, problem: `The encoder ${id} fails: ${error.message}` };
      }
    },
  };
}

export type PatternActivities = ReturnType<typeof createPatternActivities>;

const BY_ID = new Map(ATTRIBUTES.map((attribute) => [attribute.id, attribute]));

function withContent({ id, ...figures }: AttributeFit): FittedPattern {
  const { statement, category, tags } = BY_ID.get(id)!;
  return {
    id,
    kind: 'measured',
    attributeId: id,
    title: statement,
    statement,
    category,
    tags: [...tags],
    ...figures,
  };
}

/** SHA-256, hex, of all that a fit depends on. */
function hashOf(inputs: object): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
