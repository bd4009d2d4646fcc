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
  return firstThatWorks('packages', [
    {
      name: 'npm ci',
      estimate: 'about 30 s',
      go: () =>
        run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, saying: 'npm ci' }),
    },
  ]);
}
