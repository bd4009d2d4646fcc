import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetaClient, ReadCreative } from '../../../src/clients/meta/types.js';
import { type Market, type MarketCreative, startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { clientOf, failureOf, json, TOKEN, withGraph } from './support.js';

const START = Date.UTC(2026, 10, 23, 17);

const AD: MarketCreative = {
  title: 'Warm all winter',
  body: 'Down, no feathers lost.',
  callToAction: 'SHOP_NOW',
  description: 'Free returns',
  link: 'https://shop.example/jackets',
};

async function openMarket(scopes: string[]): Promise<{ market: Market; close: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'creatives-'));
  const clock = { now: async () => START, scale: 1 };
  const market = await startMarket({ directory, clock, seed: 7, port: 0, accessToken: TOKEN, scopes });
  return {
    market,
    async close() {
      await market.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe('the creative of an ad of the market', () => {
  let opened: Awaited<ReturnType<typeof openMarket>>;
  let client: MetaClient;

  beforeAll(async () => {
    opened = await openMarket(['ads_read', 'pages_read_engagement']);
    client = clientOf(opened.market.url, { accountId: opened.market.account.id, now: () => START });
  });
  afterAll(() => opened.close());

  async function adWith(creative: MarketCreative): Promise<string> {
    const { adIds } = await opened.market.createTest({
      name: 'Jackets',
      ads: [{ name: 'Warm', dailyBudget: 5_000, trueClickRate: 0.02, creative }],
    });
    return adIds[0]!;
  }
  const read = async (creative: MarketCreative): Promise<ReadCreative> =>
    client.getCreative(await adWith(creative));

  const whole = {
    title: AD.title,
    body: AD.body,
    description: AD.description,
    callToAction: AD.callToAction,
    link: AD.link,
  };

  it.each([
    ['link', { ...whole, form: 'object_story_spec' }, 'image'],
    ['template', { ...whole, form: 'object_story_spec' }, 'image'],
    ['video', { ...whole, form: 'object_story_spec' }, 'video_thumbnail'],
    ['carousel', { ...whole, form: 'object_story_spec', isFirstOfSeveral: true }, 'image'],
    ['asset_feed', { ...whole, form: 'asset_feed_spec', isFirstOfSeveral: true }, 'image'],
    ['page_post', { ...whole, form: 'page_post' }, 'image'],
    ['fields', { ...whole, form: 'fields', description: null }, 'image'],
    [
      'photo',
      {
        ...{ form: 'object_story_spec', title: null, body: AD.body, description: null },
        ...{ callToAction: null, link: null },
      },
      'image',
    ],
  ] as const)('is read in the form %s, with its picture', async (form, expected, kind) => {
    const { creative, picture } = await read({ ...AD, form });
    expect(creative).toEqual(expected);
    expect(picture).toMatchObject({ kind, problem: null, loaded: { type: 'image/png' } });
    expect(picture!.loaded!.bytes.length).toBeGreaterThan(300);
  });

  it('keeps its texts if its picture can not be loaded, and says why', async () => {
    const expectations = [
      [
        'redirected_to_private',
        "the address to which it is redirected isn't one of the public internet",
        false,
      ],
      [
        'redirected_to_plain_http',
        "the address to which it is redirected isn't one of the public internet",
        false,
      ],
      ['redirected_for_ever', 'it was redirected more than 3 times', false],
      ['text', 'it is not one of image/png, image/jpeg, image/webp, image/gif', false],
      ['mislabelled', 'its bytes are not those of image/png, image/jpeg, image/webp, image/gif', false],
      ['too_large', 'it has more than 5 MB', false],
      ['missing', 'its server answered 404', false],
      ['away', 'its server answered 503', true],
    ] as const;
    for (const [kind, reason, isPassing] of expectations) {
      const { creative, picture } = await read({ ...AD, form: 'video', picture: kind });
      expect(creative, kind).toEqual({ ...whole, form: 'object_story_spec' });
      expect(picture, kind).toEqual({
        kind: 'video_thumbnail',
        loaded: null,
        problem: `The picture of the ad could not be loaded: ${reason}.`,
        isPassing,
      });
    }
  });

  it('keeps its texts if the server of its picture gives no answer', async () => {
    const { url, account } = opened.market;
    const impatient = clientOf(url, { accountId: account.id, now: () => START, pictureTimeoutMs: 100 });
    expect(await impatient.getCreative(await adWith({ ...AD, picture: 'silent' }))).toMatchObject({
      creative: { title: AD.title },
      picture: {
        loaded: null,
        problem: 'The picture of the ad could not be loaded: no complete answer within 100 ms.',
        isPassing: true,
      },
    });
  });

  it('has a picture that was redirected within the origin', async () => {
    const { picture } = await read({ ...AD, picture: 'redirected' });
    expect(picture).toMatchObject({ problem: null, loaded: { type: 'image/png' } });
  });

  it('is not given while Meta is down, or if there is no such ad', async () => {
    const adId = await adWith(AD);
    await opened.market.order({ kind: 'server_error', objectId: adId });
    expect((await failureOf(client.getCreative(adId))).kind).toBe('transient');
    expect((await failureOf(client.getCreative('404'))).kind).toBe('not_found');
  });

  it('is not settled if Meta fails to give the post for now', async () => {
    const adId = await adWith({ ...AD, form: 'page_post' });
    await opened.market.order({ kind: 'server_error', method: 'GET', skip: 1 });
    expect((await failureOf(client.getCreative(adId))).kind).toBe('transient');
    expect((await client.getCreative(adId)).creative.title).toBe(AD.title);
  });
});

it('of a post that the token may not read has what the creative itself says, and the reason', async () => {
  const { market, close } = await openMarket(['ads_read']);
  try {
    const client = clientOf(market.url, { accountId: market.account.id, now: () => START });
    const { adIds } = await market.createTest({
      name: 'Jackets',
      ads: [{ name: 'A', dailyBudget: 5_000, trueClickRate: 0.02, creative: { ...AD, form: 'page_post' } }],
    });
    const { creative, picture } = await client.getCreative(adIds[0]!);
    expect(creative).toMatchObject({ form: 'page_post', title: null, body: null });
    expect(creative.problem).toMatch(
      /^The ad shows a post of a page, which Meta does not give to this token: GET .*pages_read_engagement.*\(code 10, HTTP 403\)\.$/,
    );
    expect(picture).toMatchObject({ problem: null, loaded: { type: 'image/png' } });
  } finally {
    await close();
  }
});

describe('forms that the market lacks', () => {
  const readFrom = (creative: object, post: object = {}) =>
    withGraph(
      (seen, response) =>
        json(response, seen.path.endsWith('/9_8') ? { id: '9_8', ...post } : { id: '1', creative }),
      (client) => client.getCreative('1'),
    );

  it.each([
    [
      "the creative's own fields before those of its story",
      { title: 'Own', object_story_spec: { link_data: { name: 'Story', message: 'Body' } } },
      { form: 'object_story_spec', title: 'Own', body: 'Body' },
    ],
    [
      'a story of text alone',
      { object_story_spec: { text_data: { message: 'Only this' } } },
      { body: 'Only this' },
    ],
    [
      'a feed of videos',
      { asset_feed_spec: { bodies: [{ text: 'One' }, { text: 'Two' }], videos: [{ video_id: '5' }] } },
      { form: 'asset_feed_spec', body: 'One', title: null, isFirstOfSeveral: true },
    ],
    [
      'an empty feed beside a link',
      { asset_feed_spec: {}, object_story_spec: { link_data: { name: 'Story' } } },
      { form: 'object_story_spec', title: 'Story' },
    ],
    ['no creative at all', {}, { form: 'fields', title: null, body: null, link: null }],
  ])('%s', async (_, creative, expected) => {
    const read = await readFrom(creative);
    expect(read.creative).toMatchObject(expected);
    expect(read.picture).toBeNull();
  });

  it('texts without what no record can hold', async () => {
    const { creative } = await readFrom({ title: 'a\0b \ud800 🙂', body: '\0' });
    expect(creative).toMatchObject({ title: 'ab \ufffd 🙂', body: null });
  });

  it("a post's first card", async () => {
    const cards = [{ title: 'First', description: 'D' }, { title: 'Second' }];
    const { creative } = await readFrom(
      { effective_object_story_id: '9_8' },
      { message: 'M', attachments: { data: [{ media_type: 'album', subattachments: { data: cards } }] } },
    );
    expect(creative).toMatchObject({ title: 'First', body: 'M', description: 'D', isFirstOfSeveral: true });
  });

  it('a malformed field names itself', async () => {
    const error = await failureOf(readFrom({ asset_feed_spec: { titles: 'one' } }));
    expect(error.message).toBe(
      "Meta's answer for ad 1, creative, asset_feed_spec: field titles is malformed.",
    );
  });
});
