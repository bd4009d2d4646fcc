import { type FileHandle, mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * An append-only file of JSON lines. {@link append} resolves when the line is on disk (fdatasync), so a change that was
 * answered survives a kill. A line that a kill cut short is dropped at the next start.
 */
export class Journal<Event> {
  readonly #file: FileHandle;
  #length: number;

  private constructor(
    file: FileHandle,
    length: number,
    /** The events that were on disk when it was opened. */
    readonly events: readonly Event[],
  ) {
    this.#file = file;
    this.#length = length;
  }

  /** Throws if a line other than the last can't be read: a kill can't have caused that. */
  static async open<Event>(directory: string): Promise<Journal<Event>> {
    await mkdir(directory, { recursive: true });
    const path = join(directory, 'market.jsonl');
    const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const { events, length } = parseLines<Event>(text, path);
    if (length < text.length) await truncate(path, length);
    const file = await open(path, 'a');
    await syncDirectory(directory);
    return new Journal<Event>(file, length, events);
  }

  /** One caller at a time. If a line can't be written completely, e.g. because the disk is full, none of it stays. */
  async append(event: Event): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      await this.#file.appendFile(line);
      await this.#file.datasync();
    } catch (error) {
      await this.#file.truncate(this.#length);
      throw error;
    }
    this.#length += line.length;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function parseLines<Event>(bytes: Buffer, path: string): { events: Event[]; length: number } {
  const events: Event[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10, start); end !== -1; end = bytes.indexOf(10, start)) {
    try {
      events.push(JSON.parse(bytes.toString('utf8', start, end)) as Event);
    } catch (cause) {
      if (end === bytes.length - 1) break;
      throw new Error(`${path}: line ${events.length + 1} is damaged`, { cause });
    }
    start = end + 1;
  }
  return { events, length: start };
}

/** Without this, a power cut can lose the file itself, even though its content was synced. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
