import type { Machine, TemporalCli } from './locations.mjs';

export function thisMachine(): Machine;
export function isProgram(file: string): boolean;
/** `refused` has one sentence per candidate that exists but can't be used. */
export function findTemporalCli(machine?: Machine): { found: TemporalCli | undefined; refused: string[] };
