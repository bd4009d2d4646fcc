/** Runs jobs on one thread or on several; the answers are the same. */

import { Worker } from 'node:worker_threads';
import { type Job, merge, simulate, type Tally } from './simulate.js';

/** Runs that a thread takes at once. */
const CHUNK = 100;

/** The tallies of the jobs, in the same order. `onRuns` gets the number of runs just done. */
export async function runJobs(
  jobs: readonly Job[],
  threads: number,
  onRuns: (runs: number) => void = () => {},
): Promise<Tally[]> {
  const queue = jobs.flatMap((job, index) => chunks(job).map((chunk, part) => ({ chunk, index, part })));
  const parts: Tally[][] = jobs.map(() => []);
  const work = async (run: (job: Job) => Promise<Tally>): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const tally = await run(next.chunk);
      parts[next.index]![next.part] = tally;
      onRuns(tally.runs);
    }
  };
  if (threads === 1) {
    await work(async (job) => simulate(job));
  } else {
    await Promise.all(Array.from({ length: threads }, () => onThread(work)));
  }
  return parts.map(merge);
}

function chunks(job: Job): Job[] {
  const starts = Array.from(
    { length: Math.ceil((job.to - job.from) / CHUNK) },
    (_, i) => job.from + i * CHUNK,
  );
  return starts.map((from) => ({ ...job, from, to: Math.min(job.to, from + CHUNK) }));
}

/** Does `work` on a thread of its own, which ends afterwards. */
export async function onThread<T>(work: (run: (job: Job) => Promise<Tally>) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { execArgv: [] });
  const run = (job: Job) =>
    new Promise<Tally>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (tally: Tally) => {
        worker.off('error', reject);
        resolve(tally);
      });
      worker.postMessage(job);
    });
  try {
    return await work(run);
  } finally {
    await worker.terminate();
  }
}
