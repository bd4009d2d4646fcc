import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { extractAgain, type InsightsAnswer, linesOf } from '../../../src/tools/insights/insights.js';

const ANSWER: InsightsAnswer = {
  status: 'extracted',
  message: 'Claude compared the two ads.',
  claims: [
    { text: 'It asks', side: 'winner', field: 'headline', quote: 'Cold feet?', visible: null },
    { text: 'She smiles', side: 'winner', field: 'picture', quote: null, visible: 'a smiling woman' },
  ],
  dropped: [{ text: 'It is short', message: 'It comes back.' }],
  notes: ['A text was cut.'],
  model: 'claude-test',
  cost_usd: 0.0123,
};

async function withService<T>(
  answers: { status: number; body: unknown }[],
  work: (url: string, seen: { method: string; url: string; body: string; token: string }[]) => Promise<T>,
): Promise<T> {
  const seen: { method: string; url: string; body: string; token: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, body, token: headers.authorization ?? '' });
    const answer = answers[Math.min(seen.length, answers.length) - 1]!;
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const asked = { by: 'ana', waitMs: 5_000, pollMs: 5 };

describe('npm run insights', () => {
  it('asks for an extraction and waits for it', async () => {
    const pending = { ...ANSWER, status: 'pending' };
    await withService(
      [
        { status: 202, body: pending },
        { status: 200, body: pending },
        { status: 200, body: ANSWER },
      ],
      async (url, seen) => {
        expect(await extractAgain({ url, token: null }, 'spring sale', asked)).toEqual(ANSWER);
        const path = '/api/ab/experiments/spring%20sale/insights';
        expect(seen.map(({ method, url: at }) => `${method} ${at}`)).toEqual([
          `POST ${path}`,
          `GET ${path}`,
          `GET ${path}`,
        ]);
        expect(JSON.parse(seen[0]!.body)).toEqual({ by: 'ana' });
      },
    );
  });

  it('sends the token in place of a name', async () => {
    await withService([{ status: 202, body: ANSWER }], async (url, seen) => {
      await extractAgain({ url, token: '0123456789abcdef' }, 'x', asked);
      expect(seen[0]).toMatchObject({ body: '{}', token: 'Bearer 0123456789abcdef' });
    });
  });

  it('says why the service refuses, and that none answers', async () => {
    await withService([{ status: 409, body: { detail: 'The test is running.' } }], (url) =>
      expect(extractAgain({ url, token: null }, 'x', asked)).rejects.toThrow('The test is running.'),
    );
    await expect(extractAgain({ url: 'http://127.0.0.1:1', token: null }, 'x', asked)).rejects.toThrow(
      'No service answers at http://127.0.0.1:1: start it with npm start.',
    );
  });

  it('shows claims, what was dropped and the cost', () => {
    expect(linesOf(ANSWER)).toEqual([
      'extracted: Claude compared the two ads.',
      '  + It asks (winner, headline: “Cold feet?”)',
      '  + She smiles (winner, picture: a smiling woman)',
      '  - It is short (It comes back.)',
      'A text was cut.',
      'claude-test, USD 0.0123',
    ]);
  });
});
