/** The thread in which a service learns. Plain JavaScript: Node starts it without a loader. */

import { parentPort } from 'node:worker_threads';
import { tsImport } from 'tsx/esm/api';

const { answer } = await tsImport('./answer.ts', import.meta.url);
answer(parentPort);
