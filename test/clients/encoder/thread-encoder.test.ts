import { afterEach, beforeEach, expect, test } from 'vitest';
import { ThreadEncoder } from '../../../src/clients/encoder/thread-encoder.js';
import { EncoderFailure, type EncoderInfo, TEXT_LIMIT } from '../../../src/clients/encoder/types.js';
import { runNode } from '../../support/command.js';

const INFO: EncoderInfo = { name: 'use-lite', id: 'odd@1', layers: [1, 1], sentence: 1 };
const THREAD = new URL('./support/odd-thread.mjs', import.meta.url);

let encoder: ThreadEncoder;
beforeEach(() => {
  encoder = new ThreadEncoder(INFO, { thread: THREAD, data: {}, limitMs: 20_000 });
});
afterEach(() => encoder.close());

const failing = async (work: Promise<unknown>): Promise<EncoderFailure> => {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EncoderFailure);
  return error as EncoderFailure;
};
const lengths = (results: { layers: readonly Float32Array[] }[]) =>
  results.map(({ layers }) => layers[0]![0]);

test('gives one result per text, in order, over several batches', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => 'x'.repeat(1 + ((i * 37) % 300)));
  const done: number[] = [];
  const results = await encoder.encode(texts, { progress: (count) => done.push(count) });
  expect(lengths(results)).toEqual(texts.map((text) => text.length));
  expect(results[0]!.layers).toHaveLength(2);
  expect(results[0]!.sentence).toEqual(Float32Array.of(1));
  expect(done).toEqual([128, 256, 300]);
});

test('no text is no work', async () => {
  expect(await encoder.encode([])).toEqual([]);
});

test('a short request takes its turn after one batch of a long one', async () => {
  const long = encoder.encode(Array.from({ length: 1_000 }, () => 'long'));
  const [short] = await encoder.encode(['short']);
  expect(short!.layers[1]![0]).toBe(2);
  await long;
});

test.each([
  [['good', '  '], 'text 2 of 2 is blank; it must have 1 to 10000 characters'],
  [[''], 'the text is blank; it must have 1 to 10000 characters'],
  [['x'.repeat(TEXT_LIMIT + 1)], 'the text has 10001 characters; it may have at most 10000'],
])('a text that can not be encoded is refused with its limit (%#)', async (texts, message) => {
  expect(await failing(encoder.encode(texts))).toMatchObject({ kind: 'text', message });
});

test.each([
  ['crash', 'the encoder use-lite failed: the model broke'],
  ['exit', 'the encoder use-lite failed: its thread ended with exit code 3'],
])('after a thread that ends by %s, the next request gets a new thread', async (what, message) => {
  const broken = encoder.encode([what]);
  const next = encoder.encode(['next']);
  expect(await failing(broken)).toMatchObject({ kind: 'failed', message });
  expect(lengths(await next)).toEqual([4]);
  expect(lengths(await encoder.encode(['again']))).toEqual([5]);
});

test('a thread that hangs is ended at the limit, and the next request gets a new one', async () => {
  const hanging = new ThreadEncoder(INFO, { thread: THREAD, data: {}, limitMs: 1_000 });
  const [hangs, next] = [hanging.encode(['hang']), hanging.encode(['next'])];
  expect(await failing(hangs)).toMatchObject({
    kind: 'failed',
    message: 'the encoder use-lite failed: it gave no answer within 1 s',
  });
  expect(lengths(await next)).toEqual([4]);
  await hanging.close();
});

test('what the thread refuses keeps its kind, and the thread goes on', async () => {
  await encoder.encode(['first']);
  expect(await failing(encoder.encode(['refuse']))).toMatchObject({ kind: 'missing' });
  const [third] = await encoder.encode(['third']);
  expect(third!.layers[1]![0]).toBe(3);
});

test('an aborted request ends at once with the reason, and others go on', async () => {
  const stop = new AbortController();
  const aborted = encoder.encode(['hang'], { signal: stop.signal });
  const reason = new Error('no longer wanted');
  stop.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  await expect(encoder.encode(['x'], { signal: stop.signal })).rejects.toBe(reason);
});

test('an abort between batches sends no more of them', async () => {
  const stop = new AbortController();
  const texts = Array.from({ length: 1_000 }, () => 'long');
  const long = encoder.encode(texts, { signal: stop.signal, progress: () => stop.abort() });
  await expect(long).rejects.toMatchObject({ name: 'AbortError' });
  const [next] = await encoder.encode(['next']);
  expect(next!.layers[1]![0]).toBeLessThan(4);
});

test('close ends what is running, and nothing starts after it', async () => {
  const running = encoder.encode(['hang']);
  const waiting = encoder.encode(['next']);
  const failures = Promise.all([failing(running), failing(waiting), encoder.close()]);
  expect((await failures)[1]).toMatchObject({ message: 'the encoder use-lite failed: it was closed' });
  expect(await failing(encoder.encode(['late']))).toMatchObject({ kind: 'failed' });
  await encoder.close();
});

test('an idle encoder keeps no process alive', async () => {
  const program = `
    import { ThreadEncoder } from './src/clients/encoder/thread-encoder.ts';
    const encoder = new ThreadEncoder(${JSON.stringify(INFO)}, { thread: new URL('${THREAD.href}'), data: {} });
    const [{ sentence }] = await encoder.encode(['a text']);
    console.log(sentence[0]);
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { code, out } = await runNode(args, { cwd: process.cwd(), env: process.env });
  expect({ code, out }).toEqual({ code: 0, out: '1\n' });
}, 20_000);
