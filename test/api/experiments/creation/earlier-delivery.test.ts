import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importEarlierDelivery } from '../../../../src/activities/earlier-delivery.js';
import type { Observation } from '../../../../src/contract/records.js';
import { dayAround } from '../../../../src/domain/calendar.js';
import { nominalAlpha } from '../../../../src/domain/evidence/sequential.js';
import type { Experiment } from '../../../../src/domain/experiment.js';
import type { MarketTest } from '../../../../src/sandbox/meta-simulator/index.js';
import { type Answer, type Api, HOUR, type JsonObject, START, startApi } from '../../support/harness.js';
import { moveTo } from '../../support/seed.js';

const DAY = 24 * HOUR;
const DECLARED = { count: true, planned: true, reason: 'in the plan of October', by: 'Ana' };
const WHY_NOT =
  "Delivery before the handover, the start of the test here, isn't counted: if tests were started because an ad already looks good, more than 5 % of equal ads would be called winners.";

let api: Api;
let test: MarketTest;
let serial = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  api.clock.at = START + 20 * 60_000;
  test = await delivering(10 * DAY);
});

function delivering(ms: number): Promise<MarketTest> {
  return api.market.createTest({
    name: `test ${++serial}`,
    since: api.clock.at - ms,
    ads: [
      { name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 },
      { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.03 },
    ],
  });
}

function request(more: Record<string, unknown> = {}) {
  return {
    id: `adopted_${serial}`,
    name: 'Hooks in November',
    variants: [
      { role: 'control', ad_id: test.adIds[0] },
      { role: 'challenger', ad_id: test.adIds[1] },
    ],
    ...more,
  };
}

const create = (more: Record<string, unknown> = {}) => api.post('/api/ab/experiments', request(more));
const preview = (more: Record<string, unknown> = {}) =>
  api.post('/api/ab/experiments/preview', request({ id: undefined, ...more }));
const stored = async (answer: Answer): Promise<Experiment> =>
  (await api.store.getExperiment(answer.body.experiment_id as string))!;

/** What is on record of a test, from `since` to `endedBy`. */
function rowsOf({ id }: Experiment, since: number, endedBy: number): Promise<Observation[]> {
  const seenUntil = api.clock.at;
  return api.store.observationsAsKnown({ experimentId: id, granularity: 'hour', since, endedBy, seenUntil });
}

/** The sums of these rows, as the API shows them. */
function sumsOf(rows: Observation[]) {
  return ['control', 'challenger-1'].map((variantId, index) => {
    const own = rows.filter((row) => row.variantId === variantId);
    const sum = (field: 'impressions' | 'linkClicks' | 'conversions' | 'spend' | 'revenue') =>
      own.reduce((total, row) => total + row[field], 0);
    return {
      variant_id: variantId,
      ad_id: test.adIds[index],
      impressions: sum('impressions'),
      link_clicks: sum('linkClicks'),
      conversions: sum('conversions'),
      spend_cents: sum('spend'),
      revenue_cents: sum('revenue'),
    };
  });
}

