import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/harness.js';
import { seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedPromoted(api, 'promoted', { state: 'verifying' });
});
afterAll(() => api.stop());

describe('the looks of an experiment', () => {
  it('are shown with their evidence, a page at a time', async () => {
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
    const page = (await api.get('/api/ab/experiments/promoted/looks?limit=1&offset=1')).body;
    expect(page).toMatchObject({ count: 1, looks: [] });
  });
});
