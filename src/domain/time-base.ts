/** Experiment time: epoch + (now − epoch) × scale. Frozen in each workflow's input, kept on disk by the sandbox. */
export interface TimeBase {
  /** Real epoch milliseconds at which experiment time and real time agree. */
  epochMs: number;
  /** Experiment milliseconds per real millisecond: 1 in live. */
  scale: number;
}

/** Experiment time, epoch ms, at a real instant, epoch ms. */
export function toExperimentTime(base: TimeBase, realMs: number): number {
  return Math.floor(base.epochMs + (realMs - base.epochMs) * base.scale);
}

/** The first real millisecond at which experiment time has reached `experimentMs`. */
export function toRealTime(base: TimeBase, experimentMs: number): number {
  return Math.ceil(base.epochMs + (experimentMs - base.epochMs) / base.scale);
}
