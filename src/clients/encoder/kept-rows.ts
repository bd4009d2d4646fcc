/**
 * Rows of 32-bit floats on disk, each under a key of 32 bytes. Each process that adds rows has two files of its own, to
 * which it only appends: `.rows` with the numbers, and `.keys` with key and checksum per row, written after them. So a
 * process that is killed leaves at most a row without a key, and a machine that fails at most a row whose checksum
 * doesn't fit; neither is found again.
 */

import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';

const KEY_BYTES = 32;
const ENTRY_BYTES = KEY_BYTES + 4;
/** Rows that lie side by side are read at once, up to this size. */
const READ_BYTES = 4 * 2 ** 20;

interface Place {
  file: FileHandle;
  /** Which row of the file. */
  row: number;
  checksum: number;
}

export class KeptRows {
  private readonly places = new Map<string, Place>();
  private readonly files: FileHandle[] = [];
  private own: Promise<{ rows: FileHandle; keys: FileHandle }> | undefined;
  private ownRows = 0;
  private lastAppend: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly width: number,
  ) {}

  /** `width`: the numbers per row. Reads the keys alone. */
  static async open(folder: string, width: number): Promise<KeptRows> {
    await mkdir(folder, { recursive: true });
    const kept = new KeptRows(folder, width);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.keys')).sort();
    for (const name of names) await kept.addFile(path.join(folder, name.slice(0, -'.keys'.length)));
    return kept;
  }

  /** The rows of those keys that are kept whole, by key in hex. */
  async read(keys: Iterable<string>): Promise<Map<string, Float32Array>> {
    const wanted = [...new Set(keys)].flatMap((key) => {
      const place = this.places.get(key);
      return place ? [{ key, ...place }] : [];
    });
    const order = new Map(this.files.map((file, index) => [file, index]));
    wanted.sort((a, b) => order.get(a.file)! - order.get(b.file)! || a.row - b.row);
    const found = new Map<string, Float32Array>();
    const rowBytes = 4 * this.width;
    const most = Math.max(1, Math.floor(READ_BYTES / rowBytes));
    for (let from = 0; from < wanted.length; ) {
      const { file, row } = wanted[from]!;
      let to = from + 1;
      while (to - from < most && wanted[to]?.file === file && wanted[to]!.row === row + to - from) to++;
      const bytes = new Uint8Array((to - from) * rowBytes);
      await file.read(bytes, 0, bytes.length, row * rowBytes);
      for (let i = from; i < to; i++) {
        const part = bytes.subarray((i - from) * rowBytes, (i - from + 1) * rowBytes);
        const { key, checksum } = wanted[i]!;
        if (crc32(part) === checksum)
          found.set(key, new Float32Array(part.buffer, part.byteOffset, this.width));
      }
      from = to;
    }
    return found;
  }

  /** Keeps rows. What is kept before it returns survives a kill. */
  append(rows: ReadonlyMap<string, Float32Array>): Promise<void> {
    const appended = this.lastAppend.then(() => this.write(rows));
    this.lastAppend = appended.catch(() => undefined);
    return appended;
  }

  async close(): Promise<void> {
    await this.lastAppend;
    const own = await this.own?.catch(() => undefined);
    await Promise.all([...this.files, ...(own ? [own.keys] : [])].map((file) => file.close()));
  }

  private async addFile(stem: string): Promise<void> {
    const keys = await readFile(`${stem}.keys`);
    const file = await open(`${stem}.rows`);
    this.files.push(file);
    const { size } = await file.stat();
    const rows = Math.min(Math.floor(keys.length / ENTRY_BYTES), Math.floor(size / (4 * this.width)));
    for (let row = 0; row < rows; row++) {
      const at = row * ENTRY_BYTES;
      const key = keys.toString('hex', at, at + KEY_BYTES);
      this.places.set(key, { file, row, checksum: keys.readUInt32LE(at + KEY_BYTES) });
    }
  }

  private async write(rows: ReadonlyMap<string, Float32Array>): Promise<void> {
    if (rows.size === 0) return;
    this.own ??= this.create();
    const own = await this.own;
    const rowBytes = 4 * this.width;
    const numbers = Buffer.alloc(rows.size * rowBytes);
    const entries = Buffer.alloc(rows.size * ENTRY_BYTES);
    const added: [string, Place][] = [];
    for (const [i, [key, row]] of [...rows].entries()) {
      const part = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
      const checksum = crc32(part);
      part.copy(numbers, i * rowBytes);
      entries.write(key, i * ENTRY_BYTES, 'hex');
      entries.writeUInt32LE(checksum, i * ENTRY_BYTES + KEY_BYTES);
      added.push([key, { file: own.rows, row: this.ownRows + i, checksum }]);
    }
    // At places, not at the end: after a write that failed, the next one covers what it left.
    await own.rows.write(numbers, 0, numbers.length, this.ownRows * rowBytes);
    await own.keys.write(entries, 0, entries.length, this.ownRows * ENTRY_BYTES);
    this.ownRows += rows.size;
    for (const [key, place] of added) this.places.set(key, place);
  }

  private async create(): Promise<{ rows: FileHandle; keys: FileHandle }> {
    const stem = path.join(this.folder, `${process.pid}-${randomUUID()}`);
    const rows = await open(`${stem}.rows`, 'wx+');
    this.files.push(rows);
    // The keys come last: a file of keys always has its rows beside it.
    return { rows, keys: await open(`${stem}.keys`, 'wx') };
  }
}
