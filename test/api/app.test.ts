import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.js';
import { TemporalUnavailable } from '../../src/api/temporal/errors.js';
import type { Store } from '../../src/clients/postgres/types.js';
import { FakeGateway } from './support/fake-gateway.js';
import { type Api, type JsonObject, startApi } from './support/harness.js';
import { moveTo, seedExperiment, seedPromoted } from './support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
});
afterAll(() => api.stop());

/** The store, with one method that fails. */
function failing(store: Store, method: keyof Store, error: Error): Store {
  return { ...store, [method]: () => Promise.reject(error) };
}

describe('reading experiments', () => {
  it('lists them, filtered and paged', async () => {
    await seedPromoted(api, 'promoted', { state: 'verifying' });
    const all = (await api.get('/api/ab/experiments')).body;
    expect(all).toMatchObject({ count: 2, limit: 100, offset: 0 });
    const verifying = (await api.get('/api/ab/experiments?state=verifying')).body;
    expect((verifying.experiments as JsonObject[]).map((e) => e.experiment_id)).toEqual(['promoted']);
    expect(verifying.count).toBe(1);
    const page = (await api.get('/api/ab/experiments?limit=1&offset=1')).body;
    expect(page).toMatchObject({ count: 2, offset: 1 });
    expect(page.experiments).toHaveLength(1);
    const looks = (await api.get('/api/ab/experiments/promoted/looks?limit=1&offset=1')).body;
    expect(looks).toMatchObject({ count: 1, looks: [] });
    const refused = await api.get('/api/ab/experiments?state=sleeping');
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'state' }] } });
  });

  it('takes the state of one from its workflow, else from the record, and says which', async () => {
    expect((await api.get('/api/ab/experiments/one')).body).toMatchObject({
      source: 'record',
      state: 'running',
      allowed: ['check', 'pause', 'promote', 'drop', 'stop'],
      next_due_at: null,
      trouble: expect.stringMatching(/^No worker answers for the workflow/),
    });
    api.gateway.statuses.set('one', {
      experimentId: 'one',
      state: 'paused',
      stateReason: 'Paused by Ada.',
      nextDueAt: Date.UTC(2026, 10, 24),
      nextDue: 'check',
      allowed: ['resume', 'stop'],
      trouble: 'Meta does not answer.',
      queued: 1,
    });
    expect((await api.get('/api/ab/experiments/one')).body).toMatchObject({
      source: 'workflow',
      state: 'paused',
      state_reason: 'Paused by Ada.',
      allowed: ['resume', 'stop'],
      next_due_at: '2026-11-24T00:00:00Z',
      next_due: 'check',
      trouble: 'Meta does not answer.',
      queued: 1,
    });
  });

  it.each([
    [{ kind: 'ended', how: 'terminated' }, /^The workflow was terminated: .* started again within a minute/],
    [{ kind: 'ended', how: 'failed' }, /^The workflow has failed: /],
    [{ kind: 'ended', how: 'timed_out' }, /^The workflow has timed out: /],
    [{ kind: 'ended', how: 'missing' }, /^The workflow is missing: /],
    [{ kind: 'starting' }, /^The workflow is starting/],
    [{ kind: 'unreachable' }, /^Temporal does not answer/],
  ] as const)('does not show one as alive whose workflow is %j', async (standing, trouble) => {
    const id = `standing_${'how' in standing ? standing.how : standing.kind}`;
    await seedExperiment(api, id);
    api.gateway.standings.set(id, standing);
    expect((await api.get(`/api/ab/experiments/${id}`)).body).toMatchObject({
      source: 'record',
      state: 'running',
      next_due_at: null,
      next_due: null,
      trouble: expect.stringMatching(trouble),
    });
  });

  it('sees no trouble in a workflow that ended with its experiment', async () => {
    await seedExperiment(api, 'ended_meanwhile');
    api.gateway.standingOf = async () => {
      await moveTo(api, 'ended_meanwhile', 'stopped');
      return { kind: 'ended', how: 'completed' };
    };
    expect((await api.get('/api/ab/experiments/ended_meanwhile')).body).toMatchObject({
      state: 'stopped',
      trouble: null,
    });
    api.gateway.standingOf = null;
  });

  it('shows looks, ledger and controls', async () => {
    const looks = (await api.get('/api/ab/experiments/promoted/looks')).body;
    expect(looks).toMatchObject({
      experiment_id: 'promoted',
      count: 1,
      looks: [
        {
          look_number: 1,
          verdict: 'promote',
          metrics: { control: { ctr: 2.7, spend: 401 } },
          pairs: [
            {
              variant_a: 'control',
              variant_b: 'challenger-1',
              effect: 0.3,
              lift: Math.expm1(0.3),
              welch_unadjusted: { p: 0.0001 },
            },
          ],
        },
      ],
    });
    const { ledger } = (await api.get('/api/ab/experiments/promoted/ledger')).body;
    expect(ledger).toHaveLength(6);
    expect((ledger as JsonObject[])[0]).toEqual({
      sequence: 1,
      ad_set_id: 'set_promoted_challenger-1',
      phase: '60',
      before: 5_000,
      intended: 6_000,
      read_back: 6_000,
      outcome: 'applied',
      error: null,
      at: '2026-11-24T15:00:00Z',
      settled_at: '2026-11-24T15:00:01Z',
      compensates: null,
      error_kind: null,
      at_risk_cents: null,
    });
    await api.store.recordControl({
      controlId: 'c1',
      experimentId: 'promoted',
      kind: 'check',
      by: 'Ada',
      reason: 'why not',
      at: Date.UTC(2026, 10, 24),
      outcome: 'refused',
      message: 'No.',
    });
    expect((await api.get('/api/ab/experiments/promoted/controls')).body).toEqual({
      unreadable: [],
      experiment_id: 'promoted',
      count: 1,
      controls: [
        {
          control_id: 'c1',
          kind: 'check',
          by: 'Ada',
          reason: 'why not',
          at: '2026-11-24T00:00:00Z',
          outcome: 'refused',
          message: 'No.',
        },
      ],
    });
  });

  it.each(['', '/looks', '/ledger', '/controls'])('answers 404 for an unknown one%s', async (part) => {
    const answer = await api.get(`/api/ab/experiments/nobody${part}`);
    expect(answer).toMatchObject({ status: 404, type: 'application/problem+json' });
    expect(answer.body).toMatchObject({
      type: 'urn:auto-promotion:problem:not_found',
      title: 'Not found',
      status: 404,
      experiment_id: 'nobody',
      errors: [],
    });
  });
});

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

  it('an internal error tells the caller nothing and its keeper everything', async () => {
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

describe('who may ask', () => {
  it('with a token set, only who carries it', async () => {
    const app = createApp(
      { ...api.dependencies, apiToken: 'open sesame 1'.replaceAll(' ', '-') },
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

  it('without a token, only under a name of this machine, whatever the origin', async () => {
    const ask = (host: string, token: string | null = null, path = '/api/ab/experiments') =>
      createApp({ ...api.dependencies, apiToken: token }, new FakeGateway()).request(path, {
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

  it('a rebound page may not pause a test', async () => {
    const answer = await api.post(
      '/api/ab/experiments/one/pause',
      { by: 'a page', reason: 'rebound' },
      { host: 'rebound.example', origin: 'http://rebound.example' },
    );
    expect(answer.status).toBe(403);
    expect(api.gateway.asked).toEqual([]);
  });

  it('a page of another site may change nothing', async () => {
    const path = '/api/ab/auto-promote/check-all';
    expect((await api.post(path, undefined, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await api.post(path, undefined, { origin: 'null' })).status).toBe(403);
    expect((await api.post(path, undefined, { origin: 'http://localhost' })).status).toBe(200);
    expect((await api.get('/api/ab/experiments', { origin: 'https://elsewhere.example' })).status).toBe(200);
  });
});

describe('/healthz', () => {
  it('says which part fails', async () => {
    expect(await api.get('/healthz')).toMatchObject({
      status: 200,
      body: { status: 'ok', parts: { postgres: 'ok', temporal: 'ok' } },
    });
    const gateway = new FakeGateway();
    gateway.failure = new TemporalUnavailable('away');
    const app = createApp(
      { ...api.dependencies, store: failing(api.store, 'ping', new Error('gone')) },
      gateway,
    );
    const answer = await app.request('/healthz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'unavailable',
      parts: { postgres: 'unavailable', temporal: 'unavailable', controls: 'ok' },
    });
  });
});

describe('/readyz', () => {
  const ready = async (problem: string | null | undefined) => {
    const dataFolder = problem === undefined ? undefined : { problem: async () => problem };
    const answer = await createApp({ ...api.dependencies, dataFolder }, new FakeGateway()).request('/readyz');
    return [answer.status, await answer.json()];
  };

  it('says what the disk lacks, beside the parts that answer', async () => {
    const parts = { postgres: 'ok', temporal: 'ok', controls: 'ok' };
    expect(await ready(null)).toEqual([
      200,
      { status: 'ok', parts: { ...parts, data_folder: 'ok' }, problem: null },
    ]);
    expect(await ready('the disk is full. Make room on it.')).toEqual([
      503,
      {
        status: 'unavailable',
        parts: { ...parts, data_folder: 'unavailable' },
        problem: 'the disk is full. Make room on it.',
      },
    ]);
    expect(await ready(undefined)).toEqual([
      200,
      { status: 'ok', parts: { ...parts, data_folder: null }, problem: null },
    ]);
  });
});

describe('/openapi.json', () => {
  it('describes every route with its answers', async () => {
    const { body } = await api.get('/openapi.json');
    const paths = body.paths as JsonObject;
    expect(Object.keys(paths).sort()).toEqual(
      [
        '/api/ab/account',
        '/api/ab/account/kill-switch',
        '/api/ab/auto-promote/check',
        '/api/ab/auto-promote/check-all',
        '/api/ab/auto-promote/compound-report',
        '/api/ab/auto-promote/dashboard',
        '/api/ab/auto-promote/history',
        '/api/ab/auto-promote/scheduler/status',
        '/api/ab/auto-promote/scheduler/trigger',
        '/api/ab/experiments',
        '/api/ab/experiments/{id}',
        '/api/ab/experiments/{id}/approve',
        '/api/ab/experiments/{id}/check',
        '/api/ab/experiments/{id}/controls',
        '/api/ab/experiments/{id}/drop',
        '/api/ab/experiments/{id}/gates',
        '/api/ab/experiments/{id}/ledger',
        '/api/ab/experiments/{id}/looks',
        '/api/ab/experiments/{id}/looks/{look}/replay',
        '/api/ab/experiments/{id}/pause',
        '/api/ab/experiments/{id}/promote',
        '/api/ab/experiments/{id}/resolve',
        '/api/ab/experiments/{id}/resume',
        '/api/ab/experiments/{id}/revert',
        '/api/ab/experiments/{id}/stop',
        '/healthz',
        '/readyz',
      ].sort(),
    );
    const { schemas } = body.components as { schemas: JsonObject };
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['CheckResult', 'NewExperiment', 'Problem', 'CompoundReport']),
    );
  });
});
