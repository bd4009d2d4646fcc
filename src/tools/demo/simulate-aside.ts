import { Worker } from 'node:worker_threads';
import type { Simulated, SimulationJob } from './loop-simulation.js';

const THREAD = new URL('./simulation-thread.mjs', import.meta.url);

/** Simulates in a thread, so that the demo doesn't wait. Rejects if the thread fails; `stop` ends it early. */
export function simulateAside(job: SimulationJob): {
  simulated: Promise<Simulated>;
  stop: () => Promise<void>;
} {
  const worker = new Worker(THREAD, { workerData: job });
  const simulated = new Promise<Simulated>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The simulation of the loop ended early.')));
  });
  // Whoever stops it early doesn't wait for it.
  simulated.catch(() => {});
  return {
    simulated,
    stop: async () => {
      await worker.terminate();
    },
  };
}
