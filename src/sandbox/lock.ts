import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startTimeOf } from './process-identity.js';

/** Another running process has the data folder. `since` is a real instant, not experiment time. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  constructor(
    readonly directory: string,
    readonly pid: number,
    readonly since: Date,
  ) {
    super(
      `The data folder ${directory} is in use by process ${pid} since ${since.toISOString()}. ` +
        'Stop that one first, or choose another folder.',
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
 * Takes the folder for this process, creating it where it is missing.
 *
 * Each contender first announces itself with a file of its own and then looks for others: of two, the later one
 * always sees the earlier. No file name is ever used twice, so that clearing away what a killed process left can
 * never hit a new holder. Where two contenders see each other, the one whose name sorts later steps back.
 *
 * @throws DataFolderInUse where a running process holds it (this one too).
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
    // Released or stepped back meanwhile.
    return undefined;
  }
}
