/** A thread of `pool.ts`: one job per message, one tally per answer. Plain JavaScript: Node starts it without a loader. */

import { parentPort } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { simulate } = await tsImport('./simulate.ts', import.meta.url);
parentPort.on('message', (job) => parentPort.postMessage(simulate(job)));
