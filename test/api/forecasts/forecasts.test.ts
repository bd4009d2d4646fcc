import type { z } from '@hono/zod-openapi';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForecastAnswer } from '../../../src/api/forecasts/responses.js';
import { openEncoders } from '../../../src/clients/encoder/encoders.js';
import { type Api, startApi } from '../support/harness.js';
import { seedModel } from '../support/seed-learning.js';

type Forecast = z.output<typeof ForecastAnswer>;

const encoders = openEncoders('');
afterAll(() => encoders.close());

let api: Api;
beforeEach(async () => {
  api = await startApi({ encoders, encoder: 'use-lite' });
});
afterEach(() => api.stop());

const HEADLINES = ['She left her job at 40. Here is why', 'Do you hate your job?', 'A job that pays'];

async function forecast(headlines: readonly string[]): Promise<Forecast> {
  const { status, body } = await api.post('/api/ab/forecasts', {
    drafts: headlines.map((headline) => ({ headline })),
  });
  expect(status).toBe(200);
  return body as unknown as Forecast;
}

describe('before any own test has ended', () => {
  it('a forecast has reasons that say where they were learned, and adds up', async () => {
    const { evidence, drafts } = await forecast(HEADLINES);
    expect(evidence).toBe('foreign');
    for (const { reasons, remainder, expected } of drafts) {
      const said = reasons.reduce((sum, { contribution }) => sum + contribution, 0);
      expect(said + remainder).toBeCloseTo(expected, 10);
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) {
        expect(reason.evidence).toBe('foreign');
        expect(reason.message).toMatch(/Learned from headlines of a publisher, not from ads\.$/);
      }
    }
    const question = drafts[1]!.reasons.find(({ attribute }) => attribute === 'question_mark')!;
    expect(question).toMatchObject({ value: 1 });
    expect(question.contribution).toBeLessThan(0);
  });

  it('opportunities are those of the archive, and say so', async () => {
    const { opportunities } = await forecast(HEADLINES.slice(1));
    expect(opportunities.length).toBeGreaterThan(0);
    expect(opportunities.length).toBeLessThanOrEqual(5);
    for (const { evidence, message } of opportunities) {
      expect(evidence).toBe('foreign');
      expect(message).toContain(
        'No test of your own varies it. It was learned elsewhere (from headlines of a publisher, not from ads)',
      );
    }
  });

  it('the brand is known by its names in the settings', async () => {
    const explained = async (brandNames: string[]) => {
      const other = await startApi({ encoders, encoder: 'use-lite', brandNames });
      try {
        await seedModel(other, 12, { explanation: { coefficients: { brand_first: 0.1 }, explained: 0.1 } });
        const { body } = await other.post('/api/ab/forecasts', {
          drafts: [{ headline: 'Acme shoes are here' }, { headline: 'Shoes that last are here' }],
        });
        const [first] = (body as unknown as Forecast).drafts;
        return first!.reasons.map(({ attribute, value }) => ({ attribute, value }));
      } finally {
        await other.stop();
      }
    };
    expect(await explained([])).toEqual([]);
    expect(await explained(['Acme'])).toEqual([{ attribute: 'brand_first', value: 1 }]);
  });

  it('nothing is said without an encoder', async () => {
    const without = await startApi({ encoders: null, encoder: 'use-lite' });
    try {
      const { body } = await without.post('/api/ab/forecasts', {
        drafts: HEADLINES.map((headline) => ({ headline })),
      });
      expect(body).toMatchObject({ evidence: 'none', opportunities: [] });
    } finally {
      await without.stop();
    }
  });
});

describe('a test that is decided by another rate than those that were learned from', () => {
  const drafts = HEADLINES.map((headline) => ({ headline }));
  const asked = async (objective: string) => {
    const { body } = await api.post('/api/ab/forecasts', { drafts, objective });
    return body as unknown as Forecast;
  };

  it('is forecast without them, and says so', async () => {
    await seedModel(api, 12, { rate: 'impressions' });
    const clicks = await asked('click_through_rate');
    expect([clicks.model_version, clicks.notes]).toEqual([1, []]);
    const conversions = await asked('conversion_rate');
    expect(conversions).toMatchObject({ model_version: null, evidence: 'foreign', opportunities: [] });
    expect(conversions.notes).toEqual([
      'Your own tests are not used: most of them are decided by another rate than this one, e.g. by clicks and not by conversions.',
    ]);
    expect(await forecast(HEADLINES)).toMatchObject({ model_version: 1 });
  });

  it('is forecast with a model of an older version, which mixed all rates', async () => {
    await seedModel(api);
    expect(await asked('conversion_rate')).toMatchObject({ model_version: 1, notes: [] });
  });

  it('must name an objective that there is', async () => {
    const { status, body } = await api.post('/api/ab/forecasts', { drafts, objective: 'likes' });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('objective must be one of click_through_rate, conversion_rate');
  });
});
