/** Patterns as the record keeps them. Instants are epoch ms of experiment time, effects log rate ratios per step. */

import type { PatternCategory } from '../domain/creative/attribute.js';
import type { Contrast } from '../domain/patterns/effects.js';
import type { PatternFigures } from '../domain/patterns/fit.js';
import type { Sign } from '../domain/patterns/state.js';
import type { Uses } from '../domain/patterns/success-rate.js';

export const PATTERN_KINDS = ['measured', 'stated'] as const;
/** `measured`: finished tests gave it. `stated`: someone put it in words first. */
export type PatternKind = (typeof PATTERN_KINDS)[number];

/** A statement that says the same as a pattern. */
export interface Wording {
  text: string;
  by: string;
  at: number;
  /** Whether it claims a higher or a lower rate; null if it doesn't say. */
  sign: Sign | null;
}

/** What a pattern says, apart from its evidence. */
export interface PatternContent {
  /** The attribute's id; of a pattern without one, made from its statement. */
  id: string;
  kind: PatternKind;
  attributeId: string | null;
  title: string;
  statement: string;
  category: PatternCategory;
  tags: string[];
}

export interface Pattern extends PatternContent, PatternFigures {
  /** Who stated it; null if tests gave it. */
  statedBy: string | null;
  /** Other statements that say the same, in the order in which they came. */
  wordings: Wording[];
  /** Own tests that agree and disagree with the sign it was stated with, or, without one, with the sign of its effect. */
  testsFor: number;
  testsAgainst: number;
  /** Uses in tests that have finished. */
  uses: Uses;
  /** The encoder that its embedding is from; null without one. */
  embedderId: string | null;
  fitVersion: string | null;
  createdAt: number;
  updatedAt: number;
}

/** An own test that varies a pattern. */
export interface PatternTestLink {
  experimentId: string;
  name: string;
  effect: number;
  se: number;
  startedAt: number;
  endedAt: number | null;
}

/** A pattern of a fit, with what each test says about it by itself; `test` is the experiment's id. */
export interface FittedPattern extends PatternContent, PatternFigures {
  contrasts: readonly Contrast[];
}

export interface PatternFit {
  /** SHA-256 of all that went into it, hex. */
  version: string;
  /** The version of the fit from whose states it went on; null if there was none. */
  follows: string | null;
  tests: number;
  /** The end of its latest test; null without tests. */
  asOf: number | null;
  /** When it was made. */
  at: number;
  patterns: readonly FittedPattern[];
}

/** A vector and the encoder that made it. */
export interface Embedding {
  encoderId: string;
  /** Of unit length. */
  vector: Float32Array;
}

/** Something that a person or Claude claims. */
export interface Statement {
  title: string;
  statement: string;
  attributeId: string | null;
  category: PatternCategory;
  tags: string[];
  sign: Sign | null;
  by: string;
  at: number;
}
