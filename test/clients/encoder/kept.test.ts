import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rowLength } from '../../../src/clients/encoder/info.js';
import { keptEncodings } from '../../../src/clients/encoder/kept.js';
import { KeptRows } from '../../../src/clients/encoder/kept-rows.js';
import { ThreadEncoder } from '../../../src/clients/encoder/thread-encoder.js';
import type { Encoder, EncoderInfo } from '../../../src/clients/encoder/types.js';
import { runNode } from '../../support/command.js';

const INFO: EncoderInfo = { name: 'use-lite', id: 'odd@1', layers: [1, 1], sentence: 1 };
const THREAD = new URL('./support/odd-thread.mjs', import.meta.url);

let folder: string;
const opened: Encoder[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-kept-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((encoder) => encoder.close()));
  await rm(folder, { recursive: true, force: true });
});

/** A kept encoder that counts the texts that reach the encoder beneath it. */
function keeping(info = INFO): { encoder: Encoder; asked: string[] } {
  const asked: string[] = [];
  const inner = new ThreadEncoder(info, { thread: THREAD, data: {} });
  const counted: Encoder = {
    info,
    encode: (texts, options) => {
      asked.push(...texts);
      return inner.encode(texts, options);
    },
    close: () => inner.close(),
  };
  const encoder = keptEncodings(counted, folder);
  opened.push(encoder);
  return { encoder, asked };
}
const file = async (ending: string) => {
  const names = (await readdir(path.join(folder, INFO.id))).filter((name) => name.endsWith(ending));
  expect(names).toHaveLength(1);
  return path.join(folder, INFO.id, names[0]!);
};

test('a text is encoded once: in one call, in the next, and after a restart', async () => {
  const first = keeping();
  const done: number[] = [];
  const results = await first.encoder.encode(['bb', 'a', 'bb', 'ccc'], {
    progress: (count) => done.push(count),
  });
  expect(results.map(({ layers }) => layers[0]![0])).toEqual([2, 1, 2, 3]);
  expect(first.asked).toEqual(['a', 'bb', 'ccc']);
  expect(done).toEqual([4]);
  expect(await first.encoder.encode(['ccc', 'a'])).toEqual([results[3], results[1]]);
  expect(first.asked).toHaveLength(3);

  const second = keeping();
  const again = await second.encoder.encode(['a', 'new', 'bb'], { progress: (count) => done.push(count) });
  expect([again[0], again[2]]).toEqual([results[1], results[0]]);
  expect(second.asked).toEqual(['new']);
  expect(done).toEqual([4, 2, 3]);
});

test('another encoder finds none of them', async () => {
  await keeping().encoder.encode(['a']);
  const other = keeping({ ...INFO, id: 'odd@2' });
  await other.encoder.encode(['a']);
  expect(other.asked).toEqual(['a']);
});

test('a text that can not be encoded is refused before anything is read', async () => {
  const { encoder, asked } = keeping();
  await expect(encoder.encode(['a', ' '])).rejects.toMatchObject({ kind: 'text' });
  expect(asked).toEqual([]);
});

test('two processes at once keep both', async () => {
  const [one, two] = [keeping(), keeping()];
  await Promise.all([one.encoder.encode(['a', 'b']), two.encoder.encode(['b', 'c'])]);
  const third = keeping();
  await third.encoder.encode(['a', 'b', 'c', 'd']);
  expect(third.asked).toEqual(['d']);
});

test.each([
  ['a row without its key', '.keys', -10],
  ['a key without its whole row', '.rows', -1],
])('%s is encoded again', async (_, ending, bytes) => {
  await keeping().encoder.encode(['a', 'bb', 'ccc']);
  const torn = await file(ending);
  await truncate(torn, (await stat(torn)).size + bytes);
  const next = keeping();
  const results = await next.encoder.encode(['a', 'bb', 'ccc']);
  expect(results.map(({ layers }) => layers[0]![0])).toEqual([1, 2, 3]);
  expect(next.asked).toEqual(['ccc']);
});

test('a row with other numbers than were kept is encoded again', async () => {
  await keeping().encoder.encode(['a', 'bb', 'ccc']);
  const rows = await open(await file('.rows'), 'r+');
  await rows.write(Buffer.of(1), 0, 1, 4 * rowLength(INFO));
  await rows.close();
  const next = keeping();
  expect((await next.encoder.encode(['bb', 'a']))[0]!.layers[0]![0]).toBe(2);
  expect(next.asked).toEqual(['bb']);
});

test('a tail of noise is left alone', async () => {
  await keeping().encoder.encode(['a']);
  await appendFile(await file('.rows'), 'half a row');
  await appendFile(await file('.keys'), 'half a key');
  const next = keeping();
  await next.encoder.encode(['a']);
  expect(next.asked).toEqual([]);
});

test('kill -9 midway keeps what was done', async () => {
  const program = `
    import { keptEncodings } from './src/clients/encoder/kept.ts';
    const info = ${JSON.stringify(INFO)};
    const encode = async (texts) => texts.map((text) => {
      if (text.length > 700) process.kill(process.pid, 'SIGKILL');
      return { layers: [Float32Array.of(text.length), Float32Array.of(0)], sentence: Float32Array.of(1) };
    });
    const texts = Array.from({ length: 1000 }, (_, i) => 'x'.repeat(i + 1));
    await keptEncodings({ info, encode, close: async () => {} }, ${JSON.stringify(folder)}).encode(texts);
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { code } = await runNode(args, { cwd: process.cwd(), env: process.env });
  expect(code).toBeNull();
  const next = keeping();
  await next.encoder.encode(Array.from({ length: 600 }, (_, i) => 'x'.repeat(i + 1)));
  expect(next.asked.map((text) => text.length)).toEqual(Array.from({ length: 88 }, (_, i) => 513 + i));
}, 20_000);

test('15,000 rows of 2,560 numbers: only the keys are read to open them', async () => {
  const width = 2_560;
  const keys = Array.from({ length: 15_000 }, (_, i) => i.toString(16).padStart(64, '0'));
  const kept = await KeptRows.open(folder, width);
  for (let from = 0; from < keys.length; from += 1_000) {
    const part = keys.slice(from, from + 1_000);
    await kept.append(new Map(part.map((key, i) => [key, new Float32Array(width).fill(from + i)])));
  }
  await kept.close();
  const began = performance.now();
  const again = await KeptRows.open(folder, width);
  const some = await again.read(keys.slice(7_000, 7_100));
  const took = performance.now() - began;
  expect([...some.values()].map((row) => row[width - 1])).toEqual(
    Array.from({ length: 100 }, (_, i) => 7_000 + i),
  );
  expect(took).toBeLessThan(2_000);
  const keysFile = (await readdir(folder)).find((name) => name.endsWith('.keys'))!;
  expect((await readFile(path.join(folder, keysFile))).length).toBe(15_000 * 36);
  await again.close();
});
