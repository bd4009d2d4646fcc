/** Too little data: every figure says so instead of giving a number. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWeb, type WebApi } from '../../web/support.js';
import { HOUR, type JsonObject, START } from '../support/harness.js';
import { seedExperiment, seedPromoted, seedVerification } from '../support/seed.js';

const REPORT = '/api/ab/auto-promote/compound-report';

describe('the report of an account without a decided test', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
  });
  afterAll(() => api.stop());

  const message = 'No experiment has been decided yet.';

  it.each(['no test at all', 'one that still runs'])('has a message alone: %s', async (what) => {
    if (what === 'one that still runs') await seedExperiment(api, 'running');
    expect((await api.get(REPORT)).body).toEqual({ total_experiments: 0, message, unreadable: [] });
    const { text, html } = await api.page('/compound');
    expect(text).toContain(message);
    expect(html).not.toContain('data-field=');
  });
});

describe('the report of one promoted test', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 300 * HOUR;
    await seedPromoted(api, 'only', { theta: Math.log(1.2), se: 0.05 });
  });
  afterAll(() => api.stop());

  it('has counts, and no rate, interval or amount that one test can not give', async () => {
    const { body } = await api.get(REPORT);
    expect(body.promotion_rate).toEqual({
      ...{ rate: null, interval: null, promoted: 1, decided: 1 },
      message: 'Of 1 test that the rule decided, it found a winner in 1: too few for a rate, which needs 5.',
    });
    expect(body.false_positives).toMatchObject({
      ...{ promotions: 1, observed_rate: null, observed_interval: null, worse: 0, verifications: 0 },
      ...{ replicated_rate: null, replicated_interval: null },
      message: expect.stringMatching(
        /^Of 1 promotion by the rule, about 0\.\d are expected to bring no true lift\. No verification has an outcome yet, so nothing was observed\./,
      ),
    });
    expect(body.hours_to_promotion).toEqual({
      ...{ median: 30, quartiles: null, promotions: 1 },
      message:
        'From the start of a test to its first budget change, over 1 promotion by the rule: too few for quartiles, which need 4.',
    });
    expect(body.savings).toEqual({
      ...{ totals: [], tests: [], unknown: [] },
      message: 'No promotion is verified yet, so no saving is counted.',
    });
    expect(body.manual_work).toMatchObject({
      hours: 1.17,
      minutes_each: 10,
      looks: 1,
      budget_writes: 6,
      reports: 0,
    });
    expect((body.lift_curve as JsonObject).message).toBe(
      'Too few promotions for a curve: a band needs 3 of them.',
    );
    expect((body.lift_curve as { bands: JsonObject[] }).bands[0]).toMatchObject({
      ...{ promotions: 1, shrunk_avg_pct: null, shrunk_interval_pct: null, avg_pct: null },
    });
    expect(body.pattern_library).toMatchObject({
      ...{ size: 0, uses: 0, success_rate: null, success_interval: null },
      message: 'The pattern library is empty.',
    });
    expect(body.insights).toMatchObject({
      ...{ claims_kept: 0, claims_dropped: 0, cost_this_month_usd: 0 },
      message: 'No insight was extracted yet.',
    });
    expect(body).toMatchObject({
      forced: null,
      forced_promotions: 0,
      verified_compound_improvement_pct: null,
    });
    expect(body.improvement).toMatchObject({
      message: expect.stringMatching(/^The promotion is believed to have raised the rate by \+/),
    });
  });

  it('says on the page what isnot known yet', async () => {
    const { text, figures } = await api.page('/compound');
    for (const said of [
      'Promotion ratenot known yet',
      'Money savednot known yet',
      'Success of patternsnot known yet',
      'False winners, observednot known yet',
      'Verified winnersnot known yet',
      'too few for a rate, which needs 5',
    ])
      expect(text).toContain(said);
    expect(figures('promotion_rate')).toEqual([]);
    expect(figures('savings_saved')).toEqual([]);
  });

  it('names a verified promotion whose loser has no outcome on record', async () => {
    await seedVerification(api, 'only', 'verified');
    expect((await api.get(REPORT)).body.savings).toEqual({
      ...{ totals: [], tests: [], unknown: ['only'] },
      message:
        'No saving is counted. 1 verified promotion is left out: the loser has no outcome on record, so it has no cost per outcome, or the winner has no delivery.',
    });
  });
});

describe('the report without a promotion', () => {
  let api: WebApi;
  beforeAll(async () => {
    api = await startWeb();
    api.clock.at = START + 300 * HOUR;
    await seedPromoted(api, 'forced', { theta: Math.log(1.2), se: 0.05, forced: true });
  });
  afterAll(() => api.stop());

  it('says that the rule has decided nothing, although someone forced one', async () => {
    const { body } = await api.get(REPORT);
    expect(body).toMatchObject({
      forced_promotions: 1,
      promotion_rate: { rate: null, decided: 0, message: 'The rule has decided no test yet.' },
      confidence: {
        average: null,
        message: 'No promotion by the rule stands, so there is no confidence to average.',
      },
      improvement: {
        ...{ shrunk_avg_pct: null, shrunk_interval_pct: null, avg_pct: null, interval_pct: null },
        message: 'No promotion by the rule stands, so there is no lift to average.',
      },
      false_positives: {
        expected_rate: null,
        message: 'The rule has promoted no ad yet, so none can be a false winner.',
      },
      hours_to_promotion: { median: null, message: 'The rule has promoted no ad yet.' },
    });
    expect((await api.page('/compound')).text).toContain('1 promotion that someone forced is in none');
  });
});
