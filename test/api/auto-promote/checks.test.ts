import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CheckResult } from '../../../src/api/auto-promote/responses.js';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, HOUR, type JsonObject, START, startApi } from '../support/harness.js';
import {
  aDecision,
  moveTo,
  seedExperiment,
  seedPromoted,
  seedPromotion,
  seedWrite,
} from '../support/seed.js';

let api: Api;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
afterEach(() => {
  api.gateway.asked.length = 0;
  api.gateway.failure = null;
  api.gateway.answer = new FakeGateway().answer;
});

const check = (body: unknown, headers = {}) => api.post('/api/ab/auto-promote/check', body, headers);

/** The fields of a result that existing callers read. */
const RESULT_FIELDS = [
  'experiment_id',
  'status',
  'winner_ad_id',
  'loser_ad_id',
  'confidence',
  'winner_metrics',
  'budget_reallocation',
  'insights',
  'insights_status',
  'message',
  'promoted_at',
];

describe('POST /api/ab/auto-promote/check', () => {
  it('answers a promotion in the form that existing callers know', async () => {
    const experiment = await seedExperiment(api, 'promoted');
    api.gateway.answer = async () => {
      const at = START + 30 * HOUR;
      await moveTo(api, 'promoted', 'rolling_out', { at, winnerVariantId: 'challenger-1', promotedAt: at });
      await seedPromotion(api, experiment, { phases: ['60'], at });
      const decision = aDecision('promoted', 'promote');
      return { kind: 'done', outcome: { state: 'rolling_out', message: 'Phase 60 is written.', decision } };
    };
    const answer = await check({ experiment_id: 'promoted' });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(expect.arrayContaining(RESULT_FIELDS));
    expect(answer.body).toMatchObject({
      experiment_id: 'promoted',
      status: 'promoted',
      winner_ad_id: 'ad_promoted_challenger-1',
      loser_ad_id: 'ad_promoted_control',
      confidence: 0.97,
      insights: null,
      insights_status: 'pending',
      message: 'Phase 60 is written.',
      promoted_at: '2026-11-24T15:00:00Z',
      state: 'rolling_out',
    });
    expect(answer.body.winner_metrics).toEqual({
      impressions: 15_000,
      clicks: 518,
      spend: 412.5,
      conversions: 31,
      ctr: 3.45,
      cpc: 0.8,
      cpm: 27.5,
      conversion_rate: 5.98,
      all_clicks: 700,
      revenue: 1500,
    });
    expect(answer.body.loser_metrics).toMatchObject({ impressions: 14_800, clicks: 400, ctr: 2.7 });
    expect(answer.body.budget_reallocation).toEqual({
      status: 'in_progress',
      total_budget_cents: 10_000,
      winner_old_budget_cents: 5_000,
      winner_new_budget_cents: 8_000,
      loser_old_budget_cents: 5_000,
      loser_new_budget_cents: 2_000,
      winner_budget_pct: 0.8,
      loser_budget_pct: 0.2,
      phased_rollout: true,
      reallocated_at: null,
      currency: 'USD',
      winner_current_budget_cents: 6_000,
      loser_current_budget_cents: 4_000,
      at_risk_cents: 0,
      phases: [
        { name: '60', winner_share: 0.6, read_back_at: '2026-11-24T15:00:00Z' },
        { name: '70', winner_share: 0.7, read_back_at: null },
        { name: '80', winner_share: 0.8, read_back_at: null },
      ],
    });
    expect(api.gateway.asked[0]).toMatchObject({ kind: 'check', waitMs: 200 });
  });

  it.each([
    { status: 'completed', winnerNew: 8_000, reallocated: '2026-11-24T17:00:00Z' },
    { status: 'shadow', winnerNew: 8_000, reallocated: '2026-11-24T17:00:00Z' },
    { status: 'needs_attention', winnerNew: 8_000, reallocated: '2026-11-24T17:00:00Z' },
  ] as const)('budget_reallocation.status is $status', async ({ status, winnerNew, reallocated }) => {
    const id = `with_${status}`;
    await seedPromoted(api, id, { status });
    api.gateway.answer = async () => ({
      kind: 'done',
      outcome: { state: 'verifying', message: 'All is well.', decision: null },
    });
    const { body } = await check({ experiment_id: id });
    expect(body).toMatchObject({
      status: 'promoted',
      budget_reallocation: { status, winner_new_budget_cents: winnerNew, reallocated_at: reallocated },
    });
  });

  it('shows the base after a revert', async () => {
    const experiment = await seedPromoted(api, 'undone', { status: 'reverted', state: 'reverting' });
    const base: Record<string, number> = { set_undone_control: 5_000, 'set_undone_challenger-1': 5_000 };
    for (const [adSetId, amount] of Object.entries(base))
      await seedWrite(api, experiment.id, adSetId, 'revert', 8_000, amount, 'applied', START + 40 * HOUR);
    await seedWrite(
      api,
      experiment.id,
      'set_undone_control',
      'revert',
      5_000,
      1,
      'refused',
      START + 41 * HOUR,
    );
    api.gateway.answer = async () => ({
      kind: 'done',
      outcome: { state: 'reverting', message: 'On the way back.', decision: null },
    });
    const { body } = await check({ experiment_id: 'undone' });
    expect(body.budget_reallocation).toMatchObject({
      status: 'reverted',
      winner_new_budget_cents: 5_000,
      loser_new_budget_cents: 5_000,
      winner_budget_pct: 0.5,
      winner_current_budget_cents: 5_000,
    });
  });

  it.each(['continue_testing', 'insufficient_data'] as const)(
    'answers %s with the reasons',
    async (verdict) => {
      const id = `still_${verdict}`;
      await seedExperiment(api, id);
      const decision = aDecision(id, verdict);
      api.gateway.answer = async () => ({
        kind: 'done',
        outcome: { state: 'running', message: 'No winner yet.', decision },
      });
      const { body } = await check({ experiment_id: id });
      expect(body).toMatchObject({
        status: verdict,
        winner_ad_id: null,
        confidence: 0.4,
        winner_metrics: null,
        budget_reallocation: null,
        insights_status: 'not_applicable',
        promoted_at: null,
        reasons: ['|t| 1.0 < 2.9.'],
      });
    },
  );

  it('answers no_winner at the horizon', async () => {
    await seedExperiment(api, 'horizon');
    api.gateway.answer = async () => {
      await moveTo(api, 'horizon', 'no_winner');
      const decision = aDecision('horizon', 'no_winner');
      return { kind: 'done', outcome: { state: 'no_winner', message: 'The horizon is reached.', decision } };
    };
    expect((await check({ experiment_id: 'horizon' })).body.status).toBe('no_winner');
  });

  it('answers held with its reasons if a winner waits for a user', async () => {
    await seedExperiment(api, 'asks');
    api.gateway.answer = async () => {
      await moveTo(api, 'asks', 'awaiting_approval', { reason: 'A person must approve.' });
      const decision = aDecision('asks', 'promote');
      return { kind: 'done', outcome: { state: 'awaiting_approval', message: 'Asked.', decision } };
    };
    expect((await check({ experiment_id: 'asks' })).body).toMatchObject({
      status: 'held',
      reasons: ['A person must approve.', '|t| 3.0 >= 2.9.'],
    });
  });

  it('answers error if nothing could be decided', async () => {
    await seedExperiment(api, 'unread');
    api.gateway.answer = async () => ({
      kind: 'done',
      outcome: { state: 'running', message: 'Meta does not answer.', decision: null },
    });
    expect((await check({ experiment_id: 'unread' })).body).toMatchObject({
      status: 'error',
      message: 'Meta does not answer.',
      confidence: 0,
    });
  });

  it('answers 202 and the address to look at if there is no outcome in time', async () => {
    await seedExperiment(api, 'slow');
    const answer = await check({ experiment_id: 'slow' });
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ status: 'pending', look_at: '/api/ab/experiments/slow' });
  });

  it('force_promotion is the control promote, with its reason', async () => {
    await seedExperiment(api, 'forced');
    await check({ experiment_id: 'forced', force_promotion: true, reason: 'launch day', by: 'Ada' });
    expect(api.gateway.asked[0]).toMatchObject({
      kind: 'promote',
      asked: { by: 'Ada', reason: 'launch day' },
    });
    const without = await check({ experiment_id: 'forced', force_promotion: true });
    expect(without.status).toBe(400);
    expect(without.body.errors).toEqual([expect.objectContaining({ field: 'reason' })]);
    expect(api.gateway.asked).toHaveLength(1);
  });

  it('refuses a request without an experiment or with an unknown one', async () => {
    const missing = await check({});
    expect(missing).toMatchObject({ status: 400, body: { errors: [{ field: 'experiment_id' }] } });
    expect((await check({ experiment_id: 'nobody' })).status).toBe(404);
  });

  it.each([
    { state: 'completed', promotion: 'completed' },
    { state: 'rolling_out', promotion: 'in_progress' },
    { state: 'reverting', promotion: 'in_progress' },
    { state: 'reverted', promotion: 'reverted' },
    { state: 'stopped', promotion: 'stopped' },
  ] as const)(
    'answers promoted for $state after the first phase, and shows what has become of the promotion',
    async ({ state, promotion }) => {
      const id = `promoted_${state}`;
      await seedPromoted(api, id, { state, status: promotion });
      const { status, body } = await check({ experiment_id: id });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        status: 'promoted',
        state,
        winner_ad_id: `ad_${id}_challenger-1`,
        budget_reallocation: { status: promotion },
      });
      const undone = state !== 'completed' && state !== 'rolling_out';
      expect((body.reasons as string[])[0]).toBe(undone ? `It is ${state} now.` : '|t| 3.0 >= 2.9.');
      expect(api.gateway.asked).toEqual([]);
    },
  );

  it.each([
    { state: 'paused', expected: 'held' },
    { state: 'awaiting_approval', expected: 'held' },
    { state: 'held', expected: 'held' },
    { state: 'needs_attention', expected: 'held' },
    { state: 'reverting', expected: 'held' },
    { state: 'reverted', expected: 'held' },
    { state: 'stopped', expected: 'held' },
    { state: 'no_winner', expected: 'no_winner' },
    { state: 'rolling_out', expected: 'pending' },
  ] as const)('one that is $state before its first phase is $expected, with the reasons', async (row) => {
    const { state, expected } = row;
    const id = `unwritten_${state}`;
    await seedExperiment(api, id);
    await api.store.saveDecision(aDecision(id, 'continue_testing'), {});
    await moveTo(api, id, state);
    const { status, body } = await check({ experiment_id: id });
    expect(status).toBe(expected === 'pending' ? 202 : 200);
    expect(body).toMatchObject({
      status: expected,
      state,
      winner_ad_id: null,
      message: `It is ${state} now.`,
    });
    const decided = ['|t| 1.0 < 2.9.'];
    expect(body.reasons).toEqual(expected === 'held' ? [`It is ${state} now.`, ...decided] : decided);
    expect(api.gateway.asked).toEqual([]);
  });

  it('answers held if the experiment is paused in the meantime', async () => {
    await seedExperiment(api, 'paused_meanwhile');
    api.gateway.answer = async () => {
      await moveTo(api, 'paused_meanwhile', 'paused', { reason: 'Paused by Ada.' });
      return { kind: 'refused', refusal: { state: 'paused', allowed: ['resume'], message: 'It is paused.' } };
    };
    expect(await check({ experiment_id: 'paused_meanwhile' })).toMatchObject({
      status: 200,
      body: { status: 'held', reasons: ['Paused by Ada.'] },
    });
  });

  it('refuses a promotion by force that does not fit the state', async () => {
    await seedExperiment(api, 'over');
    await moveTo(api, 'over', 'stopped');
    const forced = { experiment_id: 'over', force_promotion: true, reason: 'launch day' };
    expect((await check(forced)).status).toBe(409);
  });

  it('shows the same budgets as the experiment and its ledger', async () => {
    await seedPromoted(api, 'read', { state: 'completed' });
    const checked = (await check({ experiment_id: 'read' })).body.budget_reallocation;
    expect(checked).toMatchObject({ status: 'completed', winner_new_budget_cents: 8_000 });
    expect((await api.get('/api/ab/experiments/read')).body.budget_reallocation).toEqual(checked);
    expect((await api.get('/api/ab/experiments/read/ledger')).body.budget_reallocation).toEqual(checked);
    await seedExperiment(api, 'unpromoted');
    expect((await api.get('/api/ab/experiments/unpromoted')).body.budget_reallocation).toBeNull();
  });

  it('ignores other fields, which existing callers send', async () => {
    await seedExperiment(api, 'chatty');
    expect((await check({ experiment_id: 'chatty', user: 'x' })).status).toBe(202);
  });

  it('matches the OpenAPI document in every result', async () => {
    await seedExperiment(api, 'described', { challengers: 2 });
    const { body } = await check({ experiment_id: 'described' });
    expect(CheckResult.parse(body)).toEqual(body);
  });

  it('with more than two variants, the loser is the control and its amounts are the sums over all the others', async () => {
    const experiment = await seedExperiment(api, 'three', { challengers: 3 });
    const at = START + 30 * HOUR;
    await moveTo(api, 'three', 'rolling_out', { at, winnerVariantId: 'challenger-2', promotedAt: at });
    await seedPromotion(api, experiment, { winner: 'challenger-2', at });
    api.gateway.answer = async () => ({
      kind: 'done',
      outcome: { state: 'rolling_out', message: 'Phase 60 is written.', decision: null },
    });
    expect((await check({ experiment_id: 'three' })).body).toMatchObject({
      winner_ad_id: 'ad_three_challenger-2',
      loser_ad_id: 'ad_three_control',
      budget_reallocation: {
        total_budget_cents: 10_000,
        winner_old_budget_cents: 2_500,
        loser_old_budget_cents: 7_500,
        winner_new_budget_cents: 8_000,
        loser_new_budget_cents: 2_000,
      },
    });
  });
});

