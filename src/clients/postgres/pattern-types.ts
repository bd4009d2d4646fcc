import type {
  Embedding,
  Pattern,
  PatternFit,
  PatternKind,
  PatternTestLink,
  Statement,
} from '../../contract/patterns.js';
import type { PatternCategory } from '../../domain/creative/attribute.js';
import type { LookFigures } from '../../domain/decision/variant-rates.js';
import type { Experiment } from '../../domain/experiment.js';
import type { Basis } from '../../domain/patterns/evidence.js';
import type { PatternState } from '../../domain/patterns/state.js';

/** How patterns are found: all of them, the most certain first; by meaning, the nearest first; by words, the best first. */
export type PatternSearch =
  | { by: 'certainty' }
  | { by: 'meaning'; near: Embedding }
  | { by: 'words'; words: string };

export interface PatternFilters {
  kind?: PatternKind | undefined;
  state?: PatternState | undefined;
  basis?: Basis | undefined;
  category?: PatternCategory | undefined;
  tag?: string | undefined;
  attributeId?: string | undefined;
}

/** A place in a list of patterns: lower scores come first, and ids decide between equal scores. */
export interface PatternPlace {
  /** By certainty: q, or 2 without one. By meaning: 1 − cosine. By words: minus the rank. */
  score: number;
  id: string;
}

export interface FoundPattern {
  pattern: Pattern;
  place: PatternPlace;
}

/** A test that is decided or has ended, with its last look and the last one that compared each dropped variant. */
export interface LearnableTest {
  experiment: Experiment;
  /** The latest first; never empty. */
  looks: LookFigures[];
}

/**
 * `unchanged`: it is the last fit again, or has fewer tests than the last one. `superseded`: another fit came in between, so
 * the states must be worked out again.
 */
export type FitOutcome = 'saved' | 'unchanged' | 'superseded';

/** Why a statement was entered at a pattern that was there. `given`: the caller named it. */
export type MatchedBy = 'attribute' | 'words' | 'given';

export interface PatternStore {
  /** Up to `limit` patterns that come after a place. By meaning, patterns without an embedding of that encoder are left out. */
  findPatterns(query: {
    search: PatternSearch;
    filters?: PatternFilters;
    limit: number;
    after?: PatternPlace | undefined;
  }): Promise<FoundPattern[]>;
  getPattern(id: string): Promise<Pattern | null>;
  /** Which of these are ids of patterns. */
  knownPatterns(ids: readonly string[]): Promise<Set<string>>;
  /** Those of these attributes. */
  patternsOfAttributes(attributeIds: readonly string[]): Promise<Pattern[]>;
  /** The own tests that vary it, the latest start first. */
  testsOfPattern(id: string): Promise<PatternTestLink[]>;
  /** Saves the figures of a fit in one transaction. Titles, wordings and what people stated stay. */
  savePatternFit(fit: PatternFit): Promise<FitOutcome>;
  /** Every decided or ended test that has a look, or those of these ids, by id. They are read some at a time. */
  learnableTests(ids?: readonly string[]): AsyncIterable<LearnableTest>;
  /** The last fit; null before the first. */
  patternFit(): Promise<Pick<PatternFit, 'version' | 'tests' | 'asOf'> | null>;
  /**
   * Adds a stated pattern. If one has the same attribute, or the same statement, or the pattern `sameAs`, the statement is
   * entered there as another wording, once per text and direction. If that pattern had no direction, it takes that of the
   * statement, as of now: only later tests replicate or contradict it. A measured pattern takes none from Claude, who
   * explains a test that was measured. `matchedBy`: null if the pattern is new. A new pattern gets the vector of its statement
   * if the store has one of the serving encoder.
   */
  statePattern(
    statement: Statement,
    options?: { sameAs?: string | null },
  ): Promise<{ pattern: Pattern; matchedBy: MatchedBy | null }>;
  /** The pattern that a statement would join by its attribute or its words. */
  patternThatSays(
    stated: Pick<Statement, 'statement' | 'attributeId'>,
  ): Promise<{ pattern: Pattern; matchedBy: MatchedBy } | null>;
  /** Gives a pattern the stored vector of its statement by the serving encoder; changes nothing if there is none. */
  embedPattern(id: string): Promise<void>;
  /** The encoder whose embeddings the patterns have: search by meaning with this one. Null before the first. */
  servingEncoder(): Promise<string | null>;
  /** Statements of patterns that this encoder has no vector of in the store, at most `limit`. */
  statementsToEncode(encoderId: string, limit: number): Promise<string[]>;
  /**
   * Gives all patterns the stored vectors of their statements, in one transaction. False, and nothing changes, while a vector
   * is missing: patterns change over to another encoder together, and a statement that came in between is not left out.
   */
  adoptEmbeddings(encoderId: string): Promise<boolean>;
  /**
   * Enters whether the variants that use patterns won, for every test that is decided or has ended; a repeat changes nothing.
   * The winner won. All others didn't, nor did any variant of a test that ended without a winner, because the success rate is
   * the share of uses that won. A winner that someone promoted by force didn't win, nor one whose promotion was reverted
   * because later data showed it to be worse. Returns how many outcomes are new.
   */
  settlePatternUses(): Promise<number>;
}

/** What an encoder gave for a text. */
export interface StoredText {
  sentence: Float32Array;
  /** The inner layers one after another; null if the encoder has none. */
  layers: Float32Array | null;
}

/** How many texts of decided tests there are, and of how many each of some encoders has stored its layers. */
export interface TextCounts {
  texts: number;
  encoded: number;
}

/** Each text is encoded once: vectors under the encoder's id and the text's hash, see `textHash`. */
export interface EmbeddingStore {
  /** Those that are stored, by hash. */
  textEmbeddings(encoderId: string, hashes: readonly string[]): Promise<Map<string, StoredText>>;
  /** A stored one stays as it is, but gets the layers that it lacks. */
  saveTextEmbeddings(encoderId: string, rows: ReadonlyMap<string, StoredText>): Promise<void>;
  /** Enters that decided tests have these texts. Those that are entered stay. */
  enterDecidedTexts(hashes: readonly string[]): Promise<void>;
  countDecidedTexts(encoderIds: readonly string[]): Promise<TextCounts>;
}
