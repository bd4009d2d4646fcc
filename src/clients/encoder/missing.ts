import { existsSync } from 'node:fs';
import { modelInCache, onnxRuntimeInCache } from './files.mjs';
import type { EncoderName } from './types.js';

/** A sentence that says which command fetches this encoder; null if it is there. `cache`: the cache folder. */
export function whatIsMissing(name: EncoderName, cache: string): string | null {
  if (name === 'use-lite') return null;
  const { model, vocabulary } = modelInCache(cache, name);
  if ([onnxRuntimeInCache(cache).package, model, vocabulary].every((file) => existsSync(file))) return null;
  return `the encoder ${name} has not been fetched: npm run encoder -- ${name} fetches it`;
}
