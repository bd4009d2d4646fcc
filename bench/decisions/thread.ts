import { parentPort } from 'node:worker_threads';
import { type Job, simulate } from './simulate.js';

parentPort?.on('message', (job: Job) => parentPort?.postMessage(simulate(job)));
