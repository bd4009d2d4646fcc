// Chromium, for the tests that read pages in a real browser. Without it those tests are left out, and set-up says so.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, chromiumCandidates } from '../../src/sandbox/programs/locations.mjs';
import { firstThatWorks, NoWay, run } from './steps.mjs';

const WHAT = 'Chromium for tests of pages';
const ASK_AGAIN_MS = 24 * 3_600_000;

export function chromiumIsThere(machine) {
  return chromiumCandidates(machine).some((file) => existsSync(file));
}

/** Why there is none, if that was found out less than a day ago. */
export function whyNoChromium(machine) {
  try {
    const { absent } = places(machine);
    if (Date.now() - statSync(absent).mtimeMs > ASK_AGAIN_MS) return undefined;
    return readFileSync(absent, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export async function setUpChromium(machine) {
  const { absent } = places(machine);
  try {
    await firstThatWorks(WHAT, [
      { name: "Debian's package", estimate: 'about 15 s', go: () => install(machine) },
    ]);
    await rm(absent, { force: true });
    return [];
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    await mkdir(path.dirname(absent), { recursive: true });
    await writeFile(absent, `${error.failures[0]}\n`);
    return error.failures;
  }
}

async function install(machine) {
  // Nobody expects a test command to ask for a password.
  if (process.getuid?.() !== 0)
    throw new Error('only root may install it; install the package chromium yourself');
  const env = { ...machine.env, DEBIAN_FRONTEND: 'noninteractive' };
  const packages = ['install', '--yes', '--no-install-recommends', 'chromium'];
  const options = { env, limitMs: 300_000, saying: 'installing Chromium' };
  await run('apt-get', packages, options).catch(async () => {
    // A fresh image has no list of packages, and an old list names files that are gone.
    await run('apt-get', ['update'], { env, limitMs: 120_000, saying: 'reading the list of packages' });
    await run('apt-get', packages, options);
  });
  if (!chromiumIsThere(machine)) throw new Error('the package has no program that is known here');
}

function places(machine) {
  return { absent: path.join(cacheFolder(machine), 'chromium.absent') };
}
