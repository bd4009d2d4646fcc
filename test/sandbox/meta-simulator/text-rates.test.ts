import { afterEach, describe, expect, it } from 'vitest';
import { creativeWorld } from '../../../src/sandbox/meta-simulator/creative-world.js';
import type { MarketCreative, MarketTextWorld } from '../../../src/sandbox/meta-simulator/index.js';
import { DAY, Stage, total } from './support.js';

const WORLD: MarketTextWorld = { effects: 'some', unexplained: 0.1, baseClickRate: 0.03 };
const PLAIN = shown('Trail shoes that grip on wet rock');
const ASKING = shown('Ready for wet rock? Trail shoes that grip.');

function shown(title: string, more: Partial<MarketCreative> = {}): MarketCreative {
  return { title, body: 'They dry in an hour.', callToAction: 'SHOP_NOW', ...more };
}

let stage: Stage;
afterEach(() => stage.dispose());

async function open(world: Partial<MarketTextWorld>, seed = 5): Promise<Stage> {
  stage = await new Stage({ seed, market: { world } }).open();
  return stage;
}

/** Makes an ad set per creative; returns the ids of the ads. */
async function run(creatives: MarketCreative[], baseClickRate?: number) {
  const ads = creatives.map((creative, i) => ({ name: `ad ${i}`, dailyBudget: 200_000, creative }));
  return stage.market.createTest({ name: 'texts', ads, ...(baseClickRate && { baseClickRate }) });
}

async function rateOf(adId: string): Promise<number> {
  return (await stage.market.truth()).find((ad) => ad.adId === adId)!.trueClickRate;
}

function expected(creative: MarketCreative, seed = 5, world = WORLD): number {
  const texts = { headline: creative.title, body: creative.body, visualNotes: null };
  return Math.exp(creativeWorld(seed, world)(texts));
}

describe('the true click rate of an ad without one', () => {
  it('is the base rate times what its texts do in the hidden world, and is what the ad delivers', async () => {
    await open(WORLD);
    const { adIds } = await run([PLAIN, ASKING]);
    const rates = [PLAIN, ASKING].map((creative) => 0.03 * expected(creative));
    expect(await Promise.all(adIds.map(rateOf))).toEqual(rates);
    expect(rates[0]).not.toBe(rates[1]);
    stage.clock.pass(14 * DAY);
    const rows = await stage.hours();
    for (const [i, adId] of adIds.entries()) {
      const own = rows.filter((row) => row.adId === adId);
      const measured = total(own, 'linkClicks') / total(own, 'impressions');
      // Hours vary by 20 %, and the account's drift by 15 %.
      expect(Math.abs(Math.log(measured / rates[i]!))).toBeLessThan(0.1);
    }
  });

  it('depends on the seed and on the base rate of the test, and not on form, button, link or name', async () => {
    await open(WORLD);
    const same = shown(PLAIN.title, {
      form: 'video',
      callToAction: 'LEARN_MORE',
      link: 'https://a.example/',
    });
    const { adIds, adSetIds } = await run([PLAIN, same], 0.01);
    const rate = 0.01 * expected(PLAIN);
    expect(await Promise.all(adIds.map(rateOf))).toEqual([rate, rate]);
    const { adId } = await stage.market.addAd({ adSetId: adSetIds[0]!, name: 'more', creative: ASKING });
    expect(await rateOf(adId)).toBe(0.01 * expected(ASKING));
    expect(expected(PLAIN, 6)).not.toBe(expected(PLAIN, 5));
  });

  it('reads the description with the body', async () => {
    await open({ ...WORLD, unexplained: 0 });
    const body = 'Wet rock. Only today!';
    const { adIds } = await run([
      { ...PLAIN, body },
      { ...PLAIN, body: 'Wet rock.', description: 'Only today!' },
    ]);
    const [one, other] = await Promise.all(adIds.map(rateOf));
    expect(other).toBeCloseTo(one!, 12);
  });

  it('changes when the creative changes, from that instant on', async () => {
    await open({ ...WORLD, baseClickRate: 0.02 });
    const { adIds } = await run([PLAIN]);
    const [adId] = adIds as [string];
    const idOf = async () =>
      (await stage.get(adId, { fields: 'creative{id,title}' })).body.creative as object;
    const before = await idOf();
    stage.clock.pass(DAY);
    await stage.market.edit(adId, { creative: { ...ASKING } });
    expect(await rateOf(adId)).toBe(0.02 * expected(ASKING));
    const after = await idOf();
    expect(after).toMatchObject({ title: ASKING.title });
    expect(after).not.toMatchObject({ id: (before as { id: string }).id });
    await stage.restart();
    expect(await rateOf(adId)).toBe(0.02 * expected(ASKING));
    expect(await idOf()).toEqual(after);
    const { adIds: later } = await run([PLAIN]);
    expect(later[0]).not.toBe((after as { id: string }).id);
  });

  it('is kept with the world: a restart with other options changes nothing', async () => {
    await open(WORLD);
    const { adIds } = await run([ASKING]);
    const before = await rateOf(adIds[0]!);
    stage.options.market!.world = { effects: 'none', unexplained: 0, baseClickRate: 0.5 };
    await stage.restart();
    expect(await rateOf(adIds[0]!)).toBe(before);
    expect(stage.market.textWorld).toEqual({ seed: 5, ...WORLD });
  });

  it('is the same for all texts in a world without effects, but for what no attribute explains', async () => {
    await open({ effects: 'none', unexplained: 0, baseClickRate: 0.03 });
    const { adIds } = await run([PLAIN, ASKING]);
    expect(await Promise.all(adIds.map(rateOf))).toEqual([0.03, 0.03]);
  });

  it('is never above 1', async () => {
    await open({ ...WORLD, baseClickRate: 1 });
    const { adIds } = await run([PLAIN, ASKING]);
    for (const rate of await Promise.all(adIds.map(rateOf))) expect(rate).toBeLessThanOrEqual(1);
  });
});

