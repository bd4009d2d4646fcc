import type { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentForecastAnswer } from '../../../src/api/forecasts/responses.js';
import { aDecision, moveTo, seedExperiment } from '../../api/support/seed.js';
import { aForecast, seedForecast, seedHeadlines, seedScore } from '../../api/support/seed-learning.js';
import { startWeb, type WebApi } from '../support.js';

type ForecastJson = z.output<typeof ExperimentForecastAnswer>;

describe('the forecast on the page of a test', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
  });
  afterAll(() => api.stop());

  const answerOf = async (id: string) =>
    (await api.get(`/api/ab/experiments/${id}/forecast`)).body as unknown as ForecastJson;
  /** The card alone. */
  const cardOf = async (id: string) => {
    const page = await api.page(`/experiments/${id}`);
    const card = /<section class="card" aria-labelledby="forecast">(.*?)<section class="card"/s.exec(
      page.html,
    )?.[1];
    return { ...page, card: (card ?? '').replace(/<[^>]*>/g, '').replace(/\s+/g, ' ') };
  };

  it('has the chances, differences and reasons of the API, in words and percent, and says that it is advice', async () => {
    const experiment = await seedHeadlines(api, 'asks', ['Still cold?', 'Warm all winter']);
    await seedForecast(api, experiment, [-0.1, 0.2]);
    const { forecast } = await answerOf('asks');
    const { card, figures } = await cardOf('asks');
    const inside = 'aria-labelledby="forecast"';
    expect(figures('chance_best', inside)).toEqual(
      forecast!.drafts.map((draft) => String(draft.chance_best)),
    );
    expect(figures('expected_pct', inside)).toEqual(
      forecast!.drafts.map((draft) => String(draft.expected_pct)),
    );
    for (const { reasons, remainder_message } of forecast!.drafts) {
      expect(reasons).toHaveLength(1);
      expect(card).toContain(reasons[0]!.message);
      expect(card).toContain(remainder_message);
    }
    expect(card).toMatch(/-4\.9 %: The headline contains a question mark/);
    expect(card).toMatch(/\+5\.1 %: this is true of other ads, not of this one: /);
    expect(card).toContain('by version 3 of the model');
    expect(card).toContain('Learned from 12 tests of your own.');
    expect(card).toContain('no decision and no budget uses it');
    expect(card).toContain('It is scored when the test is decided.');
    expect(card).not.toContain('What came out');
    expect(card).not.toMatch(/log|NaN|undefined/i);
  });

  it('stands beside the outcome: which ad was best, whether that was the first choice, and its lift', async () => {
    for (const [id, measured, said] of [
      ['right', [0, 0.3], '“Light” measured best. That was the first choice of the forecast.'],
      ['wrong', [0.3, 0], '“Warm” measured best. The first choice of the forecast was “Light”.'],
      ['equal', [0.1, 0.1], '“Warm” and “Light” measured equally best.'],
    ] as const) {
      const experiment = await seedHeadlines(api, id, ['Warm', 'Light']);
      const made = await seedForecast(api, experiment, [0, 0.2]);
      await seedScore(api, experiment, made, measured);
      const { card, figures } = await cardOf(id);
      const { score } = await answerOf(id);
      expect(card).toContain(said);
      expect(card).toContain('No attribute with a name explains the difference');
      const inside = 'aria-labelledby="forecast"';
      expect(figures('lift_pct', inside)).toEqual([String(score!.first_choice!.lift_pct)]);
      expect(figures('brier', inside)).toEqual([String(score!.brier)]);
      const [low, high] = score!.first_choice!.interval_pct;
      expect(card).toContain(`(90 % interval ${low < 0 ? '' : '+'}${low.toFixed(1)} % to`);
      expect(low).toBeLessThan(high);
    }
  });

  it('is a line if none was made, and says why if nothing is known', async () => {
    await seedExperiment(api, 'none');
    expect((await cardOf('none')).card).toContain(
      'There is no forecast: one is made before the first look, or never.',
    );
    await api.store.saveDecision(aDecision('none', 'no_winner'), {});
    await moveTo(api, 'none', 'no_winner');
    expect((await cardOf('none')).card).toContain('No forecast was made before the first look.');

    const experiment = await seedHeadlines(api, 'unknown', ['Warm', 'Light']);
    const made = aForecast(experiment, [0, 0], 0);
    await api.store.saveForecast({
      ...{ experimentId: 'unknown', madeAt: experiment.startedAt },
      made: {
        ...made,
        modelVersion: null,
        forecast: { ...made.forecast, learned: { tests: 0, basis: 'none' } },
        notes: [{ code: 'nothing_learned' }],
      },
    });
    const { card, figures } = await cardOf('unknown');
    expect(card).toContain('Nothing is known yet: no test with different texts has ended.');
    expect(figures('chance_best', 'aria-labelledby="forecast"')).toEqual([]);
  });
});
