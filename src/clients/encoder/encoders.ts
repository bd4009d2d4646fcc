/** The encoders of a process: each is opened when it is first needed, and one thread serves all accounts. */
import { openEncoder, whatIsMissing } from './open-encoder.js';
import type { Encoder, EncoderName } from './types.js';

export interface Encoders {
  /** Throws nothing: a missing encoder fails at its first text. */
  get(name: EncoderName): Encoder;
  /** A sentence that says how to get it; null if it is there. */
  missing(name: EncoderName): string | null;
  close(): Promise<void>;
}

/** `cache`: the folder that `npm run encoder` fills. */
export function openEncoders(cache: string): Encoders {
  const open = new Map<EncoderName, Encoder>();
  return {
    get(name) {
      const encoder = open.get(name) ?? openEncoder(name, { cache });
      open.set(name, encoder);
      return encoder;
    },
    missing: (name) => whatIsMissing(name, cache),
    async close() {
      await Promise.all([...open.values()].map((encoder) => encoder.close()));
    },
  };
}
