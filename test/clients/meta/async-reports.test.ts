import { describe, expect, it } from 'vitest';
import { type Answer, failureOf, json, type TinyGraph, withGraph } from './support.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 10);

describe('a report that takes longer than one query', () => {
  const tooLarge = { error: { code: 100, error_subcode: 1504018, message: 'too much' } };
  const day = {
    adIds: ['9'],
    since: START,
    until: START + DAY,
    granularity: 'day' as 'day' | 'hour',
    timezone: 'UTC',
  };
  const rowOf = (date: string) => ({
    ...{ ad_id: '9', adset_id: '12', impressions: '1000', clicks: '40', spend: '12.34' },
    ...{ account_currency: 'EUR', date_start: date, date_stop: date },
  });
  const running = { async_status: 'Job Running', async_percent_completion: 10 };
  const completed = { async_status: 'Job Completed', async_percent_completion: 100 };
  let now = 0;
  /** One poll per query. */
  const impatient = { reportWaitMs: 0, now: () => now };

  /** `polls` gives the answer to a poll by the numbers of run and poll, from 1. A number is an error's HTTP status. */
  function reports(polls: (run: number, poll: number) => object | number): Answer {
    const asked = new Map<string, number>();
    let started = 0;
    return (seen, response) => {
      const [, , id = '', edge] = seen.path.split('/');
      if (id === 'act_1' && seen.method === 'GET') return json(response, tooLarge, 400);
      if (id === 'act_1') return json(response, { report_run_id: String(700 + ++started) });
      if (edge === 'insights') {
        return json(response, { data: [rowOf(id === '702' ? '2026-01-11' : '2026-01-10')] });
      }
      const poll = (asked.get(id) ?? 0) + 1;
      asked.set(id, poll);
      const answer = polls(Number(id) - 700, poll);
      if (typeof answer === 'object') return json(response, { id, ...answer });
      const gone = { error: { code: 100, error_subcode: 33, message: 'gone' } };
      return json(response, answer === 400 ? gone : { error: { code: 2, message: 'later' } }, answer);
    };
  }

  const withReports = (polls: Parameters<typeof reports>[0], use: Parameters<typeof withGraph>[1]) =>
    withGraph(reports(polls), use, impatient);
  const started = (graph: TinyGraph) => graph.seen.filter(({ method }) => method === 'POST').length;
  const polled = (graph: TinyGraph) =>
    graph.seen.filter(({ path }) => /\/70\d$/.test(path)).map(({ path }) => path.slice(-3));

  it('fails the query, and the next query waits for the same report', async () => {
    await withReports(
      (_, poll) => (poll < 3 ? running : completed),
      async (client, graph) => {
        for (const _ of [1, 2]) {
          const { kind, message, details } = await failureOf(client.getInsights(day));
          expect(kind).toBe('transient');
          expect(message).toBe("Meta's insights report is not ready yet; the next try asks for it again.");
          expect(details.outcome).toBe('not_applied');
        }
        expect((await client.getInsights(day)).map((one) => one.bucketStart)).toEqual([START]);
        expect(started(graph)).toBe(1);
        expect(polled(graph)).toEqual(['701', '701', '701']);
      },
    );
  });

  it('is started again after its query was answered', async () => {
    await withReports(
      () => completed,
      async (client, graph) => {
        await client.getInsights(day);
        await client.getInsights(day);
        expect(polled(graph)).toEqual(['701', '702']);
      },
    );
  });

  it('is not started again after a transient failure of a poll', async () => {
    await withReports(
      (_, poll) => (poll === 1 ? 500 : completed),
      async (client, graph) => {
        expect((await failureOf(client.getInsights(day))).kind).toBe('transient');
        await client.getInsights(day);
        expect(started(graph)).toBe(1);
      },
    );
  });

  it.each<[string, object | number, string]>([
    ['failed', { async_status: 'Job Failed', async_percent_completion: 30 }, 'transient'],
    ['was skipped', { async_status: 'Job Skipped', async_percent_completion: 0 }, 'transient'],
    ['is gone', 400, 'not_found'],
    ['has no status', {}, 'invalid'],
  ])('is started again if the first one %s', async (_, outcome, kind) => {
    await withReports(
      (run) => (run === 1 ? outcome : completed),
      async (client, graph) => {
        expect((await failureOf(client.getInsights(day))).kind).toBe(kind);
        await client.getInsights(day);
        expect(polled(graph)).toEqual(['701', '702']);
      },
    );
  });

  it('is started again after an hour, because its figures are old', async () => {
    now = START;
    await withReports(
      (run) => (run === 1 ? running : completed),
      async (client, graph) => {
        await failureOf(client.getInsights(day));
        now = START + HOUR;
        await failureOf(client.getInsights(day));
        expect(started(graph)).toBe(1);
        now += 1;
        await client.getInsights(day);
        expect(polled(graph)).toEqual(['701', '701', '702']);
      },
    );
  });

  it('serves only the query that started it', async () => {
    await withReports(
      () => running,
      async (client, graph) => {
        await failureOf(client.getInsights(day));
        await failureOf(client.getInsights({ ...day, adIds: ['9', '10'] }));
        await failureOf(client.getInsights({ ...day, granularity: 'hour' }));
        expect(polled(graph)).toEqual(['701', '702', '703']);
      },
    );
  });

  it('of one day is kept while the query waits for the report of another day', async () => {
    await withReports(
      (run, poll) => (run === 1 || poll > 1 ? completed : running),
      async (client, graph) => {
        const two = { ...day, until: START + 2 * DAY };
        await failureOf(client.getInsights(two));
        const rows = await client.getInsights(two);
        expect(rows.map((one) => (one.bucketStart - START) / DAY)).toEqual([0, 1]);
        expect(polled(graph)).toEqual(['701', '702', '701', '702']);
        expect(started(graph)).toBe(2);
      },
    );
  });

  it('is started within the time-out of a read, because it writes nothing', async () => {
    await withGraph(
      (seen, response) => {
        if (seen.method === 'GET') json(response, tooLarge, 400);
      },
      async (client) => expect((await failureOf(client.getInsights(day))).message).toContain('within 50 ms'),
      { socketTimeoutMs: 5000, readTimeoutMs: 50 },
    );
  });
});