describe('a click rate that is given', () => {
  it('counts instead of the texts, also after the creative changed; a set truth counts before both', async () => {
    await open(WORLD);
    const ad = { name: 'given', dailyBudget: 5_000, trueClickRate: 0.07, creative: PLAIN };
    const { adIds } = await stage.market.createTest({ name: 'given', ads: [ad] });
    await stage.market.edit(adIds[0]!, { creative: { ...ASKING } });
    expect(await rateOf(adIds[0]!)).toBe(0.07);
    const { adIds: texts } = await run([PLAIN]);
    await stage.market.setTruth(texts[0]!, 0.09);
    await stage.market.edit(texts[0]!, { creative: { ...ASKING } });
    expect(await rateOf(texts[0]!)).toBe(0.09);
  });

  it('is needed without a creative', async () => {
    await open(WORLD);
    const ads = [
      { name: 'one', dailyBudget: 5_000, creative: PLAIN },
      { name: 'two', dailyBudget: 5_000 },
    ];
    await expect(stage.market.createTest({ name: 'no', ads })).rejects.toThrow(
      'ads[1] must have trueClickRate, or a creative from whose texts it follows',
    );
    await expect(stage.market.addAd({ adSetId: stage.adSets[0], name: 'three' })).rejects.toThrow(
      'the ad must have trueClickRate',
    );
    const url = `${stage.market.url}/__market/tests`;
    const made = async (body: object) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await made({ name: 'over HTTP', ads: [ads[0]], baseClickRate: 0.01 })).status).toBe(201);
    expect((await made({ name: 'over HTTP', ads })).status).toBe(400);
  });

  it('is not changed by a creative that the market refuses', async () => {
    await open(WORLD);
    await expect(stage.market.edit(stage.ads[0], { creative: { title: 'Only a title' } })).rejects.toThrow(
      'creative can\'t be {"title":"Only a title"}',
    );
  });
});