describe('a test of ads that have delivered', () => {
  it('shows what they did before the handover and starts at the handover', async () => {
    const answer = await create();
    expect(answer.status).toBe(201);
    const experiment = await stored(answer);
    expect(experiment.startedAt).toBe(api.clock.at);
    // The open hour of the handover is in neither part.
    const rows = await rowsOf(experiment, 0, api.clock.at);
    expect(rows.length).toBeGreaterThan(2 * 230);
    expect(answer.body).toMatchObject({
      start_date: '2026-11-23T09:20:00Z',
      earlier_delivery: {
        handed_over_at: '2026-11-23T09:20:00Z',
        counted: false,
        declared_by: null,
        declared_at: null,
        reason: null,
        message: WHY_NOT,
        read_at: '2026-11-23T09:20:00Z',
        from: new Date(rows[0]!.bucketStart).toISOString().replace('.000', ''),
        to: '2026-11-23T09:00:00Z',
        variants: sumsOf(rows),
      },
    });
    const { body } = await api.get(`/api/ab/experiments/${experiment.id}`);
    expect(body.earlier_delivery).toEqual(answer.body.earlier_delivery);
    // What a look reads.
    expect(await rowsOf(experiment, experiment.startedAt, api.clock.at + DAY)).toEqual([]);
  });

  it('imports at most one planned duration', async () => {
    test = await delivering(20 * DAY);
    const answer = await create({ policy: { horizon_hours: 48 } });
    const { from, to } = answer.body.earlier_delivery as Record<string, string>;
    expect([from, to]).toEqual(['2026-11-21T10:00:00Z', '2026-11-23T09:00:00Z']);
  });

  it('says so if they have not', async () => {
    test = await delivering(0);
    const { body } = await create();
    expect(body.earlier_delivery).toMatchObject({
      message: 'The ads did not deliver before the handover.',
      from: null,
      to: null,
      counted: false,
    });
  });

  it('starts if Meta does not give the figures, which are read later', async () => {
    const fault = await api.market.order({ kind: 'html', edge: 'insights', times: null });
    const answer = await create();
    await api.market.withdraw(fault);
    expect(answer.status).toBe(201);
    expect(answer.body.earlier_delivery).toMatchObject({ read_at: null, variants: [], counted: false });
    expect((answer.body.earlier_delivery as JsonObject).message).toMatch(
      /Meta has not given its figures yet/,
    );
    const experiment = await stored(answer);
    api.clock.at += 6 * HOUR;
    const later = await importEarlierDelivery({ ...api.dependencies }, experiment);
    const rows = await rowsOf(later, 0, experiment.startedAt);
    const { body } = await api.get(`/api/ab/experiments/${experiment.id}`);
    expect(body.earlier_delivery).toMatchObject({
      read_at: '2026-11-23T15:20:00Z',
      to: '2026-11-23T09:00:00Z',
      message: WHY_NOT,
      variants: sumsOf(rows),
    });
    expect(await importEarlierDelivery({ ...api.dependencies }, later)).toBe(later);
  });
});

