import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { type Api, startApi } from '../support/harness.js';
import { seedExperiment, seedPromoted } from '../support/seed.js';
import { DROPPED, extractOffline, KEPT, seedInsights } from '../support/seed-insights.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const path = (id: string) => `/api/ab/experiments/${id}/insights`;
const get = (id: string) => api.get(path(id));
const post = (id: string, headers = {}) => api.post(path(id), { by: 'ana' }, headers);

describe('GET insights', () => {
  it('gives claims with quotes, what was dropped and why, the model and the cost', async () => {
    await seedPromoted(api, 'won', { state: 'completed' });
    await seedInsights(api, 'won');
    const { status, body } = await get('won');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      experiment_id: 'won',
      status: 'extracted',
      message: 'Claude compared the two ads: 1 claim was kept and 1 dropped.',
      model: 'claude-test',
      prompt_version: 'insights-1',
      cost_usd: 0.009,
      dropped_counts: { comes_back: 1 },
      visual_notes: { control: 'Two socks' },
      number: 1,
      requested_by: 'service',
    });
    expect(body.claims).toEqual([
      {
        kind: 'hook_pattern',
        text: KEPT.text,
        side: 'winner',
        variant_id: 'challenger-1',
        field: 'headline',
        quote: 'Cold feet?',
        visible: null,
        attribute_id: 'question_mark',
        evidence: 'Not established yet.',
        pattern_id: 'question_mark',
      },
    ]);
    expect(body.dropped).toMatchObject([
      {
        text: DROPPED.text,
        reason: 'comes_back',
        message: 'With winner and loser exchanged, Claude says the same of the other ad: “Short headlines”.',
        like: 'Short headlines',
      },
    ]);
    expect(body.questions).toMatchObject([
      { labels: 'as_is', outcome: 'answered', cost_usd: 0.0045, input_tokens: 1_000 },
      { labels: 'exchanged', outcome: 'answered' },
    ]);
    expect(JSON.stringify(body)).not.toContain('{"claims": []}');
  });

  it('gives them in the form that existing callers know', async () => {
    const { body } = await get('won');
    expect(body.insights).toEqual({
      hook_patterns: [KEPT.text],
      visual_elements: [],
      performance_metrics: expect.objectContaining({ winner_ctr: 0.0345, lift: 0.22 }),
      winning_factors: [],
      replicable_patterns: [],
      audience_resonance: { emotional_trigger: null, value_proposition: null, pain_point_addressed: null },
      confidence_score: 0.4,
      extracted_at: '2026-11-23T09:00:00Z',
    });
  });

  it.each([
    [
      'running',
      'not_applicable',
      'Nothing is promoted: insights are extracted when a test has ended with a winner.',
    ],
    ['rolling_out', 'pending', 'Insights are extracted when the test has ended.'],
    ['completed', 'pending', 'The extraction has not begun yet.'],
    ['reverted', 'not_applicable', 'The promotion was reverted, so no winner stands.'],
  ] as const)('says of a test that is %s: %s', async (state, status, message) => {
    const id = `is_${state}`;
    if (state === 'running') await seedExperiment(api, id);
    else await seedPromoted(api, id, { state });
    const { body } = await get(id);
    expect(body).toMatchObject({ status, message, insights: null, claims: [], number: null, cost_usd: 0 });
  });

  it('says that a test without texts has nothing to compare', async () => {
    await seedPromoted(api, 'mute', { state: 'completed' });
    await extractOffline(api, 'mute');
    expect((await get('mute')).body).toMatchObject({
      status: 'failed',
      message: 'Neither a text nor a picture of both ads is on record, so there is nothing to compare.',
      insights: null,
    });
  });

  it('knows no other test', async () => {
    expect((await get('nobody')).status).toBe(404);
  });
});

describe('POST insights', () => {
  it('extracts again, and the earlier answer is kept', async () => {
    await seedPromoted(api, 'again', { state: 'completed' });
    await seedInsights(api, 'again');
    const { status, body } = await post('again');
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'pending', number: 2, requested_by: 'ana', insights: null });
    expect(api.gateway.extracting).toContain('again');
    expect((await api.store.listExtractions('again')).length).toBe(2);
  });

  it('wakes one that is pending, and enters no other', async () => {
    const { body } = await post('again');
    expect(body).toMatchObject({ number: 2 });
    expect(api.gateway.extracting.filter((id) => id === 'again')).toHaveLength(2);
  });

  it('is done once per key', async () => {
    await seedPromoted(api, 'keyed', { state: 'completed' });
    const first = await post('keyed', { 'idempotency-key': 'k1' });
    const second = await post('keyed', { 'idempotency-key': 'k1' });
    expect(second.body).toEqual(first.body);
    expect(api.gateway.extracting.filter((id) => id === 'keyed')).toHaveLength(1);
  });

  it('is refused while the test runs', async () => {
    await seedExperiment(api, 'early');
    const { status, body } = await post('early');
    expect(status).toBe(409);
    expect(body).toMatchObject({
      detail: 'The test is running: insights are extracted when it has ended.',
      state: 'running',
    });
  });

  it('says that Temporal does not answer; the request is kept', async () => {
    await seedPromoted(api, 'offline', { state: 'completed' });
    api.gateway.failure = new TemporalUnavailable();
    const { status } = await post('offline');
    api.gateway.failure = null;
    expect(status).toBe(503);
    expect(await api.store.toExtract(100)).toContain('offline');
  });
});

it('the seven endpoints carry the insights', async () => {
  const { body } = await api.post('/api/ab/auto-promote/check', { experiment_id: 'won' });
  expect(body).toMatchObject({
    status: 'promoted',
    insights: { hook_patterns: [KEPT.text], confidence_score: 0.4 },
    insights_status: 'extracted',
  });
});
