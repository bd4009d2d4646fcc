import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, type JsonObject, startApi } from '../support/harness.js';
import { moveTo, seedExperiment, seedPromoted } from '../support/seed.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
  await seedExperiment(api, 'one');
});
afterAll(() => api.stop());

describe('reading experiments', () => {
  it('lists them, filtered and paged', async () => {
    await seedPromoted(api, 'promoted', { state: 'verifying' });
    const all = (await api.get('/api/ab/experiments')).body;
    expect(all).toMatchObject({ count: 2, limit: 100, offset: 0 });
    const verifying = (await api.get('/api/ab/experiments?state=verifying')).body;
    expect((verifying.experiments as JsonObject[]).map((e) => e.experiment_id)).toEqual(['promoted']);
    expect(verifying.count).toBe(1);
    const page = (await api.get('/api/ab/experiments?limit=1&offset=1')).body;
    expect(page).toMatchObject({ count: 2, offset: 1 });
    expect(page.experiments).toHaveLength(1);
    const refused = await api.get('/api/ab/experiments?state=sleeping');
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'state' }] } });
  });

  it('takes the state of one from its workflow, or else from the record, and says from which', async () => {
    expect((await api.get('/api/ab/experiments/one')).body).toMatchObject({
      source: 'record',
      state: 'running',
      allowed: ['check', 'pause', 'promote', 'drop', 'extend', 'stop'],
      next_due_at: null,
      trouble: expect.stringMatching(/^No worker answers for the workflow/),
    });
    api.gateway.statuses.set('one', {
      experimentId: 'one',
      state: 'paused',
      stateReason: 'Paused by Ada.',
      nextDueAt: Date.UTC(2026, 10, 24),
      nextDue: 'check',
      allowed: ['resume', 'stop'],
      trouble: 'Meta does not answer.',
      queued: 1,
    });
    expect((await api.get('/api/ab/experiments/one')).body).toMatchObject({
      source: 'workflow',
      state: 'paused',
      state_reason: 'Paused by Ada.',
      allowed: ['resume', 'stop'],
      next_due_at: '2026-11-24T00:00:00Z',
      next_due: 'check',
      trouble: 'Meta does not answer.',
      queued: 1,
    });
  });

  it.each([
    [{ kind: 'ended', how: 'terminated' }, /^The workflow was terminated: .* started again within a minute/],
    [{ kind: 'ended', how: 'failed' }, /^The workflow has failed: /],
    [{ kind: 'ended', how: 'timed_out' }, /^The workflow has timed out: /],
    [{ kind: 'ended', how: 'missing' }, /^The workflow is missing: /],
    [{ kind: 'starting' }, /^The workflow is starting/],
    [{ kind: 'unreachable' }, /^Temporal does not answer/],
  ] as const)('does not show an experiment as running if its workflow is %j', async (standing, trouble) => {
    const id = `standing_${'how' in standing ? standing.how : standing.kind}`;
    await seedExperiment(api, id);
    api.gateway.standings.set(id, standing);
    expect((await api.get(`/api/ab/experiments/${id}`)).body).toMatchObject({
      source: 'record',
      state: 'running',
      next_due_at: null,
      next_due: null,
      trouble: expect.stringMatching(trouble),
    });
  });

  it('shows no trouble if a workflow ended with its experiment', async () => {
    await seedExperiment(api, 'ended_meanwhile');
    api.gateway.standingOf = async () => {
      await moveTo(api, 'ended_meanwhile', 'stopped');
      return { kind: 'ended', how: 'completed' };
    };
    expect((await api.get('/api/ab/experiments/ended_meanwhile')).body).toMatchObject({
      state: 'stopped',
      trouble: null,
    });
    api.gateway.standingOf = null;
  });

  it.each(['', '/looks', '/ledger', '/controls'])('answers 404 for an unknown one%s', async (part) => {
    const answer = await api.get(`/api/ab/experiments/nobody${part}`);
    expect(answer).toMatchObject({ status: 404, type: 'application/problem+json' });
    expect(answer.body).toMatchObject({
      type: 'urn:auto-promotion:problem:not_found',
      title: 'Not found',
      status: 404,
      experiment_id: 'nobody',
      errors: [],
    });
  });
});
