import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { failing } from '../support/failing-store.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
});
afterAll(() => api.stop());

describe('failures', () => {
  it('an unknown path is 404', async () => {
    expect(await api.get('/api/nothing')).toMatchObject({ status: 404, type: 'application/problem+json' });
  });

  it('a body that is not JSON is 400', async () => {
    const answer = await api.send('/api/ab/experiments', {
      method: 'POST',
      body: '{"name": ',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(answer.body.type).toBe('urn:auto-promotion:problem:malformed_json');
  });

  it('no body at all is 400', async () => {
    expect((await api.post('/api/ab/experiments')).status).toBe(400);
  });

  it('a body of another type is 415', async () => {
    const answer = await api.send('/api/ab/experiments', {
      method: 'POST',
      body: 'name=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(415);
  });

  it('a body of more than 1 MB is 413', async () => {
    const answer = await api.post('/api/ab/experiments', { name: 'x'.repeat(1024 * 1024) });
    expect(answer).toMatchObject({ status: 413, type: 'application/problem+json' });
  });

  it.each([
    { code: 'ECONNREFUSED', status: 503 },
    { code: '57P01', status: 503 },
    { code: '23505', status: 500 },
  ])('Postgres failing with $code is $status', async ({ code, status }) => {
    const error = Object.assign(new Error('terminating connection of user "owner"'), { code });
    const app = createApp(
      { ...api.dependencies, store: failing(api.store, 'getExperiment', error) },
      new FakeGateway(),
    );
    const answer = await app.request('/api/ab/experiments/one');
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain('owner');
  });

  it('an internal error is hidden from the caller and reported to the operator', async () => {
    const told: unknown[] = [];
    const error = new TypeError('cannot read the secret');
    const app = createApp(
      {
        ...api.dependencies,
        store: failing(api.store, 'getExperiment', error),
        onInternalError: (reason, request) => told.push([reason, request]),
      },
      new FakeGateway(),
    );
    const answer = await app.request('/api/ab/experiments/one');
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.text()).not.toContain('secret');
    expect(told).toEqual([[error, 'GET /api/ab/experiments/one']]);
  });
});
