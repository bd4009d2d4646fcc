import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLearningActivities } from '../../../src/activities/learning/index.js';
import type { PreviewJson, ProposalsJson } from '../../../src/api/setup/responses.js';
import { type Encoders, openEncoders } from '../../../src/clients/encoder/encoders.js';
import { type Encoder, EncoderFailure } from '../../../src/clients/encoder/types.js';
import { HOUR, START } from '../../api/support/harness.js';
import { aDecision, moveTo } from '../../api/support/seed.js';
import { seedHeadlines } from '../../api/support/seed-learning.js';
import { startWeb, type WebApi } from '../support.js';

const DAY = 24 * HOUR;

/** Encoders whose `use-lite` may be made to fail or to hang; texts that were not read before are then not known. */
class MoodyEncoders implements Encoders {
  mood: 'works' | 'fails' | 'hangs' = 'works';
  /** How often it was asked. */
  asked = 0;

  constructor(private readonly real: Encoders) {}

  get(name: Parameters<Encoders['get']>[0]): Encoder {
    const encoder = this.real.get(name);
    return {
      info: encoder.info,
      encode: (texts, options) => {
        this.asked += 1;
        if (this.mood === 'fails') throw new EncoderFailure('failed', 'it broke');
        if (this.mood === 'hangs') return new Promise(() => {});
        return encoder.encode(texts, options);
      },
      close: () => encoder.close(),
    };
  }

  missing(): null {
    return null;
  }

  close(): Promise<void> {
    return this.real.close();
  }
}

const encoders = new MoodyEncoders(openEncoders(''));
afterAll(() => encoders.close());

let web: WebApi;
beforeEach(async () => {
  encoders.mood = 'works';
  web = await startWeb({ encoders, encoder: 'use-lite' });
});
afterEach(() => web.stop());

/** Tests that have ended: questions did worse. */
async function learn(): Promise<void> {
  const metrics = (linkClicks: number) => ({
    ...{ impressions: 20_000, clicks: linkClicks, linkClicks },
    ...{ spend: 40_000, conversions: 20, revenue: 0 },
  });
  const tests = [
    ['Still cold?', 'Warm all winter'],
    ['Need new shoes?', 'Shoes that last'],
    ['Ready for rain?', 'Dry on every trail'],
    ['Lost your gloves?', 'Gloves made to last'],
  ];
  for (const [i, headlines] of tests.entries()) {
    const id = `ended-${i}`;
    await seedHeadlines(web, id, headlines);
    const decided = { metrics: { control: metrics(300), 'challenger-1': metrics(500) } };
    await web.store.saveDecision(aDecision(id, 'no_winner', decided), {});
    await moveTo(web, id, 'no_winner');
  }
  const { store, clock } = web;
  const activities = createLearningActivities({ store, clock, encoders, encoder: 'use-lite' });
  const learned = await new MockActivityEnvironment().run(activities.learnPreferences);
  expect(learned).toMatchObject({ version: 1, isNew: true });
}

/** Two ads that can be tested. */
function jackets(titles: readonly [string, string], { dailyBudget = 20_000, trueClickRate = 0.02 } = {}) {
  return web.market.createTest({
    name: 'Winter',
    since: START - 10 * DAY,
    ads: titles.map((title, i) => ({
      ...{ name: `Jacket ${i + 1}`, dailyBudget, trueClickRate },
      creative: { title, body: 'Down.', callToAction: 'SHOP_NOW' },
    })),
  });
}

const firstPreview = async (): Promise<PreviewJson> => {
  const { body } = await web.get('/api/ab/account/proposals');
  return (body as unknown as ProposalsJson).proposals[0]!.preview;
};

describe('the forecast on the page of new tests', () => {
  it('has the chance of each ad with at most three reasons, as the API has them', async () => {
    await learn();
    const { adIds } = await jackets(['Cold feet?', 'Warm feet all day']);
    const { forecast } = await firstPreview();
    expect(forecast).toMatchObject({ note: null, model_version: 1, learned_from_tests: 4 });
    expect(forecast.ads.map(({ ad_id }) => ad_id).sort()).toEqual([...adIds].sort());
    expect(forecast.ads.reduce((sum, { chance_best }) => sum + chance_best, 0)).toBeCloseTo(1, 3);
    const of = (adId: string) => forecast.ads.find(({ ad_id }) => ad_id === adId)!;
    expect(of(adIds[1]!).chance_best).toBeGreaterThan(of(adIds[0]!).chance_best);

    const page = await web.page('/experiments/new');
    expect(page.figures('chance_best')).toEqual(forecast.ads.map(({ chance_best }) => String(chance_best)));
    expect(page.figures('expected_pct')).toEqual(
      forecast.ads.map(({ expected_pct }) => String(expected_pct)),
    );
    expect(page.text).toContain(
      'Learned from 4 tests of your own, and elsewhere from headlines of a publisher, not from ads. It is advice',
    );
    for (const { reasons } of forecast.ads)
      for (const reason of reasons.slice(0, 3)) expect(page.text.replaceAll('&quot;', '"')).toContain(reason);
    expect(page.text).toContain(forecast.pair!.message);
    expect(forecast.pair!.message).toMatch(
      /^A test of Jacket 2 and Jacket 1 has a \d+ % chance of telling them apart/,
    );
    expect(page.html).not.toContain('class="warn">A test of');
  });

  it('warns if a test of these texts looks hopeless', async () => {
    await jackets(['Warm feet all day', 'Warm feet all night'], { dailyBudget: 1_000, trueClickRate: 0.002 });
    const { forecast } = await firstPreview();
    expect(forecast.pair).toMatchObject({ looks_hopeless: true });
    const { html } = await web.page('/experiments/new');
    expect(html).toContain(`<p class="warn">${forecast.pair!.message}</p>`);
    expect(forecast.pair!.message).toContain('It looks hopeless');
  });

  it('is a line that says why nothing is known, and the test starts all the same', async () => {
    const { adIds } = await jackets(['Cold feet?', 'Warm feet all day']);
    encoders.mood = 'fails';
    expect((await firstPreview()).forecast).toMatchObject({
      ...{ note: 'Nothing can be said now: it broke.', ads: [], pair: null, model_version: null },
    });
    expect((await web.page('/experiments/new')).text).toContain('Nothing can be said now: it broke.');

    encoders.mood = 'hangs';
    const before = performance.now();
    const slow = await web.page('/experiments/new');
    // The forecaster alone would wait for 20 s.
    expect(performance.now() - before).toBeLessThan(15_000);
    expect(slow.status).toBe(200);
    expect(slow.text).toContain('Nothing is known yet: the texts are still being read.');

    const asked = {
      name: 'Jackets',
      variants: adIds.map((ad_id, i) => ({ role: i === 0 ? 'control' : 'challenger', ad_id })),
      policy: {},
    };
    const { asked: asks } = encoders;
    expect((await web.post('/api/ab/experiments', asked)).status).toBe(201);
    expect(encoders.asked).toBe(asks);
    expect(web.internalErrors).toEqual([]);
  });
});
