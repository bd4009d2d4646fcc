// The npm packages of the repository.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { firstThatWorks, run } from './steps.mjs';

/** Whether node_modules has the packages of the lock file. Compared by content, since a checkout changes file times. */
export function packagesAreThere(root) {
  const wanted = readLock(path.join(root, 'package-lock.json'));
  const installed = readLock(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([place, { version, integrity, optional }]) => {
    if (place === '') return true;
    const have = installed[place];
    if (have === undefined) return optional === true;
    return have.version === version && have.integrity === integrity;
  });
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

export function installPackages(root) {
  const npm = (command, ...args) =>
    run('npm', [command, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      saying: `npm ${command}`,
    });
  return firstThatWorks('packages', [
    { name: 'npm ci', estimate: 'about 40 s', go: () => npm('ci') },
    // `npm ci` refuses a lock file without the optional packages for other systems, and npm writes such a file if its
    // registry doesn't serve them. `npm install` takes the same versions from the lock file.
    {
      name: 'npm install with the same lock file',
      estimate: 'about 40 s',
      go: () => npm('install', '--no-save'),
    },
  ]);
}
