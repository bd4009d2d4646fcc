/** The thread's side: loads the model at the first batch, and answers one batch after another. */

import type { MessagePort } from 'node:worker_threads';
import type { BatchAnswer, BatchRequest, ThreadData } from './messages.js';
import { whatIsMissing } from './missing.js';
import { type Model, rowsOf } from './model.js';
import { EncoderFailure, type EncoderName } from './types.js';

/** Loaded when needed: a thread has one model, and TensorFlow.js alone takes 0.2 s and 100 MB. */
const LOAD: Record<EncoderName, (cache: string) => Promise<Model>> = {
  'use-lite': async () => (await import('./use-lite.js')).loadUseLite(),
  minilm: async (cache) => (await import('./onnx/minilm.js')).loadMinilm(cache),
  mpnet: async (cache) => (await import('./onnx/mpnet.js')).loadMpnet(cache),
};

export function answer(port: MessagePort, { name, cache }: ThreadData): void {
  let loading: Promise<Model> | undefined;
  const load = async (): Promise<Model> => {
    const missing = whatIsMissing(name, cache);
    if (missing) throw new EncoderFailure('missing', missing);
    loading ??= LOAD[name](cache);
    try {
      return await loading;
    } catch (error) {
      // Its files may be there at the next try.
      loading = undefined;
      throw error;
    }
  };
  port.on('message', async ({ texts }: BatchRequest) => {
    try {
      const vectors = await rowsOf(await load(), texts);
      port.postMessage({ vectors } satisfies BatchAnswer, [vectors.buffer as ArrayBuffer]);
    } catch (error) {
      port.postMessage({ failure: inWords(error) } satisfies BatchAnswer);
    }
  });
}

/** An error class doesn't survive the way to another thread. */
function inWords(error: unknown): { kind: EncoderFailure['kind']; message: string } {
  if (error instanceof EncoderFailure) return { kind: error.kind, message: error.message };
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
