// The npm packages of the repository.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { firstThatWorks, run } from './steps.mjs';

/** Whether node_modules holds what the lock file asks for, by content: a checkout changes times, not versions. */
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
    // `npm ci` refuses a lock file without the optional packages of other systems, and npm writes such a one where
    // its registry doesn't serve them. The versions are those of the lock file all the same.
    {
      name: 'npm install by the same lock file',
      estimate: 'about 40 s',
      go: () => npm('install', '--no-save'),
    },
  ]);
}
