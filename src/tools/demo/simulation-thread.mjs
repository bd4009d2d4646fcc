/** The thread of the demo's simulation. Plain JavaScript: Node starts it without a loader. */

import { parentPort, workerData } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { simulateLoops } = await tsImport('./loop-simulation.ts', import.meta.url);
parentPort.postMessage(simulateLoops(workerData));