describe('a test whose earlier delivery counts', () => {
  it('starts with the first whole hour in which all ads delivered, and the record says who declared it', async () => {
    // The challenger pauses for the first two days.
    const began = api.clock.at - 10 * DAY;
    const resumed = Date.UTC(2026, 10, 15, 12, 30);
    const late = await api.market.createTest({
      name: `late ${serial}`,
      since: began,
      ads: [{ name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 }],
    });
    await api.market.createTest({
      name: `later ${serial}`,
      since: resumed,
      ads: [{ name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.03 }],
    });
    const later = (await api.market.tests()).at(-1)!;
    test = {
      ...late,
      adIds: [late.adIds[0]!, later.adIds[0]!],
      adSetIds: [late.adSetIds[0]!, later.adSetIds[0]!],
    };
    const answer = await create({ earlier_delivery: DECLARED });
    expect(answer.status).toBe(201);
    const experiment = await stored(answer);
    expect(answer.body.start_date).toBe('2026-11-15T12:00:00Z');
    expect(experiment).toMatchObject({ startedAt: Date.UTC(2026, 10, 15, 12), stateChangedAt: api.clock.at });
    const rows = await rowsOf(experiment, experiment.startedAt, api.clock.at);
    expect(answer.body.earlier_delivery).toMatchObject({
      handed_over_at: '2026-11-23T09:20:00Z',
      counted: true,
      declared_by: 'Ana',
      declared_at: '2026-11-23T09:20:00Z',
      reason: DECLARED.reason,
      message:
        'Counts delivery since 2026-11-15 12:00 UTC, before the handover: Ana declared that the test was planned so.',
      from: '2026-11-15T12:00:00Z',
      to: '2026-11-23T09:00:00Z',
      variants: sumsOf(rows),
    });
    expect((await rowsOf(experiment, 0, api.clock.at)).length).toBe(rows.length);
  });

  it('with day buckets, starts with the first whole day', async () => {
    const policy = { buckets: 'day' };
    const { body } = await create({ policy, earlier_delivery: DECLARED });
    const { timezone } = api.market.account;
    expect(Date.parse(body.start_date as string)).toBe(dayAround(api.clock.at - 10 * DAY, timezone).since);
    expect((body.earlier_delivery as JsonObject).to).toBe(
      new Date(dayAround(api.clock.at, timezone).since).toISOString().replace('.000', ''),
    );
  });

  it('is the same test if it is sent again, and another one without the declaration', async () => {
    const first = await create({ earlier_delivery: DECLARED });
    const again = await create({ earlier_delivery: DECLARED });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.earlier_delivery).toEqual(first.body.earlier_delivery);
    expect((await create()).status).toBe(409);
    expect((await create({ earlier_delivery: { count: false } })).status).toBe(409);
  });

  it('is planned from there: the ad sets need to run until then only, and the preview has its chances', async () => {
    const end_time = api.clock.at + 19 * DAY;
    for (const id of test.adSetIds) await api.market.edit(id, { end_time });
    expect((await create()).status).toBe(400);
    const found = (await preview({ earlier_delivery: DECLARED })).body;
    expect(found).toMatchObject({ can_start: true, problems: [] });
    expect(found.earlier_delivery).toEqual({
      counted_from: '2026-11-13T09:00:00Z',
      message:
        'Counts delivery since 2026-11-13 09:00 UTC, before the handover: Ana declared that the test was planned so.',
    });
    expect((await create({ earlier_delivery: DECLARED })).status).toBe(201);
  });

  it('finds what ordinary looks would, a little later, as its chances say', async () => {
    const chancesOf = async (more: Record<string, unknown>) => {
      const { power } = (await preview(more)).body as unknown as {
        power: { chances: { chance: number; days: number }[] };
      };
      return power.chances;
    };
    const plain = await chancesOf({});
    const counted = await chancesOf({ earlier_delivery: DECLARED });
    counted.forEach(({ chance, days }, index) => {
      expect(Math.abs(chance - plain[index]!.chance)).toBeLessThan(0.05);
      expect(days).toBeGreaterThanOrEqual(10);
    });
    expect((await preview()).body.earlier_delivery).toEqual({ counted_from: null, message: WHY_NOT });
    expect(nominalAlpha(0.95)).toBeLessThan(0.05);
  });
});

describe('earlier delivery that cannot count', () => {
  const problemsOf = (answer: Answer) => {
    expect(answer.status).toBe(400);
    return answer.body.errors as unknown as { field: string; message: string }[];
  };

  it.each([
    ['there is none', 0, {}, /no whole hour before the handover in which all ads delivered/],
    ['there is no whole day', 3 * HOUR, { buckets: 'day' }, /no whole day before the handover/],
    [
      'it is as long as the test',
      9 * DAY,
      { horizon_hours: 216 },
      /together since 2026-11-14 .* 216 hours .* are over/,
    ],
    ['it is longer', 300 * DAY, {}, /together since 2026-01-2\d .* planned 672 hours .* are over/],
  ])('because %s', async (_, ms, policy, says) => {
    test = await delivering(ms);
    const [problem, ...others] = problemsOf(await create({ policy, earlier_delivery: DECLARED }));
    expect(problem).toEqual({ field: 'earlier_delivery', message: expect.stringMatching(says) });
    expect(others).toEqual([]);
    expect((await preview({ policy, earlier_delivery: DECLARED })).body).toMatchObject({
      can_start: false,
      problems: [problem],
      earlier_delivery: { counted_from: null },
    });
    expect((await create({ policy })).status).toBe(201);
  });

  it('because another test has looked at it', async () => {
    const before = await create();
    const id = before.body.experiment_id as string;
    api.clock.at += HOUR;
    await moveTo(api, id, 'stopped', { at: api.clock.at });
    api.clock.at += HOUR;
    const [problem] = problemsOf(await create({ id: `${id}_again`, earlier_delivery: DECLARED }));
    expect(problem!.message).toContain(`was part of the test ${id} in that time`);
    expect((await create({ id: `${id}_again` })).status).toBe(201);
  });

  it('because Meta does not give it: nothing is registered', async () => {
    const fault = await api.market.order({ kind: 'html', edge: 'insights', times: null });
    const answer = await create({ earlier_delivery: DECLARED });
    await api.market.withdraw(fault);
    expect(answer.status).toBe(502);
    expect(await api.store.getExperiment(`adopted_${serial}`)).toBeNull();
  });

  it.each([
    [{ count: true, reason: 'x', by: 'Ana' }, 'earlier_delivery.planned', /must be true/],
    [{ count: true, planned: false, reason: 'x', by: 'Ana' }, 'earlier_delivery.planned', /must be true/],
    [{ count: true, planned: true, by: 'Ana' }, 'earlier_delivery.reason', /1 to 500 characters/],
    [{ count: true, planned: true, reason: 'x' }, 'earlier_delivery.by', /1 to 100 characters/],
    [{ count: true, planned: true, reason: 'x', by: 3 }, 'earlier_delivery.by', /1 to 100 characters/],
    [
      { count: true, planned: true, reason: ' ', by: 'Ana' },
      'earlier_delivery.reason',
      /1 to 500 characters/,
    ],
    [{ planned: true, reason: 'x', by: 'Ana' }, 'earlier_delivery.count', /true or false/],
  ])('because %j is not a declaration', async (earlier_delivery, field, says) => {
    const problems = problemsOf(await create({ earlier_delivery }));
    expect(problems).toEqual([{ field, message: expect.stringMatching(says) }]);
  });
});

