import type { Machine } from '../../src/sandbox/programs/locations.mjs';

export const TEMPORAL_SERVER_VERSION: string;
/** The folder of `temporal-server` and `temporal-sql-tool`. */
export function temporalServerInCache(machine: Machine): string;
/** Builds what is missing; answers with the folder. @throws where Go can't build it. */
export function setUpTemporalServer(machine: Machine, root: string): Promise<string>;
