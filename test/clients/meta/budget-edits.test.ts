import { describe, expect, it } from 'vitest';
import { failureOf, json, withGraph } from './support.js';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0, 250);
const entry = (minute: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  event_type: 'update_ad_set_budget',
  event_time: `2026-11-23T11:${String(minute).padStart(2, '0')}:00+0000`,
  actor_name: 'Ana',
  application_name: 'Ads Manager',
  object_id: '12',
  extra_data: JSON.stringify({ old_value: '5000', new_value: '6000' }),
  ...more,
});
const amounts = (old_value: unknown, new_value: unknown) => ({
  extra_data: JSON.stringify({ old_value, new_value }),
});

function editsOf(entries: unknown[], since = NOW - 3_600_000) {
  return withGraph(
    (_, response) => json(response, { data: entries }),
    (client) => client.getBudgetEdits('12', since),
    { now: () => NOW },
  );
}

describe('budget edits', () => {
  it("come from the account's activity log for the ad set, up to the current second", async () => {
    await withGraph(
      (_, response) => json(response, { data: [entry(5)] }),
      async (client, graph) => {
        expect(await client.getBudgetEdits('12', NOW - 3_600_000)).toStrictEqual([
          {
            at: Date.UTC(2026, 10, 23, 11, 5),
            actor: 'Ana',
            application: 'Ads Manager',
            before: 5000,
            after: 6000,
          },
        ]);
        const { path, query } = graph.seen[0]!;
        expect(path).toBe('/v24.0/act_1/activities');
        expect(Object.fromEntries(query)).toMatchObject({
          oid: '12',
          since: String(Date.UTC(2026, 10, 23, 11) / 1000),
          until: String(Date.UTC(2026, 10, 23, 12) / 1000 + 2),
        });
        expect(query.get('fields')).toContain('extra_data');
      },
      { now: async () => NOW },
    );
  });

  it('are oldest first over all pages, and keep their order within a second', async () => {
    const two = [entry(9, amounts(7, 8)), entry(5, amounts(6, 7))];
    const one = [entry(5, amounts(5, 6)), entry(1, amounts(4, 5))];
    await withGraph(
      (seen, response, request) => {
        const next = `http://${request.headers.host}/v24.0/act_1/activities?after=p2`;
        json(response, seen.query.get('after') ? { data: one } : { data: two, paging: { next } });
      },
      async (client) => {
        const edits = await client.getBudgetEdits('12', NOW - 3_600_000);
        expect(edits.map(({ before, after }) => [before, after])).toEqual([
          [4, 5],
          [5, 6],
          [6, 7],
          [7, 8],
        ]);
      },
      { now: () => NOW },
    );
  });

  it('leave out other events, other objects and older entries', async () => {
    const edits = await editsOf([
      entry(9, { event_type: 'update_ad_set_run_status' }),
      entry(8, { object_id: '13' }),
      entry(7, { object_id: undefined }),
      entry(6, { event_time: 'yesterday' }),
      entry(5, { event_time: '2026-11-23T10:59:59+0000' }),
      entry(4, { event_time: undefined }),
    ]);
    expect(edits.map(({ at }) => at)).toEqual([Date.UTC(2026, 10, 23, 11, 7)]);
  });

  it.each<[string, Record<string, unknown>, [number | null, number | null]]>([
    ['numbers', amounts(5000, 6000), [5000, 6000]],
    [
      'amounts with a kind',
      amounts({ old_value: 5000, type: 'Per day' }, { new_value: '6000', type: 'Per day' }),
      [5000, 6000],
    ],
    [
      'a lifetime budget',
      amounts({ old_value: 50000, type: 'Lifetime budget' }, { new_value: 6000, type: 'Per day' }),
      [null, 6000],
    ],
    ['other text', amounts('EUR 50.00', '6,000'), [null, null]],
    ['an object', { extra_data: { old_value: 5000, new_value: 6000 } }, [5000, 6000]],
    ['no JSON', { extra_data: 'not json' }, [null, null]],
    ['a list', { extra_data: '[1,2]' }, [null, null]],
    ['a null', { extra_data: 'null' }, [null, null]],
    ['odd amounts', amounts(-1, 1.5), [null, null]],
    ['deep objects', amounts({ old_value: { old_value: 5 } }, [6]), [null, null]],
    ['nothing', { extra_data: undefined }, [null, null]],
  ])('accept %s in extra_data', async (_, more, expected) => {
    const [edit] = await editsOf([entry(5, more)]);
    expect([edit?.before, edit?.after]).toEqual(expected);
  });

  it('have no actor if Meta gives no name', async () => {
    const [edit] = await editsOf([entry(5, { actor_name: '', application_name: 7 })]);
    expect(edit).toMatchObject({ actor: null, application: null, after: 6000 });
  });

  it('send no call for a malformed id or instant', async () => {
    await withGraph(
      (_, response) => json(response, { data: [] }),
      async (client, graph) => {
        expect((await failureOf(client.getBudgetEdits('12/x', 0))).kind).toBe('invalid');
        expect((await failureOf(client.getBudgetEdits('12', 0.5))).kind).toBe('invalid');
        expect(graph.seen).toEqual([]);
      },
    );
  });
});
