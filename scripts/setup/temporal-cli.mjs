// The Temporal CLI, which contains the dev server and its Web UI.
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { findTemporalCli } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import {
  TEMPORAL_CLI_VERSION,
  temporalCliInCache,
  versionIn,
} from '../../src/sandbox/programs/locations.mjs';
import { firstThatWorks, NoWay, run } from './steps.mjs';
import { downloadFromVendor } from './vendor-download.mjs';

const WHAT = `Temporal CLI ${TEMPORAL_CLI_VERSION}`;

/** @throws NoWay if TEMPORAL_CLI is set and doesn't work: no other program is looked for then. */
export function temporalCliIsThere(machine) {
  const { found, refused } = findTemporalCli(machine);
  if (found === undefined && machine.env.TEMPORAL_CLI) throw new NoWay('Temporal CLI', refused);
  return found !== undefined;
}

export async function setUpTemporalCli(machine, root) {
  const file = temporalCliInCache(machine);
  const { refused } = findTemporalCli(machine);
  const failures = await firstThatWorks(WHAT, [
    {
      name: "the vendor's download",
      go: () => downloadFromVendor('cli', TEMPORAL_CLI_VERSION, file, isTheVersion),
    },
    {
      name: 'a build with Go from tools/temporal',
      estimate: 'about 4 minutes on 2 cores',
      go: () => build(path.join(root, 'tools', 'temporal'), file),
    },
  ]);
  return [...refused.map((reason) => `${WHAT}: ${reason}`), ...failures];
}

async function isTheVersion(program) {
  const version = versionIn(await run(program, ['--version'], { limitMs: 20_000 }));
  if (version !== TEMPORAL_CLI_VERSION) throw new Error(`its result is version ${version}`);
}

async function build(folder, file) {
  const half = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await run(
      'go',
      [
        ...['build', '-trimpath', '-buildvcs=false', '-o', half],
        '-ldflags',
        `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_CLI_VERSION}`,
        'github.com/temporalio/cli/cmd/temporal',
      ],
      { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' }, saying: 'building the Temporal CLI' },
    );
    await isTheVersion(half);
    await rename(half, file);
  } finally {
    await rm(half, { force: true });
  }
}
