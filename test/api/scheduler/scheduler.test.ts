import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { aDecision, seedExperiment } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
  await seedExperiment(api, 'two');
});
afterAll(() => api.stop());
beforeEach(() => {
  api.gateway.failure = null;
  api.gateway.scheduled = [
    { id: 'auto_promotion_check', paused: false, nextRunAt: START + HOUR },
    { id: 'daily_promotion_summary', paused: true, nextRunAt: START + HOUR },
    { id: 'weekly_compound_report', paused: false, nextRunAt: null },
    { id: 'lift_recheck', paused: false, nextRunAt: START + 24 * HOUR },
  ];
});

describe('GET scheduler/status', () => {
  const status = () => api.get('/api/ab/auto-promote/scheduler/status');

  it('lists the jobs with their next runs, and how the last ones ended', async () => {
    const ended = { startedAt: START - HOUR, status: 'completed', result: 'one promotion' } as const;
    api.gateway.scheduled[1]!.lastRun = ended;
    const none = { paused: false, last_run: null, last_status: null, last_result: null };
    expect((await status()).body).toEqual({
      is_running: true,
      check_interval_hours: 6,
      jobs: [
        { ...none, id: 'auto_promotion_check', name: expect.any(String), next_run: '2026-11-23T10:00:00Z' },
        {
          id: 'daily_promotion_summary',
          name: expect.any(String),
          next_run: null,
          paused: true,
          last_run: '2026-11-23T08:00:00Z',
          last_status: 'completed',
          last_result: 'one promotion',
        },
        { ...none, id: 'weekly_compound_report', name: expect.any(String), next_run: null },
        { ...none, id: 'lift_recheck', name: expect.any(String), next_run: '2026-11-24T09:00:00Z' },
      ],
      scheduler_state: 'running',
    });
  });

  it('is paused with the check, and stopped without it', async () => {
    api.gateway.scheduled = [{ id: 'auto_promotion_check', paused: true, nextRunAt: START }];
    expect((await status()).body).toMatchObject({ is_running: false, scheduler_state: 'paused' });
    api.gateway.scheduled = [];
    expect((await status()).body).toMatchObject({ is_running: false, scheduler_state: 'stopped', jobs: [] });
  });

  it('is 503 without Temporal', async () => {
    api.gateway.failure = new TemporalUnavailable('away');
    expect((await status()).status).toBe(503);
  });
});

describe('POST scheduler/trigger', () => {
  const trigger = () => api.post('/api/ab/auto-promote/scheduler/trigger');

  it('reconciles, checks everything, and is completed when all have answered', async () => {
    const before = api.gateway.reconciled;
    api.gateway.answer = async ({ experimentId }) => ({
      kind: 'done',
      outcome: { state: 'running', message: '', decision: aDecision(experimentId, 'continue_testing') },
    });
    const { status, body } = await trigger();
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'completed',
      triggered_at: '2026-11-23T09:00:00Z',
      reconcile: 'triggered',
      total_checked: 2,
      promoted: 0,
      continue_testing: 2,
      insufficient_data: 0,
      no_winner: 0,
      held: 0,
      errors: 0,
      pending: 0,
      in_rollout: 0,
    });
    expect(api.gateway.reconciled).toBe(before + 1);
  });

  it('is started while some have not', async () => {
    api.gateway.scheduled = [];
    api.gateway.answer = async () => ({ kind: 'pending', accepted: true });
    expect((await trigger()).body).toMatchObject({ status: 'started', pending: 2, reconcile: 'unavailable' });
  });
});
