import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The data folder can't be used. The message says why, and what to do. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
}

/** The folder in which a process keeps its files. */
export interface DataFolder {
  /** Removes other users' rights from the files in it. Call it once this process holds the lock of the folder. */
  makePrivate(): Promise<void>;
  /** Why nothing can be written now, and what to do, without the folder's name; null if it can be written to. */
  problem(): Promise<string | null>;
}

/** Reason and cure, by the system's error code. */
const PROBLEMS: Record<string, [reason: string, cure: string]> = {
  ENOSPC: ['the disk is full', 'Free some space on it'],
  EDQUOT: ["this user's disk quota is used up", 'Free some space, or raise the quota'],
  EFBIG: ['the limit on file sizes is too low', 'Raise it (ulimit -f)'],
  EROFS: ['its file system is read-only', 'Mount it for writing, or set DATA_DIR to another folder'],
  EACCES: ['this user may not write there', 'Give the folder to this user, or set DATA_DIR to another one'],
  EPERM: ['this user may not write there', 'Give the folder to this user, or set DATA_DIR to another one'],
  ENOENT: ['it does not exist', 'Restore it, or set DATA_DIR to another folder'],
  ENOTDIR: ['it is not a folder', 'Set DATA_DIR to a folder'],
  EEXIST: ['it is not a folder', 'Set DATA_DIR to a folder'],
};
const PROBE = '.probe';
/** With less free space than this, the disk counts as full. */
const PROBE_BYTES = 1024 * 1024;
const OF_OTHERS = 0o077;

/**
 * Makes the folder if it is missing, accessible to this user only, and checks that it can be written to. From here on,
 * other users can't read the files that this process and its servers make: they include the market's and the database's.
 * @throws DataFolderUnusable
 */
export async function openDataFolder(directory: string): Promise<DataFolder> {
  process.umask(OF_OTHERS);
  const problem = () => sentenceOf(() => probe(directory));
  const found =
    (await sentenceOf(async () => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await chmod(directory, 0o700);
    })) ?? (await problem());
  if (found !== null) throw new DataFolderUnusable(`The data folder ${directory} can't be used: ${found}`);
  return { problem, makePrivate: () => makePrivate(directory) };
}

async function probe(directory: string): Promise<void> {
  const file = path.join(directory, PROBE);
  try {
    await writeFile(file, Buffer.alloc(PROBE_BYTES), { flush: true });
  } finally {
    await rm(file, { force: true });
  }
}

async function sentenceOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const [reason, cure] = PROBLEMS[code] ?? [`the system says ${code || String(error)}`, 'Check its disk'];
    return `${reason}. ${cure}.`;
  }
}

async function makePrivate(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    // A change of a link's rights changes its target, which may lie outside this folder.
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(file);
    if ((mode & OF_OTHERS) !== 0) await chmod(file, mode & 0o777 & ~OF_OTHERS);
  }
}
