/** The files of this folder: what was learned from a public archive of headline tests, and ships with the product. */

/** What the licence asks to say. */
export interface Attribution {
  archive: string;
  licence: string;
  changes: string;
  /** The hash of the file that was learned from. */
  sha256: string;
  /** Makes the file anew. */
  command: string;
}

/** One part of a preference model. Numbers are 32-bit floats, little-endian, in base64. */
export interface CoefficientsDocument {
  attribution: Attribution;
  /** The id of the encoder whose layers the coefficients read. */
  encoder: string;
  tests: number;
  texts: number;
  coefficients: string;
  /** Null if the features are not standardised. */
  standards: { means: string; deviations: string } | null;
  /** What attributes explain of the predictions of these coefficients: log rate per step. */
  explanation: { coefficients: Record<string, number>; explained: number };
}

/** Effects of attributes within tests: log rate ratios per step. */
export interface PatternsDocument {
  attribution: Attribution;
  tests: number;
  effects: Record<string, { effect: number; se: number; tests: number }>;
}

/** Completes "learned from …": said beside every figure that rests on the archive. */
export const LEARNED_FROM = 'headlines of a publisher, not from ads';

/** The encoders whose coefficients ship. */
export const ARCHIVED_ENCODERS = ['use-lite', 'mpnet'] as const;
export type ArchivedEncoder = (typeof ARCHIVED_ENCODERS)[number];

export function toBase64(values: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, 4 * i);
  return bytes.toString('base64');
}

export function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
