import { describe, expect, it } from 'vitest';
import { failureOf, json, withGraph } from './support.js';

const ROW = { spend: '12.34', account_currency: 'EUR' };

describe("a campaign's spend", () => {
  it('is asked of the campaign as a whole, since it began', async () => {
    await withGraph(
      (_, response) => json(response, { data: [ROW] }),
      async (client, graph) => {
        expect(await client.getCampaignSpend('5')).toBe(1234);
        const [asked] = graph.seen;
        expect(asked).toMatchObject({ method: 'GET', path: '/v24.0/5/insights' });
        const params = Object.fromEntries(asked!.query);
        expect(params).toMatchObject({ level: 'campaign', date_preset: 'maximum' });
        expect(params).not.toHaveProperty('time_increment');
      },
    );
  });

  it.each([
    ['no row', [], 0],
    ['a currency without minor units', [{ spend: '1500', account_currency: 'JPY' }], 1500],
  ])('reads %s', async (_, data, spent) => {
    await withGraph(
      (_seen, response) => json(response, { data }),
      async (client) => expect(await client.getCampaignSpend('5')).toBe(spent),
    );
  });

  it.each([
    ['two rows for one campaign', [ROW, ROW], 'spend'],
    ['a row without its spend', [{ account_currency: 'EUR' }], 'spend'],
    ['an unknown currency', [{ ...ROW, account_currency: 'euros' }], 'account_currency'],
  ])('is not guessed from %s', async (_, data, field) => {
    await withGraph(
      (_seen, response) => json(response, { data }),
      async (client) => {
        const error = await failureOf(client.getCampaignSpend('5'));
        expect(error.kind).toBe('invalid');
        expect(error.message).toContain(`spend of campaign 5: field ${field}`);
      },
    );
  });
});
