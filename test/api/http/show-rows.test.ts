import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { type Api, HOUR, type JsonObject, START, startApi } from '../support/harness.js';
import { aDecision, pairOfChallenger, seedExperiment, seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** An experiment whose variant has a name that every object inherits; an older version accepted such names. */
async function withInheritedName(id: string, name: string): Promise<Experiment> {
  const { variants } = await seedExperiment(api, `${id}_like`, { challengers: 2 });
  return seedExperiment(api, id, {
    variants: variants.map((variant, index) => ({
      ...variant,
      id: index === 1 ? name : variant.id,
      adId: `ad_${id}_${index}`,
      adSetId: `set_${id}_${index}`,
    })),
  });
}

describe('a variant called constructor', () => {
  it('is shown like any other, and stays in the test when another is dropped', async () => {
    await withInheritedName('inherited', 'constructor');
    await api.store.dropVariant('inherited', 'challenger-2', START + HOUR);
    const answer = await api.get('/api/ab/experiments');
    expect(answer.status).toBe(200);
    const found = (answer.body.experiments as JsonObject[]).find((one) => one.experiment_id === 'inherited');
    expect((found!.variants as JsonObject[]).map(({ id, dropped_at }) => [id, dropped_at])).toEqual([
      ['control', null],
      ['constructor', null],
      ['challenger-2', '2026-11-23T10:00:00Z'],
    ]);
    expect((await api.get('/api/ab/experiments/inherited')).status).toBe(200);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])('is refused at creation: %s', async (name) => {
    const { adIds } = await api.market.createTest({
      name,
      ads: [
        { name: 'a', dailyBudget: 5_000, trueClickRate: 0.02 },
        { name: 'b', dailyBudget: 5_000, trueClickRate: 0.03 },
      ],
    });
    const variants = [
      { role: 'control', ad_id: adIds[0]! },
      { role: 'challenger', ad_id: adIds[1]!, id: name },
    ];
    const answer = await api.post('/api/ab/experiments', { name: 'n', variants });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { field: 'variants[1].id', message: `must not be ${name}: the name is reserved. Choose another` },
    ]);
    const id = await api.post('/api/ab/experiments', {
      id: name,
      name: 'n',
      variants: variants.map(({ role, ad_id }) => ({ role, ad_id })),
    });
    expect(id.body.errors).toMatchObject([{ field: 'id', message: expect.stringContaining(name) }]);
  });
});

describe('a row that cannot be read', () => {
  const answering = (changes: Partial<Store>) => {
    const told: unknown[] = [];
    const app = createApp(
      {
        ...api.dependencies,
        store: { ...api.store, ...changes },
        onInternalError: (error) => told.push(error),
      },
      api.gateway,
    );
    return {
      told,
      get: async (path: string) => {
        const response = await app.request(path);
        return { status: response.status, body: (await response.json()) as JsonObject };
      },
    };
  };

  it('is named in the list of experiments, and the others are shown', async () => {
    await seedExperiment(api, 'sound');
    await seedExperiment(api, 'broken', { policy: { confidence: 0.95 } as Experiment['policy'] });
    const { get, told } = answering({});
    const { status, body } = await get('/api/ab/experiments');
    expect(status).toBe(200);
    const ids = (body.experiments as JsonObject[]).map((one) => one.experiment_id);
    expect(ids).toContain('sound');
    expect(ids).not.toContain('broken');
    expect(body.unreadable).toEqual([
      { id: 'broken', message: expect.stringMatching(/^The stored row can't be shown: .+\.$/) },
    ]);
    expect(told).toHaveLength(1);
  });

  it.each([
    ['looks', 'listDecisions', [{ lookNumber: 3 }]],
    ['ledger', 'listLedger', [{ sequence: 7, at: Number.NaN }]],
    ['gates', 'listGates', [{ phase: '60', at: 0 }]],
    ['controls', 'listControls', [{ controlId: 'c', at: Number.NaN }]],
  ] as const)('is named among the %s of an experiment', async (part, method, rows) => {
    await seedExperiment(api, `part_${part}`);
    const { get } = answering({ [method]: async () => rows });
    const { status, body } = await get(`/api/ab/experiments/part_${part}/${part}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ [part]: [], unreadable: [{ id: expect.any(String) }] });
  });

  it('is left out of history, report and dashboard, which name it', async () => {
    const good = await seedPromoted(api, 'good');
    const finished = await api.store.listFinished();
    const bad = { ...finished[0]!, experiment: { ...good, id: 'bad', variants: [] } };
    const promotions = await api.store.listPromotions({ since: 0, limit: 10 });
    const { get } = answering({
      listFinished: async () => [bad, ...finished],
      listPromotions: async () => [
        { ...promotions[0]!, experiment: { ...promotions[0]!.experiment, id: 'bad', variants: [] } },
        ...promotions,
      ],
    });
    const unreadable = [{ id: 'bad', message: expect.any(String) }];
    expect(await get('/api/ab/auto-promote/history?days_back=3650')).toMatchObject({
      status: 200,
      body: { count: 1, unreadable },
    });
    expect(await get('/api/ab/auto-promote/compound-report')).toMatchObject({
      status: 200,
      body: { total_experiments: 1, unreadable },
    });
    expect(await get('/api/ab/auto-promote/dashboard')).toMatchObject({ status: 200 });
  });
});

describe('a test that lost a variant before its promotion', () => {
  it('counts in the report with the pairs that were compared', async () => {
    await seedExperiment(api, 'three', {
      challengers: 2,
      policy: DEFAULT_POLICY,
      startedAt: START,
    });
    await api.store.dropVariant('three', 'challenger-2', START + HOUR);
    await api.store.saveDecision(
      aDecision('three', 'no_winner', { pairs: [pairOfChallenger(0.3, 0.1)] }),
      {},
    );
    await api.store.transition({
      experimentId: 'three',
      from: 'running',
      to: 'no_winner',
      reason: { code: 'recorded', detail: 'over' },
      at: START + 30 * HOUR,
    });
    const answer = await api.get('/api/ab/auto-promote/compound-report');
    expect(answer).toMatchObject({ status: 200, body: { without_winner: 1 } });
  });
});
