// Only one set-up runs on a machine at a time. A second one waits, and then finds the results of the first.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exitOn, say } from './steps.mjs';

const POLL_MS = 250;
/** A holder writes its pid at once. If a lock has no pid for this long, its holder was killed before it wrote one. */
const NAMELESS_MS = 5_000;
/** After this time, no process still looks at a dead holder whose lock was put aside. */
const SETTLED_MS = 60_000;

export async function withSetupLock(folder, work) {
  const lock = path.join(folder, 'setup.lock');
  mkdirSync(folder, { recursive: true });
  let said = false;
  while (!take(lock)) {
    const dead = deadHolder(lock);
    if (dead !== undefined && putAside(lock, dead)) continue;
    if (!said) say('another set-up is running on this machine; waiting for it');
    said = true;
    await delay(POLL_MS);
  }
  sweep(folder);
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => exitOn(signal));
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(path.join(lock, 'pid'), `${process.pid}\n`);
  return true;
}

/** The pid of a holder that was killed; 0 if it was killed before it wrote one; undefined if it is alive. */
function deadHolder(lock) {
  try {
    const pid = Number(readFileSync(path.join(lock, 'pid'), 'utf8'));
    return isRunning(pid) ? undefined : pid;
  } catch {
    try {
      return Date.now() - statSync(lock).mtimeMs > NAMELESS_MS ? 0 : undefined;
    } catch {
      return undefined;
    }
  }
}

/**
 * If several processes see the same dead holder, only one succeeds: a folder can't be renamed onto a folder that isn't
 * empty. So none of them removes a lock that another has taken meanwhile.
 */
function putAside(lock, pid) {
  try {
    renameSync(lock, `${lock}.${pid}`);
    return true;
  } catch {
    return false;
  }
}

function sweep(folder) {
  for (const name of readdirSync(folder)) {
    const aside = path.join(folder, name);
    if (/^setup\.lock\.\d+$/.test(name) && Date.now() - statSync(aside).ctimeMs > SETTLED_MS) {
      rmSync(aside, { recursive: true, force: true });
    }
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
