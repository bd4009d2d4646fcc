/** Opens an encoder by its name. */

import { ENCODERS } from './info.js';
import type { ThreadData } from './messages.js';
import { ThreadEncoder } from './thread-encoder.js';
import type { Encoder, EncoderName } from './types.js';

/**
 * The encoder loads its model at the first call of `encode`. `cache` is the folder with the models that
 * `npm run encoder` fetches; `use-lite` needs none of it.
 */
export function openEncoder(name: EncoderName, { cache }: { cache: string }): Encoder {
  const data: ThreadData = { name, cache };
  return new ThreadEncoder(ENCODERS[name], { thread: new URL('./thread.mjs', import.meta.url), data });
}
