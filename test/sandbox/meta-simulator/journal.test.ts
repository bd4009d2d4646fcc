import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/sandbox/meta-simulator/journal.js';

interface Line {
  n: number;
  text?: string;
}

let directory: string;
const file = () => join(directory, 'market.jsonl');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function append(...lines: Line[]): Promise<void> {
  const journal = await Journal.open<Line>(directory);
  for (const line of lines) await journal.append(line);
  await journal.close();
}

async function read(): Promise<Line[]> {
  const journal = await Journal.open<Line>(directory);
  await journal.close();
  return [...journal.events];
}

describe('Journal', () => {
  it('has the appended events in order after it is opened several times', async () => {
    await append({ n: 1, text: 'Käse\n€' }, { n: 2 });
    await append({ n: 3 });
    expect(await read()).toEqual([{ n: 1, text: 'Käse\n€' }, { n: 2 }, { n: 3 }]);
  });

  it('drops an incomplete last line of any length, and goes on after the line before it', async () => {
    await append({ n: 1 });
    const torn = `${JSON.stringify({ n: 2, text: 'Käse' })}`;
    for (let length = 1; length < Buffer.byteLength(torn); length += 3) {
      await appendFile(file(), Buffer.from(torn).subarray(0, length));
      expect(await read()).toEqual([{ n: 1 }]);
    }
    await append({ n: 3 });
    expect(await read()).toEqual([{ n: 1 }, { n: 3 }]);
    expect(await readFile(file(), 'utf8')).toBe('{"n":1}\n{"n":3}\n');
  });

  it('keeps nothing of a line that the disk had no room for, and goes on when there is room', async () => {
    const script = fileURLToPath(new URL('./filler.ts', import.meta.url));
    const command = ['ulimit -f 2; exec "$0" --import tsx "$@"', process.execPath, script, directory];
    const { stdout } = await promisify(execFile)('sh', ['-c', ...command], {
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    const { taken, code } = JSON.parse(stdout) as { taken: number; code: string };
    expect(code).toBe('EFBIG');
    expect(taken).toBeGreaterThan(5);
    const lines = await read();
    expect(lines.map(({ n }) => n)).toEqual([...Array(taken).keys(), -1]);
  });

  it('refuses a journal that is damaged in the middle', async () => {
    await writeFile(file(), '{"n":1}\n{"n":\n{"n":3}\n');
    await expect(read()).rejects.toThrow(/line 2 is damaged/);
  });
});
