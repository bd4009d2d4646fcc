import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { materialOf } from '../../src/activities/insights/material.js';
import { createLearningActivities } from '../../src/activities/learning/index.js';
import { createCreativeReader } from '../../src/activities/ran-creatives.js';
import { openEncoders } from '../../src/clients/encoder/encoders.js';
import { createMetaClient } from '../../src/clients/meta/index.js';
import type { MarketCreative } from '../../src/sandbox/meta-simulator/index.js';
import { type Api, HOUR, START, startApi, TOKEN } from '../api/support/harness.js';
import { seedExperiment } from '../api/support/seed.js';
import { json, withGraph } from '../clients/meta/support.js';

const AD: MarketCreative = {
  title: 'Warm all winter',
  body: 'Down.',
  callToAction: 'SHOP_NOW',
  form: 'link',
};
const NOTHING = { hook: null, headline: null, text: null, script: null, visualNotes: null };

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  await api.market.withdraw();
  api.clock.at = START;
});
afterAll(() => api.stop());

let number = 0;
/** A test of ads that the market has; their texts were not registered. */
async function begin(creatives: MarketCreative[]): Promise<{ id: string; adIds: string[] }> {
  const id = `test-${++number}`;
  const { adIds, adSetIds } = await api.market.createTest({
    name: id,
    ads: creatives.map((creative, i) => ({
      ...{ name: `Ad ${i + 1}`, dailyBudget: 5_000, trueClickRate: 0.02, creative },
    })),
  });
  const variants = adIds.map((adId, i) => ({
    id: i === 0 ? 'control' : `challenger-${i}`,
    role: i === 0 ? ('control' as const) : ('challenger' as const),
    ...{ adId, adSetId: adSetIds[i]!, creative: NOTHING },
  }));
  await seedExperiment(api, id, { variants });
  return { id, adIds };
}

const client = ({ pictureTimeoutMs = 10_000, socketTimeoutMs = 200 } = {}) =>
  createMetaClient({
    ...{ accessToken: TOKEN, accountId: api.market.account.id, graphUrl: api.market.url },
    ...{ apiVersion: 'v24.0', socketTimeoutMs, pictureTimeoutMs, now: () => api.clock.now() },
  });
const reader = (pictureTimeoutMs = 10_000, store = api.store) =>
  createCreativeReader({ store, clock: api.clock, meta: client({ pictureTimeoutMs }) });

