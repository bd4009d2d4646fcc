import type { Machine } from '../../src/sandbox/programs/locations.mjs';

export const TEMPORAL_SERVER_VERSION: string;
/** The folder of `temporal-server` and `temporal-sql-tool`. */
export function temporalServerInCache(machine: Machine): string;
/** Builds what is missing; returns the folder. @throws Error if Go can't build it. */
export function setUpTemporalServer(machine: Machine, root: string): Promise<string>;
