import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type JsonObject, startApi } from '../support/harness.js';
import { seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedPromoted(api, 'promoted', { state: 'verifying' });
});
afterAll(() => api.stop());

describe('the ledger of an experiment', () => {
  it('has each write with its read-back', async () => {
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
  });
});
