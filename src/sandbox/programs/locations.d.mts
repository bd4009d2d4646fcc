import { cacheFolder, type Machine } from '../../config/cache-folder.mjs';

export { cacheFolder, type Machine };

export interface TemporalCli {
  from: 'TEMPORAL_CLI' | 'PATH' | 'cache';
  file: string;
}

export const TEMPORAL_CLI_VERSION: string;
export const TEMPORAL_CLI_MINIMUM: string;
export const TEST_SERVER_VERSION: string;
export const REAL_POSTGRES_VERSION: string;
export const NODE_MINIMUM: string;

export function temporalCliInCache(machine: Machine): string;
/** A program with a port as its argument: the vendor's native build, or a wrapper around Java. */
export function testServerInCache(machine: Machine): string;
/** `programs` is relative to `root`; `absent` is a file that says why there are none. */
export function realPostgresInCache(machine: Machine): {
  root: string;
  programs: string;
  server: string;
  absent: string;
};
/** In the order of search. If TEMPORAL_CLI is set, it is the only candidate: its user wants that program or an error. */
export function temporalCliCandidates(machine: Machine): TemporalCli[];
/** Files that may be Chromium, in the order of search. If CHROMIUM is set, it is the only candidate. */
export function chromiumCandidates(machine: Pick<Machine, 'env'>): string[];
/** The version in the output of `temporal --version`, e.g. `1.8.2`; undefined if there is none. */
export function versionIn(text: string): string | undefined;
/** Compares dotted numbers: `atLeast('1.10.0', '1.5')` is true. */
export function atLeast(version: string, minimum: string): boolean;
/**
 * Chooses the first candidate that works. `probe(file)` returns the output of `--version`, or throws if the program
 * doesn't run. `refused` has one sentence per candidate that exists but can't be used.
 */
export function chooseTemporalCli(
  machine: Machine,
  look: { exists(file: string): boolean; probe(file: string): string },
): { found: TemporalCli | undefined; refused: string[] };
