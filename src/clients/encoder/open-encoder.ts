/** Opens an encoder by its name. */

import { ENCODERS } from './info.js';
import type { ThreadData } from './messages.js';
import { ThreadEncoder } from './thread-encoder.js';
import type { Encoder, EncoderName } from './types.js';

export { whatIsMissing } from './missing.js';

/**
 * The encoder loads its model at the first call of `encode`, which throws an `EncoderFailure` of kind `missing` if
 * `whatIsMissing` names a command. `cache`: the folder that `npm run encoder` fills; `use-lite` needs none of it.
 */
export function openEncoder(name: EncoderName, { cache }: { cache: string }): Encoder {
  const data: ThreadData = { name, cache };
  return new ThreadEncoder(ENCODERS[name], { thread: new URL('./thread.mjs', import.meta.url), data });
}
