import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { claimedInterval, claimedLift, compoundLift, pooled } from '../../../src/domain/reporting/lift.js';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { compoundInterval, shrunkLift } from '../../../src/domain/reporting/shrinkage.js';
import { type Api, HOUR, type JsonObject, START, startApi } from '../support/harness.js';
import {
  aDecision,
  moveTo,
  pairOfChallenger,
  seedExperiment,
  seedPromoted,
  seedRecheck,
  seedVerification,
} from '../support/seed.js';

const DAY = 24 * HOUR;
const round = (value: number) => Math.round(value * 100) / 100;

const HISTORY_FIELDS = [
  'experiment_id',
  'winner_id',
  'confidence',
  'winner_metrics',
  'loser_metrics',
  'promoted_at',
  'test_duration_days',
  'start_date',
  'end_date',
];
const REPORT_FIELDS = [
  'total_experiments',
  'successful_promotions',
  'avg_improvement_per_test',
  'median_improvement',
  'compound_improvement_pct',
  'avg_confidence',
  'total_improvement_range',
  'improvement_trend',
  'generated_at',
];

describe('with no finished experiment', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
    await seedExperiment(api, 'running');
  });
  afterAll(() => api.stop());

  it('history is empty', async () => {
    const { body } = await api.get('/api/ab/auto-promote/history');
    expect(body).toEqual({ history: [], count: 0, days_back: 30, unreadable: [] });
  });

  it('the compound report has no more than a message', async () => {
    const { body } = await api.get('/api/ab/auto-promote/compound-report');
    expect(body).toEqual({ total_experiments: 0, message: expect.any(String), unreadable: [] });
  });

  it('the dashboard shows zeros', async () => {
    const { body } = await api.get('/api/ab/auto-promote/dashboard');
    expect(body).toMatchObject({
      summary: {
        recent_promotions_7d: 0,
        avg_confidence: 0,
        total_experiments: 0,
        compound_improvement_pct: 0,
      },
      recent_winners: [],
      compound_learning: { total_experiments: 0 },
    });
  });
});

