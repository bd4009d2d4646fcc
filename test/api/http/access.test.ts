import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
});
afterAll(() => api.stop());

describe('access', () => {
  it('with a token set, requires it', async () => {
    const app = createApp(
      {
        ...api.dependencies,
        tokens: [{ name: 'ana', role: 'admin', token: 'open sesame 1'.replaceAll(' ', '-') }],
      },
      new FakeGateway(),
    );
    const ask = (authorization?: string, path = '/api/ab/experiments') =>
      app.request(path, authorization === undefined ? {} : { headers: { authorization } });
    const refused = await ask();
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect((await ask('Bearer open-sesame-2')).status).toBe(401);
    expect((await ask('Bearer open-sesame')).status).toBe(401);
    expect((await ask('Basic open-sesame-1')).status).toBe(401);
    expect((await ask('Bearer open-sesame-1')).status).toBe(200);
    expect((await ask('bearer open-sesame-1')).status).toBe(200);
    expect((await ask(undefined, '/healthz')).status).toBe(200);
  });

  it('without a token, accepts only names of this machine as Host, with any origin', async () => {
    const ask = (host: string, token: string | null = null, path = '/api/ab/experiments') =>
      createApp(
        { ...api.dependencies, tokens: token === null ? [] : [{ name: 'ana', role: 'admin', token }] },
        new FakeGateway(),
      ).request(path, {
        headers: { host, origin: `http://${host}`, authorization: `Bearer ${token}` },
      });
    for (const host of ['127.0.0.1', '127.0.0.1:8003', 'localhost:1', 'LOCALHOST', '[::1]', '[::1]:8003'])
      expect((await ask(host)).status, host).toBe(200);
    for (const host of ['rebound.example', 'localhost.example:8003', '127.0.0.1.example', '10.0.0.1', '']) {
      const answer = await ask(host);
      expect(answer.status, host).toBe(403);
      expect(await answer.json()).toMatchObject({ type: 'urn:auto-promotion:problem:foreign_host' });
      for (const path of ['/healthz', '/openapi.json', '/elsewhere'])
        expect((await ask(host, null, path)).status).toBe(403);
      expect((await ask(host, 'a-token-of-sixteen')).status).toBe(200);
    }
  });

  it('refuses a page that uses DNS rebinding', async () => {
    const answer = await api.post(
      '/api/ab/experiments/one/pause',
      { by: 'a page', reason: 'rebound' },
      { host: 'rebound.example', origin: 'http://rebound.example' },
    );
    expect(answer.status).toBe(403);
    expect(api.gateway.asked).toEqual([]);
  });

  it('refuses changes by a page of another site', async () => {
    const path = '/api/ab/auto-promote/check-all';
    expect((await api.post(path, undefined, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await api.post(path, undefined, { origin: 'null' })).status).toBe(403);
    expect((await api.post(path, undefined, { origin: 'http://localhost' })).status).toBe(200);
    expect((await api.get('/api/ab/experiments', { origin: 'https://elsewhere.example' })).status).toBe(200);
  });
});
