import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.js';
import { FakeGateway } from '../api/support/fake-gateway.js';
import { type Api, startApi } from '../api/support/harness.js';
import { Browser } from './browser.js';

const ADA = { name: 'ada', role: 'admin' as const, token: 'token-of-the-admin' };
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('every answer', () => {
  it('forbids frames, foreign content and guessing of types', async () => {
    const user = new Browser(createApp({ ...api.dependencies, tokens: [ADA] }, new FakeGateway()));
    const foreign = { origin: 'https://elsewhere.example' };
    const answers = [
      await user.get('/sign-in'),
      await user.get('/docs'),
      await user.get('/assets/page.js'),
      await user.get('/assets/nothing.js'),
      await user.get('/nothing'),
      await user.get('/healthz'),
      await user.get('/openapi.json'),
      await user.get('/api/ab/experiments'),
      await user.post('/sign-in', {}, foreign),
      await user.post('/sign-in', {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 302, 200, 404, 302, 200, 200, 401, 403, 403]);
    for (const { url, headers } of answers) {
      expect(headers.get('content-security-policy'), url).toBe(
        "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'",
      );
      expect(headers.get('x-frame-options'), url).toBe('DENY');
      expect(headers.get('x-content-type-options'), url).toBe('nosniff');
      expect(headers.get('referrer-policy'), url).toBe('same-origin');
    }
  });
});

describe('a failure', () => {
  const open = (changes = {}) =>
    new Browser(createApp({ ...api.dependencies, ...changes }, new FakeGateway()));

  it('is a page for a browser and a problem document for a program', async () => {
    const page = await open().get('/nothing');
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
    expect(await page.text()).toContain('There is nothing at /nothing.');
    const document = await open().get('/nothing', { accept: '*/*' });
    expect([document.status, document.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json',
    ]);
    const api = await open().get('/api/nothing');
    expect([api.status, api.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it('does not come from control characters in the address of a page', async () => {
    for (const path of ['/experiments/%00', '/experiments/a%1Bb?sent=x', '/sign-in%7f', '/experiments/%2500'])
      expect((await open().get(path)).status, path).toBe(404);
    const answer = await open().get('/experiments/%00?sent=%00');
    expect(await answer.text()).toContain('There is no page with control characters in its address.');
  });

  it('says which methods an address takes', async () => {
    const answer = await open().post('/docs', {});
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is told even if the part that the frame reads fails too', async () => {
    const clock = { ...api.dependencies.clock, now: () => Promise.reject(new Error('canary')) };
    const answer = await open({ clock }).get('/nothing');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    expect(await answer.text()).not.toContain('canary');
  });
});