describe('POST /api/ab/auto-promote/check-all', () => {
  it('checks the experiments under test with the set concurrency, and no failure hides the others', async () => {
    const other = await startApi({ checkWaitMs: 5_000, maxChecksAtOnce: 5 });
    try {
      for (let i = 0; i < 45; i++) await seedExperiment(other, `one_${String(i).padStart(2, '0')}`);
      await seedExperiment(other, 'paused');
      await moveTo(other, 'paused', 'paused', { reason: 'Paused by Ada.' });
      await seedExperiment(other, 'ended');
      await moveTo(other, 'ended', 'stopped');
      await seedPromoted(other, 'earlier', { state: 'verifying' });
      let busy = 0;
      let busiest = 0;
      other.gateway.answer = async ({ experimentId }) => {
        busy += 1;
        busiest = Math.max(busiest, busy);
        await new Promise((resolve) => setImmediate(resolve));
        busy -= 1;
        if (experimentId === 'one_07') throw new TemporalUnavailable('away');
        if (experimentId === 'one_08') throw new TypeError('a secret detail');
        if (experimentId === 'one_09')
          return {
            kind: 'refused',
            refusal: { state: 'paused', allowed: ['resume'], message: 'Just paused.' },
          };
        if (experimentId === 'one_11') {
          await moveTo(other, experimentId, 'held', { reason: 'The token has expired.' });
          return {
            kind: 'refused',
            refusal: { state: 'held', allowed: ['resume'], message: 'It is held.' },
          };
        }
        if (experimentId === 'one_10') return { kind: 'pending', accepted: true };
        const verdict = experimentId < 'one_15' ? 'insufficient_data' : 'continue_testing';
        return {
          kind: 'done',
          outcome: { state: 'running', message: 'Looked.', decision: aDecision(experimentId, verdict) },
        };
      };
      const { status, body } = await other.post('/api/ab/auto-promote/check-all');
      expect(status).toBe(200);
      expect(busiest).toBe(5);
      const { results, ...counts } = body;
      expect(counts).toEqual({
        total_checked: 46,
        promoted: 0,
        continue_testing: 30,
        insufficient_data: 10,
        no_winner: 0,
        held: 2,
        errors: 3,
        pending: 1,
        in_rollout: 1,
        checked_at: '2026-11-23T09:00:00Z',
      });
      const byId = new Map((results as JsonObject[]).map((result) => [result.experiment_id, result]));
      expect(byId.size).toBe(46);
      expect(byId.get('paused')).toMatchObject({ status: 'held', reasons: ['Paused by Ada.'] });
      expect(byId.get('one_11')).toMatchObject({ status: 'held', reasons: ['The token has expired.'] });
      expect(byId.get('one_07')).toMatchObject({
        status: 'error',
        message: expect.stringMatching(/Temporal/),
      });
      expect(byId.get('one_09')).toMatchObject({ status: 'error', message: 'Just paused.' });
      expect(JSON.stringify(body)).not.toContain('a secret detail');
      expect(other.internalErrors).toHaveLength(1);
      expect(other.gateway.asked.map(({ experimentId }) => experimentId)).not.toContain('paused');
      expect(other.gateway.asked.map(({ experimentId }) => experimentId)).not.toContain('earlier');
    } finally {
      await other.stop();
    }
  });

  it('answers zeros if there is nothing to check', async () => {
    const other = await startApi();
    try {
      expect((await other.post('/api/ab/auto-promote/check-all')).body).toMatchObject({
        total_checked: 0,
        promoted: 0,
        continue_testing: 0,
        results: [],
      });
    } finally {
      await other.stop();
    }
  });
});
