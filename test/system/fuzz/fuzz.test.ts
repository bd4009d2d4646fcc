import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/clients/postgres/types.js';
import { startApi } from '../../../src/service/api.js';
import type { Collaborators } from '../../../src/service/collaborators.js';
import { type Api, startApi as startStage } from '../../api/support/harness.js';
import { seedExperiment, seedPromoted } from '../../api/support/seed.js';
import { fuzz } from './campaign.js';

const TOKEN = 'a-token-for-the-fuzz';
let stage: Api;

beforeAll(async () => {
  stage = await startStage();
  await seedExperiment(stage, 'fresh');
  await seedPromoted(stage, 'won', { state: 'verifying' });
});
afterAll(() => stage.stop());

/** The report of this many calls to the API on this store, behind the server that production uses. */
async function fuzzed(calls: number, store: Store, apiToken: string | null = null) {
  const { meta, clock, timeBase, environment } = stage.dependencies;
  const api = await startApi({ store, meta, clock, timeBase, environment } as Collaborators, {
    host: '127.0.0.1',
    port: 0,
    tokens: apiToken === null ? [] : [{ name: 'fuzz', role: 'admin', token: apiToken }],
    checkIntervalHours: 6,
    policyDefaults: {},
    maxChecksAtOnce: 8,
    accountEnvelope: null,
    writesAllowed: true,
    gateway: stage.gateway,
  });
  try {
    return await fuzz({ url: api.url, seed: 12, calls, token: apiToken });
  } finally {
    await api.stop();
  }
}

describe('drawn calls', () => {
  it('are answered as the API is described, and never with a fault of the service', async () => {
    const report = await fuzzed(250, stage.store);
    expect(report.first).toEqual([]);
    expect(report).toMatchObject({ calls: 250, violations: 0 });
    expect(Object.keys(report.statuses)).toEqual(
      expect.arrayContaining(['200', '303', '400', '403', '404', '405', '415']),
    );
  });

  it('are refused as described without the token', async () => {
    const report = await fuzzed(100, stage.store, TOKEN);
    expect(report.first).toEqual([]);
    expect(report.statuses['401']).toBeGreaterThan(0);
  });

  it('reveal an answer that is not as described, and one that is a fault', async () => {
    const faultsOf = async (getExperiment: Store['getExperiment']) => {
      const { first } = await fuzzed(150, { ...stage.store, getExperiment });
      return first.map(({ fault }) => fault).join('\n');
    };
    expect(await faultsOf(() => Promise.reject(new TypeError('broken')))).toMatch(/^It is 500/m);
    const misread = async (id: string) => {
      const found = await stage.store.getExperiment(id);
      return found && { ...found, currency: 5 as never };
    };
    expect(await faultsOf(misread)).toMatch(/^The body is not as declared: .*currency/m);
  });
});
