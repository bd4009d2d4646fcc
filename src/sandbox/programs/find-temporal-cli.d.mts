import type { Machine, TemporalCli } from './locations.mjs';

export function thisMachine(): Machine;
export function isProgram(file: string): boolean;
/** `refused` has a sentence for each candidate that exists and was passed over. */
export function findTemporalCli(machine?: Machine): { found: TemporalCli | undefined; refused: string[] };
