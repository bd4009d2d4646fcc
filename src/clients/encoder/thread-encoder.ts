/** An encoder whose model works in a thread of its own, so that the event loop stays free. */

import { Worker } from 'node:worker_threads';
import { checkTexts } from './check-texts.js';
import { cutRow, rowLength } from './info.js';
import type { BatchAnswer, BatchRequest } from './messages.js';
import {
  type EncodedText,
  type EncodeOptions,
  type Encoder,
  EncoderFailure,
  type EncoderInfo,
} from './types.js';

/** Texts per batch: about a second of work, so that a short request never waits long behind a long one. */
const BATCH = 128;
/** The first batch also loads the model. */
const LIMIT_MS = 60_000;

export interface ThreadOptions {
  /** The program of the thread: it answers each `BatchRequest` with a `BatchAnswer`. */
  thread: URL;
  data: unknown;
  /** How long one batch may take, in ms of real time. */
  limitMs?: number;
}

interface Job {
  texts: readonly string[];
  /** Places in `texts` that are still to be sent, texts of similar length side by side. */
  open: number[];
  results: EncodedText[];
  done: number;
  options: EncodeOptions;
  resolve: (results: EncodedText[]) => void;
  reject: (error: unknown) => void;
  over: boolean;
}

export class ThreadEncoder implements Encoder {
  /** Jobs with texts that were not sent yet. Each sends one batch in turn, a new one before all others. */
  private readonly jobs: Job[] = [];
  private worker: Worker | undefined;
  private current: { job: Job; places: number[]; limit: NodeJS.Timeout } | undefined;
  private closed = false;

  constructor(
    readonly info: EncoderInfo,
    private readonly options: ThreadOptions,
  ) {}

  async encode(texts: readonly string[], options: EncodeOptions = {}): Promise<EncodedText[]> {
    if (this.closed) throw this.failure('it was closed');
    checkTexts(texts);
    options.signal?.throwIfAborted();
    if (texts.length === 0) return [];
    const open = texts.map((_, place) => place).sort((a, b) => texts[a]!.length - texts[b]!.length);
    return new Promise((resolve, reject) => {
      const job: Job = { texts, open, results: [], done: 0, options, resolve, reject, over: false };
      const stop = () => this.end(job, () => reject(options.signal?.reason));
      options.signal?.addEventListener('abort', stop, { once: true });
      const settle =
        <T>(how: (outcome: T) => void) =>
        (outcome: T) => {
          options.signal?.removeEventListener('abort', stop);
          how(outcome);
        };
      job.resolve = settle(resolve);
      job.reject = settle(reject);
      this.jobs.unshift(job);
      this.sendNext();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const waiting = new Set([...this.jobs, ...(this.current ? [this.current.job] : [])]);
    for (const job of waiting) this.fail(job, 'it was closed');
    await this.dismiss();
  }

  private sendNext(): void {
    if (this.current) return;
    const job = this.jobs.shift();
    if (!job) {
      this.worker?.unref();
      return;
    }
    const places = job.open.splice(0, BATCH);
    if (job.open.length > 0) this.jobs.push(job);
    this.worker ??= this.start();
    this.worker.ref();
    const { limitMs = LIMIT_MS } = this.options;
    const limit = setTimeout(() => this.giveUp(limitMs), limitMs);
    this.current = { job, places, limit };
    this.worker.postMessage({ texts: places.map((place) => job.texts[place]!) } satisfies BatchRequest);
  }

  private start(): Worker {
    // A flag of this process, such as the loader of tests, must not reach the thread: it brings its own.
    const worker = new Worker(this.options.thread, { execArgv: [], workerData: this.options.data });
    const gone = (why: string) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.settleCurrent((job) => this.fail(job, why));
    };
    worker.on('message', (answer: BatchAnswer) => {
      if (this.worker === worker) this.settleCurrent((job, places) => this.accept(job, places, answer));
    });
    worker.on('error', (error) => gone(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => gone(`its thread ended with exit code ${code}`));
    return worker;
  }

  private giveUp(limitMs: number): void {
    void this.dismiss();
    this.settleCurrent((job) => this.fail(job, `it gave no answer within ${limitMs / 1000} s`));
  }

  private async dismiss(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private settleCurrent(settle: (job: Job, places: number[]) => void): void {
    const { current } = this;
    if (!current) return;
    clearTimeout(current.limit);
    this.current = undefined;
    if (!current.job.over) settle(current.job, current.places);
    this.sendNext();
  }

  private accept(job: Job, places: number[], answer: BatchAnswer): void {
    if ('failure' in answer) {
      const { kind, message } = answer.failure;
      const failure = kind === 'failed' ? this.failure(message) : new EncoderFailure(kind, message);
      this.end(job, () => job.reject(failure));
      return;
    }
    const width = rowLength(this.info);
    for (const [row, place] of places.entries()) {
      job.results[place] = cutRow(this.info, answer.vectors.slice(row * width, (row + 1) * width));
    }
    job.done += places.length;
    job.options.progress?.(job.done);
    if (job.done === job.texts.length) this.end(job, () => job.resolve(job.results));
  }

  private fail(job: Job, why: string): void {
    this.end(job, () => job.reject(this.failure(why)));
  }

  /** Does `settle` if the job isn't over yet, and sends nothing more of it. */
  private end(job: Job, settle: () => void): void {
    if (job.over) return;
    job.over = true;
    const index = this.jobs.indexOf(job);
    if (index !== -1) this.jobs.splice(index, 1);
    settle();
  }

  private failure(why: string): EncoderFailure {
    return new EncoderFailure('failed', `the encoder ${this.info.name} failed: ${why}`);
  }
}
