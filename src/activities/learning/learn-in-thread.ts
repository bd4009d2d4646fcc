/** Learns in a thread of its own, so that no event loop waits. */
import { Worker } from 'node:worker_threads';
import type { LearnAnswer, LearnResult, LearnTask } from './messages.js';

/** How long learning may take, real ms: far more than 3,350 tests need. */
const LIMIT_MS = 240_000;

/**
 * Rejects if the thread fails, takes over four minutes or the signal aborts; the thread is ended then. `progress` is told
 * the share that is done.
 */
export async function learnInThread(
  task: LearnTask,
  options: { signal?: AbortSignal; progress?: (done: number) => void; limitMs?: number } = {},
): Promise<LearnResult> {
  const { signal, progress = () => {}, limitMs = LIMIT_MS } = options;
  signal?.throwIfAborted();
  // A flag of this process, such as the loader of tests, must not reach the thread: it brings its own.
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { execArgv: [], workerData: task });
  let limit: NodeJS.Timeout | undefined;
  let stop = () => {};
  try {
    return await new Promise<LearnResult>((resolve, reject) => {
      limit = setTimeout(() => reject(new Error(`learning took over ${limitMs / 1_000} s`)), limitMs);
      stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      worker.on('message', (answer: LearnAnswer) => {
        if ('progress' in answer) progress(answer.progress);
        else if ('failure' in answer) reject(new Error(`learning failed: ${answer.failure}`));
        else resolve(answer);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the learning thread ended with exit code ${code}`)));
    });
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
