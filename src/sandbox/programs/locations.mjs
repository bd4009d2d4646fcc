// Where set-up puts the programs that it fetches, and where the service and its tests look for them. No file is touched here.
import path from 'node:path';
import { cacheFolder } from '../../config/cache-folder.mjs';

export { cacheFolder };

export const TEMPORAL_CLI_VERSION = '1.8.2';
export const TEMPORAL_CLI_MINIMUM = '1.5';
export const TEST_SERVER_VERSION = '1.38.0';
export const REAL_POSTGRES_VERSION = '18.6.3';
export const NODE_MINIMUM = '20.19';

export function temporalCliInCache(machine) {
  return path.join(cacheFolder(machine), `temporal-cli-${TEMPORAL_CLI_VERSION}`, 'temporal');
}

export function testServerInCache(machine) {
  return path.join(
    cacheFolder(machine),
    `temporal-test-server-${TEST_SERVER_VERSION}`,
    'temporal-test-server',
  );
}

export function realPostgresInCache(machine) {
  const root = path.join(cacheFolder(machine), `postgres-${REAL_POSTGRES_VERSION}`);
  return {
    root,
    programs: path.join('embedded_postgres', 'pginstall', 'bin'),
    server: path.join(root, 'embedded_postgres', 'pginstall', 'bin', 'postgres'),
    absent: `${root}.absent`,
  };
}

/** In the order of search. If TEMPORAL_CLI is set, it is the only candidate: its user wants that program or an error. */
export function temporalCliCandidates(machine) {
  const { env } = machine;
  if (env.TEMPORAL_CLI) return [{ from: 'TEMPORAL_CLI', file: env.TEMPORAL_CLI }];
  const onPath = (env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => ({ from: 'PATH', file: path.join(folder, 'temporal') }));
  return [...onPath, { from: 'cache', file: temporalCliInCache(machine) }];
}

/** In the order of search. If CHROMIUM is set, it is the only candidate. */
export function chromiumCandidates({ env }) {
  if (env.CHROMIUM) return [env.CHROMIUM];
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => path.join(folder, name)),
  );
}

/** The version in the output of `temporal --version`, e.g. `1.8.2`; undefined if there is none. */
export function versionIn(text) {
  return /\bversion v?(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

/** Compares dotted numbers: `atLeast('1.10.0', '1.5')` is true. */
export function atLeast(version, minimum) {
  const have = version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const want = minimum.split('.').map(Number);
  for (const [index, wanted] of want.entries()) {
    const part = have[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/**
 * Chooses the first candidate that works. `probe(file)` returns the output of `--version`, or throws if the program
 * doesn't run. A cached program is not probed: it was renamed into place when it was complete, and a probe would take
 * longer than all other steps.
 */
export function chooseTemporalCli(machine, { exists, probe }) {
  const refused = [];
  for (const { from, file } of temporalCliCandidates(machine)) {
    if (!exists(file)) {
      if (from === 'TEMPORAL_CLI') refused.push(`TEMPORAL_CLI is ${file}: there is no such program`);
      continue;
    }
    if (from === 'cache') return { found: { from, file }, refused };
    let version;
    try {
      version = versionIn(probe(file));
    } catch (error) {
      refused.push(`${from === 'PATH' ? 'PATH has' : 'TEMPORAL_CLI is'} ${file}: ${error.message}`);
      continue;
    }
    if (version !== undefined && atLeast(version, TEMPORAL_CLI_MINIMUM)) {
      return { found: { from, file }, refused };
    }
    const what = version === undefined ? 'it does not say its version' : `it is version ${version}`;
    refused.push(
      `${from === 'PATH' ? 'PATH has' : 'TEMPORAL_CLI is'} ${file}: ${what}, but ${TEMPORAL_CLI_MINIMUM} or later is needed`,
    );
  }
  return { found: undefined, refused };
}
