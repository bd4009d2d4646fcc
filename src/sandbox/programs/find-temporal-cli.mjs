// Looks for the Temporal CLI on this machine, in the order that locations.mjs gives.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import os from 'node:os';
import { chooseTemporalCli } from './locations.mjs';

export function thisMachine() {
  return { env: process.env, platform: process.platform, home: os.homedir() };
}

export function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function askVersion(file) {
  try {
    return execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`it does not run (${error.code ?? `exit code ${error.status}`})`);
  }
}

export function findTemporalCli(machine = thisMachine()) {
  return chooseTemporalCli(machine, { exists: isProgram, probe: askVersion });
}
