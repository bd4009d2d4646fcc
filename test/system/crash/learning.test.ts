import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, until } from './http.js';
import { type Service, startService } from './service.js';

const HEADLINES = ['Shoes for long runs', 'Ready for a longer run?'];

interface ForecastJson {
  forecast: { made_at: string; drafts: { id: string; chance_best: number }[] } | null;
  score: { brier: number } | null;
}

/** One experiment hour takes half a second. */
describe('the sandbox, killed while it learns and started again', () => {
  let directory: string;
  let service: Service;
  const start = async () => {
    service = await startService(directory, { timeScale: 7_200, seed: 7, log: () => {} });
  };
  const forecastOf = (id: string) =>
    json<ForecastJson>(`${service.apiUrl}/api/ab/experiments/${id}/forecast`);
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-learning-'));
    await start();
  });
  afterAll(async () => {
    await service.stop().finally(() => rm(directory, { recursive: true, force: true }));
  });

  it('has the forecast of a test made from drafts before its first look, and learns once from it', {
    timeout: 480_000,
  }, async () => {
    const { draft_ids: drafts } = await json<{ draft_ids: string[] }>(`${service.apiUrl}/api/ab/forecasts`, {
      drafts: HEADLINES.map((headline) => ({ headline })),
    });
    const { adIds } = await json<{ adIds: string[] }>(`${service.marketUrl}/__market/tests`, {
      name: 'drafted',
      ads: [0.02, 0.04].map((trueClickRate, i) => ({ name: `ad ${i}`, dailyBudget: 100_000, trueClickRate })),
    });
    await json(`${service.apiUrl}/api/ab/experiments`, {
      ...{ id: 'drafted', name: 'Drafted', draft_ids: drafts },
      variants: adIds.map((ad_id, i) => ({ role: i === 0 ? 'control' : 'challenger', ad_id })),
    });
    const before = await until(async () => (await forecastOf('drafted')).forecast);
    expect(before.drafts).toHaveLength(2);
    const { looks } = await json<{ looks: { due_at: string }[] }>(
      `${service.apiUrl}/api/ab/experiments/drafted/looks`,
    );
    for (const look of looks) expect(Date.parse(before.made_at)).toBeLessThan(Date.parse(look.due_at));

    // Killed as soon as the first budgets have moved, which is when learning from the test becomes due, and again then.
    await until(async () => {
      const { state } = await json<{ state: string }>(`${service.apiUrl}/api/ab/experiments/drafted`);
      return ['rolling_out', 'verifying'].includes(state) ? state : null;
    });
    await service.kill('group');
    await start();
    await until(async () => {
      const { state } = await json<{ state: string }>(`${service.apiUrl}/api/ab/experiments/drafted`);
      return state === 'verifying' ? state : null;
    });
    await service.kill('node');
    await start();

    const { forecast } = await until(async () => {
      const now = await forecastOf('drafted');
      return now.score === null ? null : now;
    });
    expect(forecast).toEqual(before);
    const model = await until(async () => {
      const now = await json<{ model: { version: number; training_set: { tests: number } } | null }>(
        `${service.apiUrl}/api/ab/model`,
      );
      return now.model;
    });
    expect(model).toMatchObject({ version: 1, training_set: { tests: 1 } });
    const { patterns } = await until(async () => {
      const now = await json<{ patterns: { tests: number }[] }>(
        `${service.apiUrl}/api/ab/patterns?attribute=question_mark`,
      );
      return now.patterns[0]?.tests === 1 ? now : null;
    });
    expect(patterns).toHaveLength(1);
    const report = await json<{ forecasts: { tests: number } }>(
      `${service.apiUrl}/api/ab/auto-promote/compound-report`,
    );
    expect(report.forecasts.tests).toBe(1);
  });
});
