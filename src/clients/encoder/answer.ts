/** The thread's side: loads the model at the first batch, and answers one batch after another. */

import type { MessagePort } from 'node:worker_threads';
import type { BatchAnswer, BatchRequest, ThreadData } from './messages.js';
import { type Model, rowsOf } from './model.js';
import { EncoderFailure, type EncoderName } from './types.js';
import { loadUseLite } from './use-lite.js';

const LOAD: Partial<Record<EncoderName, (cache: string) => Promise<Model>>> = {
  'use-lite': loadUseLite,
};

export function answer(port: MessagePort, { name, cache }: ThreadData): void {
  let loading: Promise<Model> | undefined;
  const load = async (): Promise<Model> => {
    loading ??= LOAD[name]!(cache);
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
