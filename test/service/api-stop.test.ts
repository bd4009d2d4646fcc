import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetaClient } from '../../src/clients/meta/types.js';
import { type RunningApi, startApi } from '../../src/service/api.js';
import type { Collaborators } from '../../src/service/collaborators.js';
import { type Api, startApi as startHarness } from '../api/support/harness.js';

/** The real server, with a store that answers when the test lets it. */
describe('an API that is stopped', () => {
  let harness: Api;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness?.stop());

  async function serve(): Promise<{ api: RunningApi; arrived: Promise<void>; answer: () => void }> {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { store, clock, timeBase, temporal, environment } = harness.dependencies;
    const slow = new Proxy(store, {
      get(target, name, receiver) {
        if (name !== 'listExperiments') return Reflect.get(target, name, receiver);
        return async (...args: Parameters<typeof store.listExperiments>) => {
          arrive();
          await held;
          return store.listExperiments(...args);
        };
      },
    });
    const collaborators = {
      store: slow,
      meta: {} as MetaClient,
      clock,
      timeBase,
      environment,
      client: {},
      names: temporal.names,
    } as unknown as Collaborators;
    const api = await startApi(collaborators, {
      host: '127.0.0.1',
      port: 0,
      tokens: [],
      checkIntervalHours: 6,
      accountEnvelope: null,
      policyDefaults: {},
      maxChecksAtOnce: 8,
      writesAllowed: true,
    });
    return { api, arrived, answer };
  }

  it('lets a request in flight finish, takes no other request, and then ends at once', async () => {
    const { api, arrived, answer } = await serve();
    const agent = new Agent({ keepAlive: true });
    const status = new Promise<number | undefined>((resolve, reject) => {
      request(`${api.url}/api/ab/experiments`, { agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      })
        .on('error', reject)
        .end();
    });
    await arrived;
    const stopped = api.stop();
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
    answer();
    expect(await status).toBe(200);
    const before = performance.now();
    await stopped;
    // The client keeps its connection alive: the API must not wait for it.
    expect(performance.now() - before).toBeLessThan(2_000);
    agent.destroy();
  });

  it('waits for the request of a caller that has gone away', async () => {
    const { api, arrived, answer } = await serve();
    const gone = request(`${api.url}/api/ab/experiments`).on('error', () => {});
    gone.end();
    await arrived;
    gone.destroy();
    let isStopped = false;
    const stopped = api.stop().then(() => {
      isStopped = true;
    });
    // The connection has ended long before this.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isStopped).toBe(false);
    answer();
    await stopped;
  });
});
