import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderUnusable, openDataFolder } from '../../src/sandbox/data-folder.js';

const DISK_FULL = 'the disk is full. Free some space on it.';

describe('the data folder', () => {
  let parent: string;
  let folder: string;
  let umask: number;
  beforeEach(async () => {
    umask = process.umask(0o022);
    parent = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-folder-'));
    folder = path.join(parent, 'deep', 'data');
  });
  afterEach(async () => {
    process.umask(umask);
    await rm(parent, { recursive: true, force: true });
  });
  const rights = async (...names: string[]) =>
    ((await stat(path.join(folder, ...names))).mode & 0o777).toString(8);

  it('is made for this user only, and so are the files that are written later', async () => {
    await openDataFolder(folder);
    await writeFile(path.join(folder, 'later'), 'x');
    await mkdir(path.join(folder, 'sub'));
    expect([await rights(), await rights('later'), await rights('sub')]).toEqual(['700', '600', '700']);
  });

  it('becomes private with all its files if it already exists', async () => {
    await mkdir(path.join(folder, 'sub'), { recursive: true });
    await writeFile(path.join(folder, 'sub', 'rows'), 'x', { mode: 0o644 });
    await writeFile(path.join(folder, 'tool'), 'x', { mode: 0o755 });
    const outside = path.join(parent, 'outside');
    await writeFile(outside, 'x', { mode: 0o644 });
    await symlink(outside, path.join(folder, 'link'));
    const opened = await openDataFolder(folder);
    await opened.makePrivate();
    expect(await Promise.all([rights(), rights('sub'), rights('sub', 'rows'), rights('tool')])).toEqual([
      '700',
      '700',
      '600',
      '700',
    ]);
    expect((await stat(outside)).mode & 0o777).toBe(0o644);
  });

  it('keeps no file of the check that it can be written to', async () => {
    const { problem } = await openDataFolder(folder);
    expect(await problem()).toBeNull();
    expect(await readdir(folder)).toEqual([]);
  });

  // /dev/full replaces the file of the check: the kernel answers as for a full disk.
  it('says that the disk is full, and what to do, at the start and later', async () => {
    const { problem } = await openDataFolder(folder);
    const fill = () => symlink('/dev/full', path.join(folder, '.probe'));
    await fill();
    expect(await problem()).toBe(DISK_FULL);
    expect(await problem()).toBeNull();
    await fill();
    await expect(openDataFolder(folder)).rejects.toThrow(
      new DataFolderUnusable(`The data folder ${folder} can't be used: ${DISK_FULL}`),
    );
  });

  it('says that it was deleted, or that it is not a folder', async () => {
    const { problem } = await openDataFolder(folder);
    await rm(folder, { recursive: true });
    expect(await problem()).toMatch(/^it does not exist\. Restore it/);
    await writeFile(folder, 'a file');
    await expect(openDataFolder(folder)).rejects.toThrow(/it is not a folder\. Set DATA_DIR to a folder\.$/);
  });

  // Root may write everywhere except to the kernel's own file systems.
  it('says that it can not be written to', async () => {
    const root = process.getuid?.() === 0;
    if (!root) {
      await mkdir(folder, { recursive: true });
      await chmod(path.dirname(folder), 0o500);
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
    const closed = root ? '/sys/auto-promotion' : path.join(path.dirname(folder), 'other');
    const refused = openDataFolder(closed);
    await expect(refused).rejects.toThrow(DataFolderUnusable);
    await expect(refused).rejects.toThrow(
      /(this user may not write there|its file system is read-only)\. .* set DATA_DIR to another/,
    );
    if (!root) await chmod(path.dirname(folder), 0o700);
  });
});
