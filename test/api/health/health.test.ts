import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { failing } from '../support/failing-store.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, startApi } from '../support/harness.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

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

  it('says what is wrong with the disk, next to the parts that answer', async () => {
    const parts = { postgres: 'ok', temporal: 'ok', controls: 'ok' };
    expect(await ready(null)).toEqual([
      200,
      { status: 'ok', parts: { ...parts, data_folder: 'ok' }, problem: null },
    ]);
    expect(await ready('the disk is full. Free some space on it.')).toEqual([
      503,
      {
        status: 'unavailable',
        parts: { ...parts, data_folder: 'unavailable' },
        problem: 'the disk is full. Free some space on it.',
      },
    ]);
    expect(await ready(undefined)).toEqual([
      200,
      { status: 'ok', parts: { ...parts, data_folder: null }, problem: null },
    ]);
  });
});
