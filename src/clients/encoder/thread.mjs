/** The thread in which an encoder works. Plain JavaScript: Node starts it without a loader. */

import { parentPort, workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { answer } = await tsImport('./answer.ts', import.meta.url);
answer(parentPort, workerData);
