/**
 * Encoders turn texts into numbers. What is learned with one encoder holds for that encoder alone: vectors are never
 * compared across ids.
 */

/** The encoders that a setting or a command may name. */
export const ENCODER_NAMES = ['use-lite', 'minilm', 'mpnet'] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];

/** What one text becomes. */
export interface EncodedText {
  /** Mean-pooled inner layers, as the model gives them (not scaled), in the order of `EncoderInfo.layers`. */
  layers: readonly Float32Array[];
  /** The whole text as one vector of unit length, for search by meaning. */
  sentence: Float32Array;
}

export interface EncoderInfo {
  name: EncoderName;
  /** Name and version of model and pooling, e.g. `use-lite@0.2.0`. Stored beside each vector. */
  id: string;
  /** The length of each inner layer, in order. */
  layers: readonly number[];
  /** The length of the sentence vector. */
  sentence: number;
}

/** Turns texts into vectors off the event loop. */
export interface Encoder {
  readonly info: EncoderInfo;
  /**
   * One result per text, in order. The same text gives the same vectors, whatever stands beside it.
   * @throws EncoderFailure if a text is blank or has over {@link TEXT_LIMIT} characters, or the encoder can't answer.
   */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<EncodedText[]>;
  close(): Promise<void>;
}

/** Gives the sentence vector alone, for search. Voyage AI's models have no inner layers to learn from. */
export interface SentenceEncoder {
  readonly info: { id: string; sentence: number };
  /**
   * One vector of unit length per text, in order.
   * @throws EncoderFailure as {@link Encoder.encode} does.
   */
  encode(texts: readonly string[], options?: EncodeOptions): Promise<Float32Array[]>;
}

export interface EncodeOptions {
  signal?: AbortSignal;
  /** Called with the number of texts done so far. */
  progress?: (done: number) => void;
}

/** The characters that a text to encode may have. Encoders read only its beginning. */
export const TEXT_LIMIT = 10_000;

/**
 * `missing`: its files are not in the cache. `text`: this text can't be encoded. `refused`: someone must change a setting.
 * `busy`: a later try may succeed. `failed`: the encoder broke, hangs, or gave what it must not.
 */
export type EncoderFailureKind = 'missing' | 'text' | 'refused' | 'busy' | 'failed';

export class EncoderFailure extends Error {
  constructor(
    readonly kind: EncoderFailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EncoderFailure';
  }
}
