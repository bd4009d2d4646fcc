/** What passes between an encoder and its thread: one batch of texts at a time, and one answer per batch. */

import type { EncoderFailureKind, EncoderName } from './types.js';

/** Which model the thread loads, and the cache folder that may hold its files. */
export interface ThreadData {
  name: EncoderName;
  cache: string;
}

export interface BatchRequest {
  texts: readonly string[];
}

export type BatchAnswer =
  /** One row per text: its inner layers, then its sentence vector. */
  { vectors: Float32Array } | { failure: { kind: EncoderFailureKind; message: string } };