describe('the creatives of a new test', () => {
  it('are read once, with their pictures, as they were then', async () => {
    const { id } = await begin([AD, { ...AD, title: 'Light as air', form: 'video' }]);
    api.clock.at = START + HOUR;
    const { readDue } = reader();
    // Calls at the same time share one reading.
    expect(await Promise.all([readDue(), readDue()])).toEqual([2, 2]);
    expect(await readDue()).toBe(0);
    const ran = await api.store.ranCreatives(id);
    expect([...ran.values()]).toMatchObject([
      {
        form: 'object_story_spec',
        title: 'Warm all winter',
        body: 'Down.',
        picture: { kind: 'image', problem: null },
        readAt: START + HOUR,
      },
      {
        title: 'Light as air',
        picture: { kind: 'video_thumbnail', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    const { hash } = ran.get('control')!.picture!;
    expect(hash).not.toBe(ran.get('challenger-1')!.picture!.hash);
    expect(Buffer.from((await api.store.picture(hash!))!.bytes).toString('latin1')).toMatch(/^\x89PNG/);
  });

  it('stay unread while Meta is down, are tried again later, and are complete then', async () => {
    const { id } = await begin([AD, AD]);
    const { readDue } = reader();
    await api.market.order({ kind: 'server_error', method: 'GET', times: 2 });
    expect(await readDue()).toBe(0);
    // The next try is due in five minutes.
    expect(await readDue()).toBe(0);
    expect(await api.store.awaitsCreatives(id)).toBe(true);
    api.clock.at += 5 * 60_000;
    expect(await readDue()).toBe(2);
    expect((await api.store.ranCreatives(id)).get('control')).toMatchObject({ title: 'Warm all winter' });
    expect((await api.store.ranCreatives(id)).get('control')).not.toHaveProperty('problem');
  });

  it.each([
    ['server_error', /^Meta did not give the creative in 5 tries: GET .*HTTP 500\)\.$/],
    ['hang', /^Meta did not give the creative in 5 tries: GET .*200 ms/],
    ['lost_request', /^Meta did not give the creative in 5 tries: GET .*\.$/],
  ] as const)('are given up after five tries, with the reason: %s', async (kind, problem) => {
    const { id, adIds } = await begin([AD, AD]);
    const { readDue } = reader();
    await api.market.order({ kind, method: 'GET', objectId: adIds[0]!, times: null });
    for (let tries = 1; tries <= 5; tries++) {
      await readDue();
      expect(await api.store.awaitsCreatives(id)).toBe(tries < 5);
      api.clock.at += 3 * HOUR;
    }
    const ran = await api.store.ranCreatives(id);
    expect(ran.get('control')).toEqual({
      ...{ form: 'unread', title: null, body: null, description: null, callToAction: null, link: null },
      ...{ picture: null, readAt: START + 12 * HOUR, problem: expect.stringMatching(problem) },
    });
    expect(ran.get('control')!.problem).not.toContain(TOKEN);
    expect(ran.get('challenger-1')).toMatchObject({ title: 'Warm all winter', readAt: START });
  });

  it.each([
    ['an expired token', { kind: 'expired_token' }, 1],
    ['a permission that the app lacks', { kind: 'refuse', code: 200 }, 1],
    ['a limit of the rate', { kind: 'rate_limit', code: 80004, delayMs: HOUR / 60 }, 1],
    ['a limit of the rate for hours', { kind: 'rate_limit', code: 80004, delayMs: 3 * HOUR }, 3],
  ] as const)(
    'are tried again without an end, at most once per hour, after %s',
    async (_, fault, everyHours) => {
      const { id, adIds } = await begin([AD, AD]);
      // No answer in time would be another failure.
      const meta = client({ socketTimeoutMs: 10_000 });
      const triedAt: number[] = [];
      const getCreative = async (adId: string) => {
        if (adId === adIds[0]) triedAt.push((api.clock.at - START) / HOUR);
        return meta.getCreative(adId);
      };
      const { readDue } = createCreativeReader({ store: api.store, clock: api.clock, meta: { getCreative } });
      await api.market.order({ ...fault, method: 'GET', objectId: adIds[0]!, times: null });
      for (; api.clock.at < START + 12 * HOUR; api.clock.at += HOUR / 2) await readDue();
      expect(triedAt).toEqual(Array.from({ length: 12 / everyHours }, (_, i) => i * everyHours));
      expect(await api.store.awaitsCreatives(id)).toBe(true);
      await api.market.withdraw();
      expect(await readDue()).toBe(1);
      const { control } = Object.fromEntries(await api.store.ranCreatives(id));
      expect(control).toMatchObject({ title: 'Warm all winter', readAt: START + 12 * HOUR });
      expect(control).not.toHaveProperty('problem');
    },
  );

  it('are tried again without an end after a wrong app secret', async () => {
    const { id } = await begin([AD, AD]);
    await withGraph(
      (_, response) =>
        json(
          response,
          { error: { message: 'Invalid appsecret_proof provided in the API argument', code: 100 } },
          400,
        ),
      async (meta) => {
        const { readDue } = createCreativeReader({ store: api.store, clock: api.clock, meta });
        for (; api.clock.at < START + 12 * HOUR; api.clock.at += HOUR) expect(await readDue()).toBe(0);
      },
    );
    expect(await reader().readDue()).toBe(2);
    expect((await api.store.ranCreatives(id)).get('control')).toMatchObject({ title: 'Warm all winter' });
  });

  it('have all five tries left after one that says nothing about the ad', async () => {
    const { id, adIds } = await begin([AD, AD]);
    // No answer in time would be another failure.
    const meta = client({ socketTimeoutMs: 10_000 });
    const { readDue } = createCreativeReader({ store: api.store, clock: api.clock, meta });
    const order = { method: 'GET', objectId: adIds[0]!, times: 1 } as const;
    const faults = ['server_error', 'expired_token', ...Array(4).fill('server_error')] as const;
    for (const [tries, kind] of faults.entries()) {
      await api.market.order({ ...order, kind });
      await readDue();
      expect(await api.store.awaitsCreatives(id)).toBe(tries < 5);
      api.clock.at += 3 * HOUR;
    }
  });

  it('are kept without a picture that can never be loaded', async () => {
    const { id } = await begin([
      { ...AD, picture: 'redirected_to_private' },
      { ...AD, picture: 'mislabelled' },
    ]);
    expect(await reader().readDue()).toBe(2);
    const [control, challenger] = [...(await api.store.ranCreatives(id)).values()];
    expect(control).toMatchObject({
      title: 'Warm all winter',
      picture: {
        hash: null,
        problem:
          "The picture of the ad could not be loaded: the address to which it is redirected isn't one of the public internet.",
      },
    });
    expect(challenger!.picture!.problem).toContain('its bytes are not those of image/png');
  });

  it('wait for a picture whose server is away, and are kept without it after the last try', async () => {
    const { id } = await begin([
      { ...AD, picture: 'away' },
      { ...AD, picture: 'silent' },
    ]);
    const { readDue } = reader(100);
    for (let tries = 1; tries <= 5; tries++) {
      expect(await readDue()).toBe(tries < 5 ? 0 : 2);
      api.clock.at += 3 * HOUR;
    }
    expect([...(await api.store.ranCreatives(id)).values()]).toMatchObject([
      {
        title: 'Warm all winter',
        picture: {
          hash: null,
          problem: 'The picture of the ad could not be loaded: its server answered 503.',
        },
      },
      {
        title: 'Warm all winter',
        picture: {
          problem: 'The picture of the ad could not be loaded: no complete answer within 100 ms.',
        },
      },
    ]);
  });

  it('are kept for the others if one can not be kept', async () => {
    const { id } = await begin([AD, AD]);
    const store = {
      ...api.store,
      saveRanCreative: (...row: Parameters<typeof api.store.saveRanCreative>) =>
        row[1] === 'control' ? Promise.reject(new Error('refused')) : api.store.saveRanCreative(...row),
    };
    await expect(reader(10_000, store).readDue()).rejects.toThrow('refused');
    expect([...(await api.store.ranCreatives(id)).keys()]).toEqual(['challenger-1']);
    await reader().readDue();
  });

  it('say so if their texts are in a post that the token may not read', async () => {
    const { id } = await begin([{ ...AD, form: 'page_post' }, AD]);
    expect(await reader().readDue()).toBe(2);
    expect((await api.store.ranCreatives(id)).get('control')).toMatchObject({
      form: 'page_post',
      title: null,
      picture: { hash: expect.any(String) },
      problem: expect.stringContaining('which Meta does not give to this token: GET'),
    });
  });
});

it('insights have the texts and pictures that people saw', async () => {
  const { id } = await begin([AD, { ...AD, title: 'Light as air', picture: 'missing' }]);
  await reader().readDue();
  const experiment = (await api.store.getExperiment(id))!;
  const found = await materialOf({ store: api.store, creatives: api.store }, experiment, 'control');
  expect(found.fields).toEqual({
    winner: { headline: 'Warm all winter', text: 'Down.', call_to_action: 'SHOP_NOW' },
    loser: { headline: 'Light as air', text: 'Down.', call_to_action: 'SHOP_NOW' },
  });
  expect(found.pictures).toMatchObject({ winner: { type: 'image/png' }, loser: null });
  expect(found.notes).toEqual([
    'The picture of the loser was left out: The picture of the ad could not be loaded: its server answered 404.',
  ]);
});

describe('the forecast of a test that was registered without texts', () => {
  const activities = () =>
    createLearningActivities({ store: api.store, clock: api.clock, creatives: reader() });

  it('is made from what Meta has, and waits for it', async () => {
    const { id, adIds } = await begin([AD, { ...AD, title: 'Light as air' }]);
    await api.market.order({ kind: 'server_error', method: 'GET', objectId: adIds[0]! });
    const { forecastTests } = activities();
    await forecastTests();
    expect(await api.store.getForecast(id)).toBeNull();
    api.clock.at += 5 * 60_000;
    await forecastTests();
    // There are texts now. For want of an encoder here, the forecast of them comes later.
    expect((await api.store.ranCreatives(id)).size).toBe(2);
    expect(await api.store.getForecast(id)).toBeNull();
  });

  it('does not wait long for a picture that never comes', async () => {
    await begin([{ ...AD, picture: 'silent' }, AD]);
    const creatives = reader(60_000);
    const began = performance.now();
    await createLearningActivities({ store: api.store, clock: api.clock, creatives }).forecastTests();
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('says that there is nothing to compare if Meta has no texts either', async () => {
    const { id } = await begin([
      { ...AD, form: 'page_post' },
      { ...AD, form: 'page_post' },
    ]);
    const encoders = openEncoders('');
    await createLearningActivities({ store: api.store, clock: api.clock, creatives: reader(), encoders })
      .forecastTests()
      .finally(() => encoders.close());
    expect((await api.store.getForecast(id))!.made.notes).toEqual([{ code: 'nothing_compared' }]);
  });
});
