import type { ServiceEvent } from '../../contract/events.js';
import type { ExperimentState } from '../../domain/experiment.js';
import type { ExperimentJson, ServiceApi } from './api.js';

/** Waits for the state of an experiment. The service's events wake it, the API answers it. */
export interface Watch {
  take(event: ServiceEvent): void;
  /** The experiment as soon as its state is one of `states`, or when the time is up. */
  until(id: string, states: readonly ExperimentState[]): Promise<ExperimentJson>;
}

/** An event may be lost when a process ends: the API is asked again after this time. */
const ASK_AGAIN_MS = 5_000;

/** `deadline`: real epoch ms at which every wait ends. */
export function createWatch(api: Pick<ServiceApi, 'list'>, deadline: number): Watch {
  const sleepers = new Map<string, () => void>();
  return {
    take(event) {
      if (event.kind === 'state' && event.experimentId !== null) sleepers.get(event.experimentId)?.();
    },
    async until(id, states) {
      for (;;) {
        let changed = false;
        const woken = new Promise<void>((resolve) => {
          sleepers.set(id, () => {
            changed = true;
            resolve();
          });
        });
        const experiment = (await api.list()).find((candidate) => candidate.experiment_id === id);
        if (!experiment) throw new RangeError(`the service doesn't know experiment ${id}`);
        const left = deadline - Date.now();
        if (states.includes(experiment.state) || left <= 0) {
          sleepers.delete(id);
          return experiment;
        }
        if (!changed) await atMost(woken, Math.min(ASK_AGAIN_MS, left));
      }
    },
  };
}

async function atMost(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    promise,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(timer);
}
