import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import type { RanCreative } from '../../../src/domain/creative/ran-creative.js';
import { type Api, START, startApi } from '../support/harness.js';
import { seedExperiment } from '../support/seed.js';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);

let api: Api;
let hash: string;
beforeAll(async () => {
  api = await startApi();
  hash = await api.store.savePicture({ type: 'image/png', bytes: PNG });
});
afterAll(() => api.stop());

const ran = (more: Partial<RanCreative> = {}): RanCreative => ({
  form: 'asset_feed_spec',
  title: 'Warm all winter',
  body: 'Down.',
  description: null,
  callToAction: 'SHOP_NOW',
  link: 'https://shop.example/',
  picture: { kind: 'image', hash, problem: null },
  isFirstOfSeveral: true,
  readAt: START,
  ...more,
});

describe('a stored picture', () => {
  it('has its type, never changes and is nothing but a picture', async () => {
    const response = await createApp(api.dependencies, api.gateway).request(`/api/ab/pictures/${hash}`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
  });

  it('is not found, or named wrongly', async () => {
    const none = '0'.repeat(64);
    expect(await api.get(`/api/ab/pictures/${none}`)).toMatchObject({
      status: 404,
      body: { detail: `No picture with the hash ${none} is stored.` },
    });
    for (const wrong of ['abc', hash.toUpperCase(), `${hash}0`])
      expect(await api.get(`/api/ab/pictures/${wrong}`)).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('must be a SHA-256 hash, which has 64 digits from 0 to f') },
      });
  });
});

it('the answer for a test has each creative as it ran, or null before it is read', async () => {
  await seedExperiment(api, 'ran', { challengers: 2 });
  await api.store.saveRanCreative('ran', 'control', ran());
  const problem = 'Meta did not give the creative in 5 tries: GET /v24.0/1: no answer.';
  const nothing = { title: null, body: null, callToAction: null, link: null, picture: null };
  await api.store.saveRanCreative('ran', 'challenger-2', {
    ...{ form: 'unread', description: null, ...nothing, problem, readAt: START },
  });
  const { body } = await api.get('/api/ab/experiments/ran');
  const variants = body.variants as { creative: object; creative_as_run: object | null }[];
  expect(variants[0]!.creative).toMatchObject({ headline: null });
  expect(variants.map(({ creative_as_run }) => creative_as_run)).toEqual([
    {
      ...{ form: 'asset_feed_spec', title: 'Warm all winter', body: 'Down.', description: null },
      ...{ call_to_action: 'SHOP_NOW', link: 'https://shop.example/' },
      picture: { url: `/api/ab/pictures/${hash}`, kind: 'image', problem: null },
      ...{ is_first_of_several: true, problem: null, read_at: '2026-11-23T09:00:00Z' },
    },
    null,
    {
      ...{ form: 'unread', title: null, body: null, description: null, call_to_action: null, link: null },
      ...{ picture: null, is_first_of_several: false, problem, read_at: '2026-11-23T09:00:00Z' },
    },
  ]);
});
