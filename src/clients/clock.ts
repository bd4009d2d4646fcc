import { type TimeBase, toExperimentTime } from '../domain/time-base.js';

/**
 * Reads experiment time, epoch ms. Asynchronous because under the time-skipping test server the
 * clock is the server's.
 */
export interface ExperimentClock {
  now(): Promise<number>;
  /** Experiment milliseconds a real millisecond. */
  readonly scale: number;
}

/** The clock of a process: the machine's, stretched by the time base. */
export function createClock(base: TimeBase): ExperimentClock {
  return {
    scale: base.scale,
    now: async () => toExperimentTime(base, Date.now()),
  };
}
