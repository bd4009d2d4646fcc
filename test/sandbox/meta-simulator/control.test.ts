import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, Stage } from './support.js';

let stage: Stage;
beforeEach(async () => {
  stage = await new Stage().open();
});
afterEach(async () => {
  await stage.dispose();
});

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${stage.market.url}/__market/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

describe('/__market', () => {
  it('creates tests and shows their hidden rates', async () => {
    const ads = [{ name: 'x', dailyBudget: 3_000, trueClickRate: 0.02, trueConversionRate: 0.1 }];
    const created = await call('POST', 'tests', { name: 'by http', ads });
    expect(created.status).toBe(201);
    const test = created.body as { campaignId: string; adSetIds: string[]; adIds: string[] };
    expect((await call('GET', 'tests')).body).toContainEqual({ ...test, name: 'by http' });
    expect((await call('GET', 'truth')).body).toContainEqual({
      adId: test.adIds[0],
      adSetId: test.adSetIds[0],
      campaignId: test.campaignId,
      name: 'x',
      trueClickRate: 0.02,
      trueConversionRate: 0.1,
    });
    expect((await call('GET', `budgets?ids=${test.adSetIds[0]}`)).body).toEqual({
      [test.adSetIds[0]!]: 3_000,
    });
    expect(Object.keys((await call('GET', 'budgets')).body as object)).toHaveLength(3);
    expect((await call('GET', 'state')).body).toMatchObject({ seed: 1, account: stage.market.account });
  });

  it("sets an ad's hidden click rate from then on", async () => {
    const ads = [{ name: 'x', dailyBudget: 30_000, trueClickRate: 0.03 }];
    const { adIds } = (await call('POST', 'tests', { name: 'fades', ads })).body as { adIds: string[] };
    const [adId] = adIds;
    const clicksIn = async (hours: number) => {
      const query = { fields: 'inline_link_clicks', date_preset: 'maximum' };
      const before = (await stage.get(`${adId}/insights`, query)).body.data[0]?.inline_link_clicks ?? 0;
      stage.clock.pass(hours * HOUR);
      const after = (await stage.get(`${adId}/insights`, query)).body.data[0]?.inline_link_clicks ?? 0;
      return Number(after) - Number(before);
    };
    expect(await clicksIn(12)).toBeGreaterThan(200);
    expect((await call('POST', 'truth', { adId, trueClickRate: 0 })).status).toBe(200);
    await clicksIn(1);
    expect(await clicksIn(12)).toBe(0);
    expect((await call('GET', 'truth')).body).toContainEqual(
      expect.objectContaining({ adId, trueClickRate: 0 }),
    );
    expect((await call('POST', 'truth', { adId: 'none', trueClickRate: 0.1 })).status).toBe(400);
    expect((await call('POST', 'truth', { adId, trueClickRate: 1.1 })).status).toBe(400);
  });

  it('orders, shows and withdraws faults', async () => {
    const first = await call('POST', 'faults', { kind: 'server_error', times: null });
    expect(first).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    const { id } = first.body as { id: string };
    await call('POST', 'faults', { kind: 'html', method: 'POST' });
    expect((await stage.get(stage.ads[0])).status).toBe(500);
    expect((await call('GET', 'faults')).body).toMatchObject([{ id, struck: 1 }, { struck: 0 }]);
    expect((await call('DELETE', `faults/${id}`)).status).toBe(200);
    expect((await stage.get(stage.ads[0])).status).toBe(200);
    expect((await call('DELETE', `faults/${id}`)).status).toBe(400);
    await call('DELETE', 'faults');
    expect((await call('GET', 'faults')).body).toEqual([]);
  });

  it("makes a user's edits and shows the audit", async () => {
    const edit = { objectId: stage.adSets[0], fields: { daily_budget: 4_000 } };
    expect((await call('POST', 'edit', edit)).status).toBe(200);
    expect((await call('GET', 'audit')).body).toMatchObject([
      { actor: 'person', adSetId: stage.adSets[0], requested: 4_000, outcome: 'applied' },
    ]);
    expect((await stage.get(stage.adSets[0], { fields: 'daily_budget' })).body.daily_budget).toBe('4000');
  });

  it('adds a second ad to an ad set; both ads then share its budget', async () => {
    stage.clock.pass(2 * HOUR);
    const added = await call('POST', 'ads', { adSetId: stage.adSets[0], name: 'twin', trueClickRate: 0.02 });
    expect(added.status).toBe(201);
    stage.clock.pass(10 * HOUR);
    const edge = await stage.get(`${stage.adSets[0]}/ads`, { effective_status: ['ACTIVE'] });
    const { adId } = added.body as { adId: string };
    expect(edge.body.data).toEqual([{ id: stage.ads[0] }, { id: adId }]);
    const rows = (await stage.hours()).filter((row) => row.hour >= 2);
    const spent = (ad: string) =>
      rows.filter((row) => row.adId === ad).reduce((sum, row) => sum + row.spend, 0);
    expect(spent(adId) / spent(stage.ads[1])).toBeGreaterThan(0.4);
    expect(spent(stage.ads[0]) / spent(stage.ads[1])).toBeLessThan(0.6);
  });

  it.each([
    ['POST', 'faults', { kind: 'earthquake' }],
    ['POST', 'faults', { kind: 'hang', time: 3 }],
    ['POST', 'tests', { name: 'no ads', ads: [] }],
    ['POST', 'tests', { name: 'x', ads: [{ name: 'a', dailyBudget: 100, trueClickRate: 2 }] }],
    ['POST', 'edit', { objectId: '1', fields: { status: 'PAUSED' } }],
    ['POST', 'ads', { adSetId: '1', name: 'x', trueClickRate: 0.1 }],
    ['GET', 'budgets?ids=1', undefined],
  ])('answers %s %s %j with 400 and a reason', async (method, path, body) => {
    const answer = await call(method, path, body);
    expect(answer).toEqual({ status: 400, body: { error: expect.stringMatching(/\w/) } });
  });
});

describe('a page of another site', () => {
  const ask = (headers: Record<string, string>, path = '/__market/budgets') =>
    new Promise<number>((resolve, reject) => {
      const url = new URL(path, stage.market.url);
      request(url, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end('{}');
    });

  it('reaches neither controls nor accounts, under its own host name or by DNS rebinding', async () => {
    const { port } = new URL(stage.market.url);
    for (const path of ['/__market/tests', '/__market/faults', '/v24.0/act_1']) {
      expect(await ask({ origin: 'https://elsewhere.example' }, path)).toBe(403);
      expect(await ask({ origin: 'null' }, path)).toBe(403);
      expect(await ask({ host: 'rebound.example' }, path)).toBe(403);
      expect(await ask({ host: 'rebound.example', origin: 'http://rebound.example' }, path)).toBe(403);
    }
    expect(
      await ask({ host: `localhost:${port}`, origin: `http://localhost:${port}` }, '/__market/tests'),
    ).toBe(400);
  });
});
