/** What decides where things are: environment variables, `process.platform`, the home folder. */
export interface Machine {
  env: Record<string, string | undefined>;
  platform: string;
  home: string;
}

export interface TemporalCli {
  from: 'TEMPORAL_CLI' | 'PATH' | 'cache';
  file: string;
}

export const TEMPORAL_CLI_VERSION: string;
export const TEMPORAL_CLI_MINIMUM: string;
export const TEST_SERVER_VERSION: string;
export const REAL_POSTGRES_VERSION: string;
export const NODE_MINIMUM: string;

export function cacheFolder(machine: Machine): string;
export function temporalCliInCache(machine: Machine): string;
/** A program that takes a port as its argument: the vendor's native build, or a wrapper around java. */
export function testServerInCache(machine: Machine): string;
/** `programs` is relative to `root`; `absent` is a file that says why there is none. */
export function realPostgresInCache(machine: Machine): {
  root: string;
  programs: string;
  server: string;
  absent: string;
};
/** In the order of search. TEMPORAL_CLI stands alone: who sets it wants that one or an error. */
export function temporalCliCandidates(machine: Machine): TemporalCli[];
/** The version in what `temporal --version` prints, as `1.8.2`; undefined where there is none. */
export function versionIn(text: string): string | undefined;
/** Compares dotted numbers: `atLeast('1.10.0', '1.5')` is true. */
export function atLeast(version: string, minimum: string): boolean;
/**
 * Takes the first candidate that works. `probe(file)` answers with what `--version` printed, or throws where the
 * program doesn't run. `refused` has a sentence for each one passed over though it exists.
 */
export function chooseTemporalCli(
  machine: Machine,
  look: { exists(file: string): boolean; probe(file: string): string },
): { found: TemporalCli | undefined; refused: string[] };
