// The production Temporal server and its schema tool, for npm run production-shape, which runs them without containers.
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isProgram } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder, versionIn } from '../../src/sandbox/programs/locations.mjs';
import { withSetupLock } from './lock.mjs';
import { firstThatWorks, run } from './steps.mjs';

export const TEMPORAL_SERVER_VERSION = '1.31.2';
const WHAT = `production Temporal server ${TEMPORAL_SERVER_VERSION}`;
const PROGRAMS = [
  { name: 'temporal-server', package: 'go.temporal.io/server/cmd/server' },
  { name: 'temporal-sql-tool', package: 'go.temporal.io/server/cmd/tools/sql' },
];

export function temporalServerInCache(machine) {
  return path.join(cacheFolder(machine), `temporal-server-${TEMPORAL_SERVER_VERSION}`);
}

export async function setUpTemporalServer(machine, root) {
  const home = temporalServerInCache(machine);
  const isThere = () => PROGRAMS.every(({ name }) => isProgram(path.join(home, name)));
  if (isThere()) return home;
  await withSetupLock(cacheFolder(machine), async () => {
    if (isThere()) return;
    await firstThatWorks(WHAT, [
      {
        name: 'a build with Go from tools/temporal-server',
        estimate: 'about 4 minutes on 2 cores',
        go: () => build(path.join(root, 'tools', 'temporal-server'), home),
      },
    ]);
  });
  return home;
}

async function build(folder, home) {
  await mkdir(path.dirname(home), { recursive: true });
  const half = await mkdtemp(`${home}.`);
  try {
    for (const program of PROGRAMS) {
      const file = path.join(half, program.name);
      await run(
        'go',
        ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', file, program.package],
        { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' }, saying: `building ${program.name}` },
      );
      const version = versionIn(await run(file, ['--version'], { limitMs: 20_000 }));
      if (version !== TEMPORAL_SERVER_VERSION) throw new Error(`${program.name} is version ${version}`);
    }
    await rm(home, { recursive: true, force: true });
    await rename(half, home);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}
