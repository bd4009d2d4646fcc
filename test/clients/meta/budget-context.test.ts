import { describe, expect, it } from 'vitest';
import { readBudgetContext } from '../../../src/clients/meta/budget-context.js';
import { json, withGraph } from './support.js';

const STANDING = { name: 'x', status: 'ACTIVE', effective_status: 'ACTIVE' };

const NODES: Record<string, object> = {
  act_1: {
    id: 'act_1',
    name: 'Shop',
    currency: 'EUR',
    timezone_name: 'UTC',
    account_status: 1,
    min_daily_budget: 100,
    spend_cap: '90000',
    amount_spent: '1000',
  },
  5: { id: '5', ...STANDING, spend_cap: '40000' },
  12: {
    id: '12',
    ...STANDING,
    campaign_id: '5',
    account_id: '1',
    daily_budget: '5000',
    learning_stage_info: { status: 'LEARNING', last_sig_edit_ts: 1_700_000_000 },
  },
  13: { id: '13', ...STANDING, campaign_id: '5', account_id: '1', daily_budget: '6000' },
  8: { id: '8', ...STANDING, adset_id: '12', campaign_id: '5', account_id: '1' },
  9: { id: '9', ...STANDING, adset_id: '13', campaign_id: '5', account_id: '1' },
};

const VARIANTS = [
  { id: 'control', adId: '8' },
  { id: 'challenger', adId: '9' },
];

describe('the budget context', () => {
  it('has account, campaigns, ad sets and active ads; it reads each campaign once, and no studies', async () => {
    await withGraph(
      (seen, response) => {
        const [, , id = '', edge] = seen.path.split('/');
        if (edge === 'ads') return json(response, { data: [{ id: '8', effective_status: 'ACTIVE' }] });
        json(response, NODES[id]);
      },
      async (client, graph) => {
        const { account, variants } = await readBudgetContext(client, VARIANTS);
        expect(account).toMatchObject({ id: 'act_1', spendCap: 90_000, amountSpent: 1_000 });
        expect(variants.map(({ variantId }) => variantId)).toEqual(['control', 'challenger']);
        expect(variants[0]).toMatchObject({
          ad: { id: '8' },
          adSet: { id: '12', learningStage: 'LEARNING', lastSignificantEditAt: 1_700_000_000_000 },
          campaign: { id: '5', spendCap: 40_000 },
          activeAds: ['8'],
        });
        expect(variants[1]).toMatchObject({ adSet: { id: '13' } });
        expect(graph.seen.filter(({ path }) => path.endsWith('/ad_studies'))).toEqual([]);
        expect(graph.seen.filter(({ path }) => path === '/v24.0/5')).toHaveLength(1);
      },
    );
  });
});
