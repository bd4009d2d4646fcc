import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MarketTest } from '../../../../src/sandbox/meta-simulator/index.js';
import { type Answer, type Api, startApi } from '../../support/harness.js';

let api: Api;
let test: MarketTest;
let serial = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  const ad = (name: string) => ({ name, dailyBudget: 5_000, trueClickRate: 0.02 });
  test = await api.market.createTest({ name: `test ${++serial}`, ads: [ad('control'), ad('challenger')] });
});

const request = (more: Record<string, unknown> = {}) => ({
  name: 'Hooks in November',
  variants: [
    { role: 'control', ad_id: test.adIds[0] },
    { role: 'challenger', ad_id: test.adIds[1] },
  ],
  ...more,
});
const create = (body: unknown) => api.post('/api/ab/experiments', body);
const errorsOf = (answer: Answer) => answer.body.errors as unknown as { field: string; message: string }[];

describe('the conversion', () => {
  const promote = async (event: string, adSetIds: readonly string[]) => {
    for (const id of adSetIds) {
      const promoted_object = { pixel_id: '1', custom_event_type: event };
      await api.market.edit(id, { optimization_goal: 'OFFSITE_CONVERSIONS', promoted_object });
    }
  };
  const asking = (conversion_event: string, id: string) =>
    request({ id, policy: { objective: 'cost_per_conversion', conversion_event } });
  const eventOf = async (id: string) => (await api.store.getExperiment(id))!.policy.conversionEvent;

  it('is a purchase unless a test names another event', async () => {
    expect((await create(request({ id: `bought_${serial}` }))).status).toBe(201);
    expect(await eventOf(`bought_${serial}`)).toBe('purchase');
  });

  it('is any event by name or action type, and refuses what is neither', async () => {
    const id = `custom_${serial}`;
    expect((await create(asking('offsite_conversion.custom.12', id))).body.policy).toMatchObject({
      conversion_event: 'offsite_conversion.custom.12',
    });
    const refused = await create(asking('Any Event!', `odd_${serial}`));
    expect(errorsOf(refused)[0]).toMatchObject({
      field: 'policy.conversion_event',
      message: expect.stringContaining('must be result, purchase, lead'),
    });
  });

  it('is the event that Meta optimises the ad sets for, if asked for their result', async () => {
    await promote('LEAD', test.adSetIds);
    const id = `result_${serial}`;
    expect((await create(asking('result', id))).status).toBe(201);
    expect(await eventOf(id)).toBe('lead');
    // The same request again finds the same test.
    expect((await create(asking('result', id))).status).toBe(200);
    expect((await create(asking('purchase', id))).status).toBe(409);
  });

  it('is refused as the result of ad sets that have none in common', async () => {
    const none = await create(asking('result', `none_${serial}`));
    expect(errorsOf(none)[0]).toMatchObject({
      field: 'policy.conversion_event',
      message: expect.stringContaining('for no event that is counted'),
    });
    await promote('LEAD', test.adSetIds.slice(0, 1));
    await promote('PURCHASE', test.adSetIds.slice(1));
    const different = await create(asking('result', `different_${serial}`));
    expect(
      errorsOf(different)
        .map(({ message }) => message)
        .join(' '),
    ).toContain('different events: lead and purchase');
  });
});
