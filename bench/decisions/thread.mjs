/** A thread of `pool.ts`: one job a message, one tally an answer. Plain, because Node starts it without a loader. */

import { parentPort } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { simulate } = await tsImport('./simulate.ts', import.meta.url);
parentPort.on('message', (job) => parentPort.postMessage(simulate(job)));
