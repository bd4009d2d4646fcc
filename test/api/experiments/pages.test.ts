import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, HOUR, type JsonObject, START, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  // Several tests start at the same instant: their ids decide.
  for (let each = 0; each < 7; each++)
    await seedExperiment(api, `test-${each}`, { startedAt: START + Math.floor(each / 3) * HOUR });
});
afterAll(() => api.stop());

const idsOf = (body: JsonObject) =>
  (body.experiments as JsonObject[]).map(({ experiment_id }) => String(experiment_id));
const list = async (query: string) => (await api.get(`/api/ab/experiments${query}`)).body;

describe('the list of experiments, page by page', () => {
  it('shows each test once, also if tests are added on the way', async () => {
    const all = idsOf(await list(''));
    expect(all).toHaveLength(7);
    const seen: string[] = [];
    let query = '?limit=2';
    for (let pages = 0; pages < 10; pages++) {
      const page = await list(query);
      seen.push(...idsOf(page));
      await seedExperiment(api, `added-${pages}`, { startedAt: START + 100 * HOUR });
      if (page.next_cursor === null) break;
      query = `?limit=2&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual(all);
  });

  it('has no next page after the last row, and keeps the filter', async () => {
    expect((await list('?limit=1000')).next_cursor).toBeNull();
    const first = await list('?state=running&limit=3');
    const rest = await list(`?state=running&limit=1000&cursor=${first.next_cursor}`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(idsOf(await list('?state=running&limit=1000')));
    expect(idsOf(await list(`?state=stopped&cursor=${first.next_cursor}`))).toEqual([]);
  });

  it('refuses a cursor that it did not make, and one with an offset', async () => {
    const { next_cursor: cursor } = await list('?limit=1');
    for (const wrong of ['x', '', `${cursor}x`, Buffer.from('1 a b').toString('base64url'), '%00']) {
      const answer = await api.get(`/api/ab/experiments?cursor=${wrong}`);
      expect(answer.status, wrong).toBe(400);
      expect(answer.body.errors).toEqual([
        { field: 'cursor', message: 'must be the next_cursor of an earlier answer' },
      ]);
    }
    const both = await api.get(`/api/ab/experiments?offset=1&cursor=${cursor}`);
    expect([both.status, both.body.errors]).toEqual([
      400,
      [{ field: 'offset', message: 'has no meaning with cursor: leave one of them out' }],
    ]);
    expect((await api.get('/api/ab/experiments?offset=1&limit=2')).status).toBe(200);
  });
});
