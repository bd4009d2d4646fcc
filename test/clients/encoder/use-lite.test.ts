import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, expect, test } from 'vitest';
import { openEncoder } from '../../../src/clients/encoder/open-encoder.js';
import type { EncodedText } from '../../../src/clients/encoder/types.js';
import { runNode } from '../../support/command.js';

const encoder = openEncoder('use-lite', { cache: '/nowhere' });
afterAll(() => encoder.close());

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const CLAIMS = [
  'Save 20% on running shoes',
  'Running shoes, now a fifth off the price',
  'How bees make honey',
];

test('a text becomes five layers of 512 and a sentence of unit length', async () => {
  const [result] = await encoder.encode(['Save 20% on running shoes today']);
  expect(result!.layers.map((layer) => layer.length)).toEqual(encoder.info.layers);
  expect(result!.sentence).toHaveLength(encoder.info.sentence);
  expect(dot(result!.sentence, result!.sentence)).toBeCloseTo(1, 5);
  // The standard output is scaled already; its direction is the sentence.
  expect(dot(result!.layers[4]!, result!.sentence)).toBeCloseTo(1, 5);
  expect(result!.layers.every((layer) => layer.every(Number.isFinite))).toBe(true);
});

test('the same text gives the same bits, whatever stands beside it', async () => {
  const others = Array.from({ length: 40 }, (_, i) => `Headline ${i} ${'with more words '.repeat(i % 7)}`);
  const [alone] = await encoder.encode([CLAIMS[0]!]);
  const among = await encoder.encode([...others, CLAIMS[0]!, ...others]);
  expect(among[40]).toEqual(alone);
});

test('a layer is the mean over the tokens of a text: the order of the words matters little, the words much', async () => {
  const [one, turned, other] = (await encoder.encode([
    'cheap shoes and good shirts',
    'good shirts and cheap shoes',
    'a lawyer reads old letters',
  ])) as [EncodedText, EncodedText, EncodedText];
  const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  for (const layer of [0, 1, 2, 3]) {
    const near = cosine(one.layers[layer]!, turned.layers[layer]!);
    expect(near).toBeGreaterThan(0.9);
    expect(cosine(one.layers[layer]!, other.layers[layer]!)).toBeLessThan(near - 0.1);
  }
});

test('a paraphrase is nearer than another subject', async () => {
  const [claim, paraphrase, other] = await encoder.encode(CLAIMS);
  expect(dot(claim!.sentence, paraphrase!.sentence)).toBeGreaterThan(
    dot(claim!.sentence, other!.sentence) + 0.2,
  );
});

test.each([
  ['emoji', '🔥🔥🔥'],
  ['right-to-left text', 'שלום עולם'],
  ['one word of 10,000 characters', 'x'.repeat(10_000)],
  ['10,000 characters', 'a b '.repeat(2_500)],
  ['a half of a surrogate pair', 'Sale \ud83d now'],
])('%s can be encoded', async (_, text) => {
  const [result] = await encoder.encode([text]);
  expect(result!.layers.every((layer) => layer.every(Number.isFinite))).toBe(true);
});

test('the event loop stays free', async () => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const texts = Array.from({ length: 200 }, (_, i) => `Text ${i}: ten good reasons to buy these shoes today`);
  await encoder.encode(['loaded']);
  const began = performance.now();
  delay.enable();
  await encoder.encode(texts);
  delay.disable();
  const took = performance.now() - began;
  // On this thread, there would be two or three pauses, and the longest over half of the whole. A few other pauses are those
  // of a busy machine.
  expect(delay.percentile(98) / 1e6).toBeLessThan(took / 4);
});

test('it runs under plain Node with tsx, and its process ends by itself', async () => {
  const program = `
    import { openEncoder } from './src/clients/encoder/open-encoder.ts';
    const encoder = openEncoder('use-lite', { cache: '/nowhere' });
    const [{ layers }] = await encoder.encode(['a text']);
    console.log(layers.length);
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { code, out, err } = await runNode(args, { cwd: process.cwd(), env: process.env });
  expect({ code, out, err }).toEqual({ code: 0, out: '5\n', err: '' });
}, 30_000);
