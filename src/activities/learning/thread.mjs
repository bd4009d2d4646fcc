/** The thread in which a model learns. Plain JavaScript: Node starts it without a loader. */

import { parentPort, workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { learn } = await tsImport('./learn.ts', import.meta.url);
learn(parentPort, workerData);
