import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { EncoderFailure } from '../../../src/clients/encoder/types.js';
import { voyageEncoder } from '../../../src/clients/encoder/voyage.js';

const KEY = 'pa-secret-key-of-the-test';
interface Asked {
  path: string | undefined;
  authorization: string | undefined;
  body: { input: string[]; model: string; output_dimension: number };
}

let server: Server | undefined;
const asked: Asked[] = [];
afterEach(() => {
  asked.length = 0;
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function voyage(answer: (request: Asked, response: ServerResponse) => void, limitMs = 5_000) {
  server = createServer(async (request: IncomingMessage, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const seen = { path: request.url, authorization: request.headers.authorization, body: JSON.parse(text) };
    asked.push(seen);
    answer(seen, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return voyageEncoder({ apiKey: KEY, url, limitMs });
}

/** A vector whose first number is the length of the text. */
const embedding = (text: string, length = 512) => [text.length, 1, ...new Array(length - 2).fill(0)];
const list = (texts: string[], length = 512) => ({
  object: 'list',
  data: texts.map((text, index) => ({ object: 'embedding', embedding: embedding(text, length), index })),
  model: 'voyage-4-lite',
  usage: { total_tokens: 10 },
});
const send = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function failing(work: Promise<unknown>): Promise<EncoderFailure> {
  const error = await work.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EncoderFailure);
  expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain(KEY);
  return error as EncoderFailure;
}

test('sends texts with the key and the length, and gives vectors of unit length in the order of the texts', async () => {
  const encoder = await voyage(({ body }, response) => {
    const answer = list(body.input);
    answer.data.reverse();
    send(response, 200, answer);
  });
  const [one, two] = await encoder.encode(['a', 'bbbb']);
  expect(asked).toEqual([
    {
      path: '/v1/embeddings',
      authorization: `Bearer ${KEY}`,
      body: { input: ['a', 'bbbb'], model: 'voyage-4-lite', output_dimension: 512 },
    },
  ]);
  expect(one).toHaveLength(encoder.info.sentence);
  expect(one![0]).toBeCloseTo(1 / Math.sqrt(2), 6);
  expect(two![0]).toBeCloseTo(4 / Math.sqrt(17), 6);
  expect(encoder.info.id).toBe('voyage-4-lite-512');
});

test('many texts go in several requests', async () => {
  const encoder = await voyage(({ body }, response) => send(response, 200, list(body.input)));
  const done: number[] = [];
  const vectors = await encoder.encode(
    Array.from({ length: 300 }, (_, i) => 'x'.repeat(i + 1)),
    { progress: (count) => done.push(count) },
  );
  expect(asked.map(({ body }) => body.input.length)).toEqual([128, 128, 44]);
  expect(done).toEqual([128, 256, 300]);
  expect(vectors[299]![0]).toBeCloseTo(300 / Math.hypot(300, 1), 6);
});

test.each([
  [
    401,
    { detail: `Provided API key ${KEY} is invalid.` },
    'refused',
    /^Voyage AI refuses VOYAGE_API_KEY \(HTTP 401: Provided API key … is invalid\.\): set a valid key, or none$/,
  ],
  [403, {}, 'refused', /VOYAGE_API_KEY \(HTTP 403\)/],
  [429, { detail: 'slow down' }, 'busy', /^Voyage AI answered HTTP 429: slow down$/],
  [500, 'no JSON', 'busy', /^Voyage AI answered HTTP 500$/],
  [503, {}, 'busy', /HTTP 503/],
  [400, { detail: 'too long' }, 'failed', /^Voyage AI answered HTTP 400: too long$/],
] as const)('HTTP %i', async (status, body, kind, message) => {
  const encoder = await voyage((_, response) => send(response, status, body));
  expect(await failing(encoder.encode(['a']))).toMatchObject({
    kind,
    message: expect.stringMatching(message),
  });
});

test.each([
  ['another length', list(['a', 'b'], 1024), 'gave an embedding of 1024 numbers, not 512'],
  ['too few', list(['a']), 'gave 1 embeddings for 2 texts, or not one per text'],
  [
    'two of one text',
    { data: [0, 0].map((index) => ({ index, embedding: embedding('a') })) },
    'gave 2 embeddings for 2 texts, or not one per text',
  ],
  ['something else', { ok: true }, 'gave an answer without embeddings'],
])('an answer with %s is a failure', async (_, body, message) => {
  const encoder = await voyage((_request, response) => send(response, 200, body));
  expect(await failing(encoder.encode(['a', 'b']))).toMatchObject({
    kind: 'failed',
    message: `Voyage AI ${message}`,
  });
});

test('silence ends at the limit', async () => {
  const encoder = await voyage(() => undefined, 200);
  expect(await failing(encoder.encode(['a']))).toMatchObject({
    kind: 'busy',
    message: 'Voyage AI gave no answer within 0.2 s',
  });
});

test('a broken connection and a redirect', async () => {
  const broken = await voyage((_, response) => response.socket?.destroy());
  expect(await failing(broken.encode(['a']))).toMatchObject({
    kind: 'busy',
    message: expect.stringContaining("can't be reached"),
  });
  server?.close();
  const elsewhere = await voyage((_, response) =>
    response.writeHead(307, { location: '/v1/embeddings' }).end(),
  );
  expect(await failing(elsewhere.encode(['a']))).toMatchObject({ kind: 'busy' });
  expect(asked).toHaveLength(2);
});

test('a caller can stop it', async () => {
  const stop = new AbortController();
  const encoder = await voyage(() => stop.abort(new Error('no longer wanted')));
  await expect(encoder.encode(['a'], { signal: stop.signal })).rejects.toThrow('no longer wanted');
});

test('a blank text is refused before anything is sent', async () => {
  const encoder = await voyage(({ body }, response) => send(response, 200, list(body.input)));
  expect(await failing(encoder.encode(['a', '']))).toMatchObject({ kind: 'text' });
  expect(asked).toEqual([]);
});
