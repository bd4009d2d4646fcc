import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { realPostgresAvailable, startPostgresServer } from '../../support/postgres-server.js';
import { startChild } from '../production-shape/child.js';
import type { BatchOrder, BatchResult } from './batch.js';
import { BATCH_SIZE } from './draw.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Orders {
  seed: number;
  /** Range of the seed's runs, by index: from (inclusive), to (exclusive). */
  from: number;
  to: number;
  /** Batches at the same time. */
  jobs: number;
  /** Folder of the sources; default: this repository. */
  sources?: string;
  log(line: string): void;
  /** Called in the order in which batches end. Returns whether to go on. */
  onBatch(result: BatchResult): boolean;
}

/** Plays every batch of the range, each in a process of its own. @throws if a batch fails. */
export async function playBatches(orders: Orders): Promise<void> {
  const { seed, from, to, jobs } = orders;
  const numbers: number[] = [];
  for (let first = from - (from % BATCH_SIZE); first < to; first += BATCH_SIZE)
    numbers.push(first / BATCH_SIZE);
  let enough = false;
  // A real server takes a third of the work of the embedded one; machines without it use the embedded one.
  const postgres = realPostgresAvailable() ? await startPostgresServer() : null;
  const work = async () => {
    for (let number = numbers.shift(); number !== undefined && !enough; number = numbers.shift()) {
      const result = await playBatch({ seed, number, from, to, postgres: postgres?.config ?? null }, orders);
      if (!orders.onBatch(result)) enough = true;
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await postgres?.stop();
  }
}

async function playBatch(order: BatchOrder, { sources = ROOT, log }: Orders): Promise<BatchResult> {
  let last = '';
  const said: string[] = [];
  const child = startChild(
    `batch ${order.number}`,
    // Runs make many short-lived objects: larger young generations mean fewer collections.
    [
      'node',
      '--max-semi-space-size=64',
      '--import',
      'tsx',
      path.join(sources, 'test/system/chaos/batch.ts'),
      JSON.stringify(order),
    ],
    {
      cwd: sources,
      env: Object.fromEntries(
        Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      log(line) {
        const text = line.slice(line.indexOf(': ') + 2);
        if (text.startsWith('{"faults":') || text.startsWith('{"runs":')) last = text;
        else {
          said.push(text);
          log(line);
        }
      },
    },
  );
  const code = await child.exited;
  if (code !== 0 || last === '') {
    throw new Error(
      [`Batch ${order.number} ended with exit code ${code}. It said:`, ...said.slice(-15)].join('\n'),
    );
  }
  return JSON.parse(last) as BatchResult;
}