describe('an account of its own', () => {
  it('counts from the first bucket ever, not from when the ads last began again', async () => {
    const own = await startApi();
    try {
      const made = await own.market.createTest({
        name: 'stood still',
        since: START - 3 * DAY,
        ads: [0.02, 0.03].map((trueClickRate, index) => ({
          name: `ad ${index}`,
          dailyBudget: 5_000,
          trueClickRate,
        })),
      });
      const all = async (status: string) => {
        for (const id of made.adSetIds) await own.market.edit(id, { status });
      };
      await all('PAUSED');
      own.clock.at += 60 * DAY;
      await all('ACTIVE');
      own.clock.at += 5 * DAY;
      const body = {
        name: 'Stood still',
        variants: made.adIds.map((ad_id, index) => ({
          role: index === 0 ? 'control' : 'challenger',
          ad_id,
        })),
      };
      const answer = await own.post('/api/ab/experiments', { ...body, earlier_delivery: DECLARED });
      expect(answer.status).toBe(400);
      expect((answer.body.errors as JsonObject[])[0]!.message).toMatch(/together since 2026-11-20/);
      // What is shown is what they did in the last 28 days.
      const plain = await own.post('/api/ab/experiments', body);
      expect((plain.body.earlier_delivery as JsonObject).from).toMatch(/^2027-01-2[12]T/);
    } finally {
      await own.stop();
    }
  });

  it("the token's owner declares, and nobody else's name is taken", async () => {
    const token = 'a-token-of-forty-characters-for-the-tests';
    const own = await startApi({ tokens: [{ name: 'Bo', role: 'operator', token }] });
    try {
      const made = await own.market.createTest({
        name: 'owned',
        since: START - 3 * DAY,
        ads: [0.02, 0.03].map((trueClickRate, index) => ({
          name: `ad ${index}`,
          dailyBudget: 5_000,
          trueClickRate,
        })),
      });
      const body = {
        name: 'Owned',
        variants: made.adIds.map((ad_id, index) => ({ role: index === 0 ? 'control' : 'challenger', ad_id })),
      };
      const send = (earlier_delivery: object) =>
        own.post('/api/ab/experiments', { ...body, earlier_delivery }, { authorization: `Bearer ${token}` });
      expect(await send(DECLARED)).toMatchObject({ status: 400, body: { errors: [{ field: 'by' }] } });
      const { by: _, ...mine } = DECLARED;
      const answer = await send(mine);
      expect(answer.status).toBe(201);
      expect(answer.body.earlier_delivery).toMatchObject({ counted: true, declared_by: 'Bo' });
    } finally {
      await own.stop();
    }
  });
});
