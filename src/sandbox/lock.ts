import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTimeOf } from './process-identity.js';

/** A running process holds the data folder. `since` is real time, not experiment time. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  constructor(
    readonly directory: string,
    readonly pid: number,
    readonly since: Date,
  ) {
    super(
      `The data folder ${directory} has been in use by process ${pid} since ${since.toISOString()}. ` +
        'Stop that process first, or choose another folder.',
    );
  }
}

export interface Lock {
  release(): Promise<void>;
}

interface Claim {
  file: string;
  pid: number;
}

const CLAIM = /^lock\.(\d+)\.([A-Za-z0-9-]+)\.([0-9a-f]{16})$/;
const PATIENCE_MS = 500;

/**
 * Takes the folder for this process; creates it if it is missing.
 *
 * Each contender first announces itself with its own file and then looks for other files, so the later of two always
 * sees the earlier one. A file name is never used twice, so removing the file of a killed process can't hit a new
 * holder. If two contenders see each other, the one whose file name sorts later steps back.
 *
 * @throws DataFolderInUse if a running process, including this one, holds it.
 */
export async function acquireLock(directory: string): Promise<Lock> {
  await mkdir(directory, { recursive: true });
  const startTime = startTimeOf(process.pid);
  if (startTime === undefined) throw new Error('The start time of this process cannot be read.');
  const patienceEnds = Date.now() + PATIENCE_MS;
  for (;;) {
    const own = `lock.${process.pid}.${startTime}.${randomBytes(8).toString('hex')}`;
    await announce(directory, own);
    for (;;) {
      const others = (await runningClaims(directory)).filter((claim) => claim.file !== own);
      if (others.length === 0) return { release: () => rm(path.join(directory, own), { force: true }) };
      if (Date.now() > patienceEnds) {
        const holder = await oldest(directory, others);
        await rm(path.join(directory, own), { force: true });
        if (holder === undefined) break;
        throw new DataFolderInUse(directory, holder.pid, holder.since);
      }
      if (others.some((claim) => claim.file < own)) {
        await rm(path.join(directory, own), { force: true });
        await delay(20 + Math.random() * 40);
        break;
      }
      await delay(10);
    }
  }
}

async function announce(directory: string, own: string): Promise<void> {
  const handle = await open(path.join(directory, own), 'wx');
  await handle.close();
}

async function runningClaims(directory: string): Promise<Claim[]> {
  const running: Claim[] = [];
  for (const file of await readdir(directory)) {
    const match = CLAIM.exec(file);
    if (match === null) continue;
    const pid = Number(match[1]);
    if (startTimeOf(pid) === match[2]) running.push({ file, pid });
    else await rm(path.join(directory, file), { force: true });
  }
  return running;
}

/** The holder is older than every contender: it saw none when it took the folder. */
async function oldest(directory: string, claims: Claim[]): Promise<{ pid: number; since: Date } | undefined> {
  let found: { pid: number; since: Date } | undefined;
  for (const { file, pid } of claims) {
    const since = await announcedAt(path.join(directory, file));
    if (since !== undefined && (found === undefined || since < found.since)) found = { pid, since };
  }
  return found;
}

async function announcedAt(file: string): Promise<Date | undefined> {
  try {
    return (await stat(file)).mtime;
  } catch {
    // It was released, or its owner has stepped back, in the meantime.
    return undefined;
  }
}
