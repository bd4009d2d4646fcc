import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/config.js';
import { type Api, startApi } from '../../support/harness.js';

describe('an experiment if the environment sets defaults of the policy', () => {
  let api: Api;
  beforeAll(async () => {
    const { policyDefaults } = readConfig({
      CONFIDENCE_THRESHOLD: '0.99',
      MIN_SAMPLE_SIZE: '2500',
      WINNER_BUDGET_PCT: '0.75',
      LOSER_BUDGET_PCT: '0.25',
    });
    api = await startApi({ policyDefaults });
  });
  afterAll(() => api.stop());

  async function policyOf(id: string, policy?: Record<string, unknown>) {
    const { adIds } = await api.market.createTest({
      name: id,
      ads: [
        { name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 },
        { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.03 },
      ],
    });
    const variants = adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id }));
    const { status } = await api.post('/api/ab/experiments', { id, name: id, variants, policy });
    expect(status).toBe(201);
    return (await api.get(`/api/ab/experiments/${id}`)).body.policy;
  }

  it('without a policy has those defaults, and otherwise those of the product', async () => {
    expect(await policyOf('plain')).toMatchObject({
      confidence: 0.99,
      minimum_impressions: 2_500,
      phases: [
        { winner_share: 0.6, wait_hours: 0 },
        { winner_share: 0.7, wait_hours: 1 },
        { winner_share: 0.75, wait_hours: 2 },
      ],
      minimum_clicks: 25,
    });
  });

  it('with a policy has the values of that policy', async () => {
    const phases = [{ winner_share: 0.9, wait_hours: 0 }];
    expect(await policyOf('own', { confidence: 0.9, phases })).toMatchObject({
      confidence: 0.9,
      phases,
      minimum_impressions: 2_500,
    });
  });
});