describe('with four decided experiments and one that runs', () => {
  let api: Api;
  const now = START + 40 * DAY;
  const effects = [
    { theta: 0.3, se: 0.1 },
    { theta: 0.1, se: 0.05 },
  ];

  beforeAll(async () => {
    api = await startApi();
    api.clock.at = now;
    await seedPromoted(api, 'old', { ...effects[0], startedAt: now - 36 * DAY, at: now - 33 * DAY });
    await seedPromoted(api, 'new', { ...effects[1], startedAt: now - 4 * DAY, at: now - 2.5 * DAY });
    await seedPromoted(api, 'incumbent', {
      winner: 'control',
      rule: 'welch',
      startedAt: now - 12 * DAY,
      at: now - 10 * DAY,
    });
    await seedPromoted(api, 'undone', {
      status: 'reverted',
      state: 'reverted',
      startedAt: now - 22 * DAY,
      at: now - 20 * DAY,
    });
    await seedExperiment(api, 'undecided', { startedAt: now - 30 * DAY });
    await api.store.saveDecision(
      aDecision('undecided', 'no_winner', { pairs: [pairOfChallenger(0.01, 0.02)] }),
      {},
    );
    await moveTo(api, 'undecided', 'no_winner', { at: now - 2 * DAY });
    await seedExperiment(api, 'running', { startedAt: now - DAY });
  });
  afterAll(() => api.stop());

  it('history has the promotions of the requested days, newest first, with every field', async () => {
    const { status, body } = await api.get('/api/ab/auto-promote/history');
    expect(status).toBe(200);
    const history = body.history as JsonObject[];
    expect(history.map((entry) => entry.experiment_id)).toEqual(['new', 'incumbent', 'undone']);
    expect(body).toMatchObject({ count: 3, days_back: 30 });
    for (const entry of history) expect(Object.keys(entry)).toEqual(expect.arrayContaining(HISTORY_FIELDS));
    expect(history[0]).toMatchObject({
      winner_id: 'ad_new_challenger-1',
      loser_id: 'ad_new_control',
      confidence: 0.97,
      winner_metrics: { impressions: 15_000, ctr: 3.45 },
      loser_metrics: { impressions: 14_800, ctr: 2.7 },
      promoted_at: '2026-12-30T21:00:00Z',
      start_date: '2026-12-29T09:00:00Z',
      end_date: '2026-12-30T21:00:00Z',
      test_duration_days: 1.5,
      forced: false,
      declaration: null,
      promoted_by: 'rule',
    });
    expect(history[1]).toMatchObject({
      winner_id: 'ad_incumbent_control',
      loser_id: 'ad_incumbent_challenger-1',
    });
  });

  it('have a note if a confidence is not adjusted for repeated looks', async () => {
    const history = (await api.get('/api/ab/auto-promote/history')).body.history as JsonObject[];
    expect(history.map((entry) => entry.confidence_note)).toEqual([
      null,
      'unadjusted for repeated looks',
      null,
    ]);
    const note = '1 of 3 confidences are unadjusted for repeated looks';
    expect((await api.get('/api/ab/auto-promote/compound-report')).body.avg_confidence_note).toBe(note);
    expect((await api.get('/api/ab/auto-promote/dashboard')).body.summary).toMatchObject({
      avg_confidence_note: note,
    });
  });

  it('history keeps to days_back and limit', async () => {
    const ids = async (query: string) =>
      ((await api.get(`/api/ab/auto-promote/history?${query}`)).body.history as JsonObject[]).map(
        (entry) => entry.experiment_id,
      );
    expect(await ids('days_back=3650')).toEqual(['new', 'incumbent', 'undone', 'old']);
    expect(await ids('days_back=5')).toEqual(['new']);
    expect(await ids('days_back=3650&limit=2')).toEqual(['new', 'incumbent']);
  });

  it.each([
    { query: 'days_back=0', field: 'days_back', says: /1 to 3650/ },
    { query: 'days_back=3651', field: 'days_back', says: /1 to 3650/ },
    { query: 'limit=0', field: 'limit', says: /1 to 1000/ },
    { query: 'limit=1001', field: 'limit', says: /1 to 1000/ },
    { query: 'limit=many', field: 'limit', says: /whole number/ },
  ])('history refuses $query', async ({ query, field, says }) => {
    const answer = await api.get(`/api/ab/auto-promote/history?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field, message: expect.stringMatching(says) }]);
  });

  it('the compound report has claimed and shrunk figures, and none verified yet', async () => {
    const { body } = await api.get('/api/ab/auto-promote/compound-report');
    expect(Object.keys(body)).toEqual(expect.arrayContaining(REPORT_FIELDS));
    const claimed = [claimedLift(0.3), 0, claimedLift(0.1)];
    // All five tests have a result. The control won one, and one promotion was reverted, both with the effect of the seed.
    const seeded = { theta: 0.3, se: 0.1 };
    const prior = learnPrior([
      ...effects,
      { ...seeded, theta: -seeded.theta },
      seeded,
      { theta: 0.01, se: 0.02 },
    ]);
    const shrunk = [shrunkLift(effects[0]!, prior), 0, shrunkLift(effects[1]!, prior)];
    const percent = (interval: [number, number]) => interval.map((lift) => round(100 * lift));
    const mean = (lifts: number[]) => lifts.reduce((a, b) => a + b) / lifts.length;
    expect(body).toMatchObject({
      total_experiments: 5,
      successful_promotions: 3,
      reverted_promotions: 1,
      without_winner: 1,
      avg_confidence: 0.97,
      avg_improvement_per_test: round(100 * mean(claimed)),
      shrunk_avg_improvement_per_test: round(100 * mean(shrunk)),
      verified_avg_improvement_per_test: null,
      median_improvement: round(100 * claimedLift(0.1)),
      shrunk_median_improvement: round(100 * shrunk[2]!),
      compound_improvement_pct: round(100 * compoundLift(claimed)),
      shrunk_compound_improvement_pct: round(100 * compoundLift(shrunk)),
      verified_compound_improvement_pct: null,
      total_improvement_range: { min: 0, max: round(100 * claimedLift(0.3)) },
      improvement_trend: claimed.map((lift) => round(100 * lift)),
      shrunk_improvement_trend: shrunk.map((lift) => round(100 * lift)),
      verified_improvement_trend: null,
      verified_promotions: 0,
      compound_improvement_interval_pct: percent(claimedInterval(effects)),
      shrunk_compound_improvement_interval_pct: percent(compoundInterval(effects, prior)),
      verified_compound_improvement_interval_pct: null,
      false_positive_bound: null,
      prior_scale: expect.closeTo(prior.scale, 4),
      prior_mean: expect.closeTo(prior.mean, 4),
      prior_zero_share: expect.closeTo(prior.zeroShare, 4),
      prior_tests: 5,
      prior_note: expect.stringMatching(
        /^Only 5 tests have a result \(a promoted ad, or no winner\), fewer than 10: .* a default/,
      ),
      message: expect.stringMatching(/^3 promotions together gained about \+\d.* a default/),
      luck_compound_improvement_pct: expect.any(Number),
      luck_compound_improvement_interval_pct: [0, expect.any(Number)],
      generated_at: '2027-01-02T09:00:00Z',
    });
    for (const field of Object.keys(body).filter((name) => name.startsWith('shrunk_'))) {
      expect(body).toHaveProperty(field.replace('shrunk_', 'verified_'));
      expect(body).toHaveProperty(field.replace('shrunk_', ''));
    }
    for (const field of Object.keys(body).filter((name) => name.endsWith('compound_improvement_pct')))
      expect(body).toHaveProperty(field.replace('_pct', '_interval_pct'));
  });

  it('the dashboard puts them together', async () => {
    api.gateway.scheduled = [{ id: 'auto_promotion_check', paused: false, nextRunAt: now + HOUR }];
    const report = (await api.get('/api/ab/auto-promote/compound-report')).body;
    const history = (await api.get('/api/ab/auto-promote/history')).body.history;
    const { body } = await api.get('/api/ab/auto-promote/dashboard');
    expect(Object.keys(body)).toEqual([
      'summary',
      'recent_winners',
      'compound_learning',
      'scheduler',
      'generated_at',
    ]);
    expect(body.summary).toMatchObject({
      recent_promotions_7d: 1,
      avg_confidence: 0.97,
      avg_improvement_pct: report.avg_improvement_per_test,
      shrunk_avg_improvement_pct: report.shrunk_avg_improvement_per_test,
      verified_avg_improvement_pct: null,
      total_experiments: 5,
      compound_improvement_pct: report.compound_improvement_pct,
      shrunk_compound_improvement_pct: report.shrunk_compound_improvement_pct,
      verified_compound_improvement_pct: null,
      shrunk_compound_improvement_interval_pct: report.shrunk_compound_improvement_interval_pct,
      compound_improvement_interval_pct: report.compound_improvement_interval_pct,
      verified_compound_improvement_interval_pct: null,
      prior_note: report.prior_note,
    });
    expect(body.recent_winners).toEqual(history);
    expect(body.compound_learning).toEqual(report);
    expect(body.scheduler).toMatchObject({ scheduler_state: 'running' });
  });

  it('the dashboard works without Temporal', async () => {
    api.gateway.failure = new TemporalUnavailable('away');
    const { status, body } = await api.get('/api/ab/auto-promote/dashboard');
    api.gateway.failure = null;
    expect(status).toBe(200);
    expect(body.scheduler).toMatchObject({ is_running: false, scheduler_state: 'stopped', jobs: [] });
  });
});

describe('with a rollout that wrote and a later one in shadow', () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
    api.clock.at = START + 3 * DAY;
    await seedPromoted(api, 'real', { at: START + 30 * HOUR });
    await seedPromoted(api, 'shown', { status: 'shadow', at: START + 40 * HOUR });
  });
  afterAll(() => api.stop());

  const marks = (entries: unknown) =>
    (entries as JsonObject[]).map(({ experiment_id, shadow }) => [experiment_id, shadow]);

  it('history marks the shadow promotion', async () => {
    const { body } = await api.get('/api/ab/auto-promote/history');
    expect(marks(body.history)).toEqual([
      ['shown', true],
      ['real', false],
    ]);
  });

  it('the dashboard counts what was written, and marks the winner in shadow', async () => {
    const { body } = await api.get('/api/ab/auto-promote/dashboard');
    expect(body.summary).toMatchObject({ recent_promotions_7d: 1 });
    expect(body.compound_learning).toMatchObject({ successful_promotions: 1 });
    expect(marks(body.recent_winners)).toEqual([
      ['shown', true],
      ['real', false],
    ]);
  });
});

describe('with verified promotions', () => {
  let api: Api;
  const decided = { theta: 0.3, se: 0.1 };
  beforeAll(async () => {
    api = await startApi();
    const ids = ['verified', 'better', 'unsure', 'worse', 'awaited'];
    for (const [index, id] of ids.entries()) {
      const ended = id === 'worse' ? 'reverted' : 'completed';
      const state = id === 'awaited' ? 'verifying' : ended;
      const status = id === 'worse' ? 'reverted' : 'completed';
      await seedPromoted(api, id, { ...decided, state, status, startedAt: START + index * DAY });
    }
    await seedVerification(api, 'verified', 'verified');
    await seedVerification(api, 'better', 'verified', { theta: 0.35, interval: [0.2, 0.6] });
    await seedVerification(api, 'unsure', 'not_verified', { theta: 0.02, interval: [-0.1, 0.15] });
    const harm = { theta: -0.3, interval: [-0.4, -0.1] as [number, number], logHarm: 800 };
    await seedVerification(api, 'worse', 'reverted', harm);
    api.clock.at = START + 20 * DAY;
  });
  afterAll(() => api.stop());

  it('the compound report counts them separately, with figures from decision and verification combined', async () => {
    const { body } = await api.get('/api/ab/auto-promote/compound-report');
    const prior = learnPrior(new Array(5).fill(decided));
    const both = [0.2, 0.35].map((theta) => pooled([decided, { theta, se: 0.05 }])!);
    const lifts = both.map((estimate) => shrunkLift(estimate, prior));
    const shown = lifts.map((lift) => round(100 * lift));
    expect(body).toMatchObject({
      successful_promotions: 4,
      verified_promotions: 2,
      not_verified_promotions: 1,
      reverted_promotions: 1,
      reverted_by_verification: 1,
      replication_rate: 0.5,
      reverted_by_verification_rate: 0.25,
      false_positive_rate: expect.any(Number),
      verified_avg_improvement_per_test: round((100 * (lifts[0]! + lifts[1]!)) / 2),
      verified_median_improvement: round((100 * (lifts[0]! + lifts[1]!)) / 2),
      verified_compound_improvement_pct: round(100 * compoundLift(lifts)),
      verified_compound_improvement_interval_pct: compoundInterval(both, prior).map((lift) =>
        round(100 * lift),
      ),
      verified_total_improvement_range: { min: shown[0], max: shown[1] },
      verified_improvement_trend: shown,
    });
    expect(body.false_positive_rate).toBeGreaterThan(0.15);
    expect(body.false_positive_rate).toBeLessThan(0.3);
    const { summary } = (await api.get('/api/ab/auto-promote/dashboard')).body as { summary: JsonObject };
    expect(summary).toMatchObject({
      verified_avg_improvement_pct: body.verified_avg_improvement_per_test,
      verified_compound_improvement_pct: body.verified_compound_improvement_pct,
    });
  });

  it('an experiment shows its verification, null before its outcome', async () => {
    const { verification } = (await api.get('/api/ab/experiments/verified')).body;
    expect(verification).toEqual({
      outcome: 'verified',
      message: 'It is verified.',
      winner_variant_id: 'challenger-1',
      rival_variant_id: 'control',
      lift: Math.expm1(0.2),
      effect: 0.2,
      standard_error: 0.05,
      interval: [0.12, 0.33],
      rows: 168,
      days: 7,
      winner_events: 900,
      rival_events: 180,
      evidence_of_harm: 0,
      due_at: expect.stringMatching(/^20\d\d-.*Z$/),
      seen_until: expect.stringMatching(/Z$/),
      decided_at: expect.stringMatching(/Z$/),
    });
    expect((await api.get('/api/ab/experiments/awaited')).body.verification).toBeNull();
    const worse = (await api.get('/api/ab/experiments/worse')).body.verification as JsonObject;
    expect(worse.evidence_of_harm).toBe(1e9);
  });

  it('an experiment shows its recheck, null before there is one', async () => {
    expect((await api.get('/api/ab/experiments/verified')).body.recheck).toBeNull();
    const laterTests = [{ adSetId: '501', experimentId: 'autumn' }];
    await seedRecheck(api, 'verified', { outcome: 'faded', theta: 0.05, interval: [-0.01, 0.1], laterTests });
    expect((await api.get('/api/ab/experiments/verified')).body.recheck).toEqual({
      outcome: 'faded',
      message: 'The lift holds.',
      winner_variant_id: 'challenger-1',
      rival_variant_id: 'control',
      lift: Math.expm1(0.05),
      effect: 0.05,
      standard_error: 0.05,
      interval: [-0.01, 0.1],
      rows: 168,
      days: 7,
      winner_events: 900,
      rival_events: 180,
      later_tests: [{ ad_set_id: '501', experiment_id: 'autumn' }],
      due_at: expect.stringMatching(/Z$/),
      seen_until: expect.stringMatching(/Z$/),
      decided_at: expect.stringMatching(/Z$/),
    });
  });

  it('a check shows it', async () => {
    api.gateway.answer = async () => {
      await seedVerification(api, 'awaited', 'not_verified');
      return { kind: 'done', outcome: { state: 'completed', message: 'Not verified.', decision: null } };
    };
    const { body } = await api.post('/api/ab/auto-promote/check', { experiment_id: 'awaited' });
    expect(body).toMatchObject({
      status: 'promoted',
      message: 'Not verified.',
      verification: { outcome: 'not_verified', rival_variant_id: 'control' },
    });
  });
});
