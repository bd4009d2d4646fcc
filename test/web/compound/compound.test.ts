import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compounded } from '../../../src/web/compound/compound-chart.js';
import { HOUR, START } from '../../api/support/harness.js';
import { moveTo, seedPromoted, seedVerification } from '../../api/support/seed.js';
import { startWeb, type WebApi } from '../support.js';

describe('the results', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 300 * HOUR;
  });
  afterAll(() => api.stop());

  it('say so if nothing was decided yet', async () => {
    expect((await api.page('/compound')).html).toContain('No experiment has been decided yet.');
  });

  it('lead with the believed lift, and have the numbers of the report', async () => {
    await seedPromoted(api, 'one');
    await seedVerification(api, 'one', 'verified');
    await moveTo(api, 'one', 'completed', { at: START + 260 * HOUR });
    await seedPromoted(api, 'two', { theta: 0.15 });
    const { body } = await api.get('/api/ab/auto-promote/compound-report');
    const { html, text, figures } = await api.page('/compound');
    expect(html).toContain(String(body.message));
    const first = /data-field="([a-z_]+)"/.exec(html)?.[1];
    expect(first).toBe('shrunk_compound_improvement_pct');
    const promotions = body.promotions as Record<string, string | number | null>[];
    expect(promotions.map((one) => [one.experiment_id, one.verification])).toEqual([
      ['one', 'verified'],
      ['two', null],
    ]);
    for (const one of promotions) {
      const inside = `data-experiment="${one.experiment_id}"`;
      expect(html).toContain(`href="/experiments/${one.experiment_id}"`);
      expect(figures('shrunk_improvement_pct', inside)[0]).toBe(String(one.shrunk_improvement_pct));
      expect(figures('improvement_pct', inside)[0]).toBe(String(one.improvement_pct));
    }
    expect(figures('verified_improvement_pct')).toEqual([String(promotions[0]!.verified_improvement_pct)]);
    expect(text).toContain('Believed (2 promotions)');
    expect(text).toContain('Verified (1 of 2 promotions)');
    expect(text).toContain('Luck (2 tests)');
    for (const field of [
      'shrunk_compound_improvement_pct',
      'compound_improvement_pct',
      'verified_compound_improvement_pct',
      'luck_compound_improvement_pct',
      'successful_promotions',
      'verified_promotions',
      'false_positive_rate',
      'false_positive_bound',
    ])
      expect(figures(field), field).toEqual([String(body[field])]);
  });

  it('compound lifts by multiplication', () => {
    expect(compounded([10, 10, -50]).map((lift) => Number(lift.toFixed(6)))).toEqual([0, 0.1, 0.21, -0.395]);
  });
});
