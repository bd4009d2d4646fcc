import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The data folder can't be used. The message says why, and the cure. */
export class DataFolderUnusable extends Error {
  override readonly name = 'DataFolderUnusable';
}

/** What a process keeps on disk. */
export interface DataFolder {
  /** Takes the rights of everybody else from what is in it already. Call it once the folder is this process's alone. */
  makePrivate(): Promise<void>;
  /** Why nothing can be written now, and the cure, without the folder's name; null where it can. */
  problem(): Promise<string | null>;
}

/** Reason and cure, by the system's code of the error. */
const PROBLEMS: Record<string, [reason: string, cure: string]> = {
  ENOSPC: ['the disk is full', 'Make room on it'],
  EDQUOT: ["this user's share of the disk is used up", 'Make room, or raise the quota'],
  EFBIG: ['files may not become as large as needed', 'Raise the limit of file sizes (ulimit -f)'],
  EROFS: ['its file system is read-only', 'Mount it for writing, or set DATA_DIR to another folder'],
  EACCES: ['this user may not write there', 'Give the folder to this user, or set DATA_DIR to another one'],
  EPERM: ['this user may not write there', 'Give the folder to this user, or set DATA_DIR to another one'],
  ENOENT: ['it is not there', 'Restore it, or set DATA_DIR to another folder'],
  ENOTDIR: ['it is no folder', 'Set DATA_DIR to a folder'],
  EEXIST: ['it is no folder', 'Set DATA_DIR to a folder'],
};
const PROBE = '.probe';
/** Less than this free is full. */
const PROBE_BYTES = 1024 * 1024;
const OF_OTHERS = 0o077;

/**
 * Makes the folder where it is missing, for this user alone, and sees whether it can be written to. What this process
 * and its servers make from here on is this user's alone: it holds the market's and the database's files.
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
    const [reason, cure] = PROBLEMS[code] ?? [`the system says ${code || String(error)}`, 'See its disk'];
    return `${reason}. ${cure}.`;
  }
}

async function makePrivate(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    // The rights of a link are those of what it leads to, which may be elsewhere.
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mode } = await lstat(file);
    if ((mode & OF_OTHERS) !== 0) await chmod(file, mode & 0o777 & ~OF_OTHERS);
  }
}
