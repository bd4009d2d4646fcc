/** A thread that learns, so that no event loop waits for it. */

import { Worker } from 'node:worker_threads';
import type { Context } from '@temporalio/activity';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import type { LearningAnswer, LearningRequest, LearningSteps } from './messages.js';

/** How far a step has come. Temporal's page shows it. */
export type LearningProgress =
  | { waits: 'another account learns' }
  | { testsRead: number }
  | { encoder: string; encoded: number; texts: number }
  | { statementsEncoded: number }
  /** Percent. */
  | { learned: number };

export interface LearningThread {
  /** Hands tests over, some at a time: each is copied by the event loop. */
  addAll(tests: AsyncIterable<LearnableTest>): Promise<void>;
  ask<Step extends keyof LearningSteps>(
    step: Step,
    asks: LearningSteps[Step]['asks'],
  ): Promise<LearningSteps[Step]['answers']>;
}

export interface ThreadOptions {
  /** Ends the thread: a step that is cancelled, or that the server gave up for want of heartbeats. */
  signal: AbortSignal;
  beat: (progress: LearningProgress) => void;
  /** The program of the thread: it answers each `LearningRequest` with `LearningAnswer`s. */
  thread?: URL;
}

/** Those of an activity. */
export function heartbeats(context: Context): Pick<ThreadOptions, 'signal' | 'beat'> {
  return { signal: context.cancellationSignal, beat: (progress) => context.heartbeat(progress) };
}

const THREAD = new URL('./thread.mjs', import.meta.url);
/** Tests that are copied at once: a few milliseconds. */
const PORTION = 25;
/** Real ms between two heartbeats while another account learns. */
const BEAT_MS = 1_000;

/** Ends with the last thread that was asked for: one learns at a time, since each takes a core and up to a gigabyte. */
let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Does `work` with a thread of its own when it is its turn in this process. The thread ends with it. Rejects if the thread
 * fails or ends, or if the signal aborts.
 */
export async function inLearningThread<T>(
  options: ThreadOptions,
  work: (thread: LearningThread) => Promise<T>,
): Promise<T> {
  const over = await turn(options);
  try {
    return await withThread(options, work);
  } finally {
    over();
  }
}

async function turn({ signal, beat }: ThreadOptions): Promise<() => void> {
  signal.throwIfAborted();
  const before = lastTurn;
  let over = () => {};
  const mine = new Promise<void>((resolve) => {
    over = resolve;
  });
  lastTurn = before.then(() => mine);
  const waiting = setInterval(() => beat({ waits: 'another account learns' }), BEAT_MS);
  try {
    await unlessAborted(before, signal);
    return over;
  } catch (error) {
    over();
    throw error;
  } finally {
    clearInterval(waiting);
  }
}

async function withThread<T>(
  { signal, beat, thread = THREAD }: ThreadOptions,
  work: (thread: LearningThread) => Promise<T>,
): Promise<T> {
  // A flag of this process, such as the loader of tests, must not reach the thread: it brings its own.
  const worker = new Worker(thread, { execArgv: [] });
  let settle: { resolve: (answer: never) => void; reject: (error: unknown) => void } | null = null;
  const broken = new Promise<never>((_, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the learning thread ended with exit code ${code}`)));
  });
  worker.on('message', (message: LearningAnswer) => {
    if ('progress' in message) beat({ learned: Math.round(100 * message.progress) });
    else if ('failure' in message) settle?.reject(new Error(`learning failed: ${message.failure}`));
    else settle?.resolve(message.answer as never);
  });
  const ask: LearningThread['ask'] = (step, asks) =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      worker.postMessage({ step, ...asks } as LearningRequest);
    });
  const addAll: LearningThread['addAll'] = async (tests) => {
    let [portion, testsRead] = [[] as LearnableTest[], 0];
    const add = async () => {
      await ask('add', { tests: portion });
      testsRead += portion.length;
      portion = [];
      beat({ testsRead });
    };
    for await (const test of tests) if (portion.push(test) === PORTION) await add();
    await add();
  };
  try {
    return await unlessAborted(Promise.race([work({ addAll, ask }), broken]), signal);
  } finally {
    broken.catch(() => {});
    await worker.terminate();
  }
}

/** Rejects with the signal's reason as soon as it aborts. */
async function unlessAborted<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([outcome, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
