import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  ControlFailed,
  ControlInvalid,
  TemporalBusy,
  TemporalUnavailable,
} from '../../../src/api/temporal/errors.js';
import { CONTROL_KINDS, type ControlKind, REVERT_WINDOW_DAYS } from '../../../src/contract/messages.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { aDecision, moveTo, seedExperiment } from '../support/seed.js';

let api: Api;
let serial = 0;
const newId = () => `controlled_${++serial}`;
const who = { by: 'Ada', reason: 'a look at it' };

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
afterEach(() => {
  api.gateway.asked.length = 0;
  api.gateway.failure = null;
  api.gateway.answer = new FakeGateway().answer;
  api.clock.at = START;
});

/** What a request has besides who and why. ARGUMENTS: what the workflow gets, if its names differ. */
const BODIES: Partial<Record<ControlKind, Record<string, unknown>>> = {
  resolve: { action: 'retry_restore' },
  stop: { budgets: 'restore' },
  drop: { variant_id: 'challenger-2' },
  extend: { horizon_days: 42 },
};
const ARGUMENTS: typeof BODIES = { drop: { variantId: 'challenger-2' }, extend: { horizonDays: 42 } };

const post = (id: string, kind: string, body: unknown = who, headers = {}) =>
  api.post(`/api/ab/experiments/${id}/${kind}`, body, headers);

describe('a control', () => {
  it.each(CONTROL_KINDS)(
    '%s goes to the workflow with who, why and a key, and answers its outcome',
    async (kind) => {
      const id = newId();
      await seedExperiment(api, id);
      const more = BODIES[kind] ?? {};
      api.gateway.answer = async () => ({
        kind: 'done',
        outcome: { state: 'running', message: 'Looked.', decision: aDecision(id, 'continue_testing') },
      });
      const answer = await post(id, kind, { ...who, ...more }, { 'idempotency-key': `key-${kind}` });
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body).sort()).toEqual(
        [
          'control',
          'control_id',
          'decision',
          'experiment_id',
          'look_at',
          'message',
          'state',
          'status',
        ].sort(),
      );
      expect(answer.body).toMatchObject({
        experiment_id: id,
        control: kind,
        control_id: `key-${kind}`,
        status: 'done',
        state: 'running',
        message: 'Looked.',
        decision: { verdict: 'continue_testing', look_number: 1 },
      });
      expect(api.gateway.asked).toEqual([
        {
          experimentId: id,
          kind,
          asked: { ...who, ...(ARGUMENTS[kind] ?? more), controlId: `key-${kind}` },
          waitMs: 200,
        },
      ]);
    },
  );

  it('without a key gets a new id each time', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await post(id, 'pause');
    await post(id, 'pause');
    const [first, second] = api.gateway.asked.map(({ asked }) => asked.controlId);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
  });

  it('without an outcome in time is 202 and says where to look', async () => {
    const id = newId();
    await seedExperiment(api, id);
    const answer = await post(id, 'pause');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      status: 'pending',
      state: null,
      look_at: `/api/ab/experiments/${id}`,
    });
    api.gateway.answer = async () => ({ kind: 'pending', accepted: false });
    expect((await post(id, 'pause')).body.message).toMatch(/No worker has taken it/);
  });

  it('that does not fit is 409 with the state and what would fit', async () => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.answer = async () => ({
      kind: 'refused',
      refusal: { state: 'paused', allowed: ['resume', 'stop'], message: 'It is paused.' },
    });
    const answer = await post(id, 'check');
    expect(answer.status).toBe(409);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      status: 409,
      detail: 'It is paused.',
      state: 'paused',
      allowed: ['resume', 'stop'],
      experiment_id: id,
    });
  });

  it('refused under a key is sent to the workflow again under the same key', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await api.store.recordControl({
      ...who,
      controlId: 'no-1',
      experimentId: id,
      kind: 'pause',
      at: START,
      outcome: 'refused',
      message: 'No.',
    });
    await post(id, 'pause', who, { 'idempotency-key': 'no-1' });
    expect(api.gateway.asked.map(({ asked }) => asked.controlId)).toEqual(['no-1']);
  });

  it('carried out under a key is answered from the record when it is repeated', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await api.store.recordControl({
      ...who,
      controlId: 'yes-1',
      experimentId: id,
      kind: 'pause',
      at: START,
      outcome: 'accepted',
      message: 'Paused.',
    });
    expect(await post(id, 'pause', who, { 'idempotency-key': 'yes-1' })).toMatchObject({
      status: 200,
      body: { message: 'Paused.', control_id: 'yes-1', decision: null },
    });
    expect(api.gateway.asked).toEqual([]);
  });

  it.each(['rolling_out', 'held', 'reverting', 'needs_attention'] as const)(
    'check in %s is answered from the record',
    async (state) => {
      const id = newId();
      await seedExperiment(api, id);
      await api.store.saveDecision(aDecision(id, 'promote'), {});
      await moveTo(api, id, state, { reason: 'Phase 60 waits.' });
      expect(await post(id, 'check', {})).toMatchObject({
        status: 200,
        body: {
          status: 'done',
          state,
          message: `${state}: Phase 60 waits.`,
          decision: { verdict: 'promote', look_number: 1 },
        },
      });
      expect(api.gateway.asked).toEqual([]);
    },
  );

  it.each([
    { kind: 'pause', more: {} },
    { kind: 'resume', more: {} },
    { kind: 'revert', more: {} },
    { kind: 'stop', more: { budgets: 'restore' } },
  ])('$kind goes as a signal if Temporal takes no update', async ({ kind, more }) => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.failure = new TemporalBusy('full');
    const answer = await post(id, kind, { ...who, ...more }, { 'idempotency-key': `busy-${kind}` });
    expect(answer).toMatchObject({ status: 202, body: { status: 'pending', control_id: `busy-${kind}` } });
    expect(api.gateway.signalled.filter(({ experimentId }) => experimentId === id)).toEqual([
      { experimentId: id, kind, asked: { ...who, ...more, controlId: `busy-${kind}` } },
    ]);
  });

  it('approve, which no signal can carry, gets 503 with Retry-After', async () => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.failure = new TemporalBusy('full');
    const answer = await post(id, 'approve');
    expect(answer).toMatchObject({
      status: 503,
      body: { type: 'urn:auto-promotion:problem:temporal_busy' },
    });
    expect(answer.headers.get('retry-after')).toBe('10');
  });

  it('of an unknown experiment is 404', async () => {
    const answer = await post('nobody', 'pause');
    expect(answer.status).toBe(404);
    expect(answer.body.detail).toContain('nobody');
    expect(api.gateway.asked).toEqual([]);
  });

  it.each([
    { kind: 'pause', body: { reason: 'x' }, field: 'by' },
    { kind: 'pause', body: { by: 'Ada' }, field: 'reason' },
    { kind: 'pause', body: { ...who, reason: ' ' }, field: 'reason' },
    { kind: 'pause', body: { ...who, budgets: 'keep' }, field: 'budgets' },
    { kind: 'stop', body: { ...who, budgets: 'burn' }, field: 'budgets' },
    { kind: 'resolve', body: who, field: 'action' },
    { kind: 'extend', body: who, field: 'horizon_days' },
    { kind: 'extend', body: { ...who, horizon_days: 91 }, field: 'horizon_days' },
    { kind: 'extend', body: { ...who, horizon_days: 30.5 }, field: 'horizon_days' },
    { kind: 'promote', body: { by: 'Ada' }, field: 'reason' },
  ])('$kind with a bad $field is 400', async ({ kind, body, field }) => {
    const id = newId();
    await seedExperiment(api, id);
    const answer = await post(id, kind, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field })]);
    expect(api.gateway.asked).toEqual([]);
  });

  it('with a malformed key is 400', async () => {
    const id = newId();
    await seedExperiment(api, id);
    const answer = await post(id, 'pause', who, { 'idempotency-key': 'two words' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'idempotency-key' })]);
  });

  it('a check needs neither name nor reason', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await post(id, 'check', {});
    expect(api.gateway.asked[0]?.asked).toMatchObject({ by: 'api', reason: 'requested over the API' });
  });

  it('answers 503 without Temporal, 502 if the workflow fails, 400 if it finds something missing', async () => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.failure = new TemporalUnavailable('away');
    expect((await post(id, 'pause')).status).toBe(503);
    api.gateway.failure = new ControlFailed('The worker is too old.');
    expect(await post(id, 'pause')).toMatchObject({
      status: 502,
      body: { detail: 'The worker is too old.' },
    });
    api.gateway.failure = new ControlInvalid('stop needs budgets');
    expect(await post(id, 'pause')).toMatchObject({ status: 400, body: { detail: 'stop needs budgets' } });
  });
});

describe('a refused control', () => {
  const refused = async (id: string) =>
    (await api.store.listControls(id)).map(({ controlId: _, ...row }) => row);

  it('is in the record if the validator of the workflow refused it', async () => {
    const id = newId();
    await seedExperiment(api, id);
    const refusal = { state: 'running' as const, allowed: ['check' as const], message: 'It is not held.' };
    api.gateway.answer = async () => ({ kind: 'refused', refusal });
    api.clock.at = START + HOUR;
    const key = { 'idempotency-key': `refused-${id}` };
    expect((await post(id, 'resume', who, key)).status).toBe(409);
    const row = {
      ...who,
      experimentId: id,
      kind: 'resume',
      at: START + HOUR,
      outcome: 'refused',
      message: 'It is not held.',
    };
    expect(await refused(id)).toEqual([row]);
    // It did nothing, so the same request under the same key is carried out when it fits.
    api.gateway.answer = async () => ({
      kind: 'done',
      outcome: { state: 'rolling_out', message: 'Resumed.', decision: null },
    });
    expect((await post(id, 'resume', who, key)).body).toMatchObject({ message: 'Resumed.' });
  });

  it('is in the record once if the workflow has entered it', async () => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.answer = async ({ asked }) => {
      const { controlId } = asked;
      const row = { ...who, controlId, experimentId: id, kind: 'resume', at: START, message: 'No.' };
      await api.store.recordControl({ ...row, outcome: 'refused' });
      return { kind: 'refused', refusal: { state: 'running', allowed: [], message: 'No.' } };
    };
    expect((await post(id, 'resume')).status).toBe(409);
    expect(await refused(id)).toHaveLength(1);
  });

  it('is in the record of an experiment that has ended', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await moveTo(api, id, 'stopped');
    expect((await post(id, 'pause')).status).toBe(409);
    const message =
      'The experiment is stopped: It is stopped now. pause does not fit: no control fits any more.';
    expect(await refused(id)).toMatchObject([{ ...who, kind: 'pause', outcome: 'refused', message }]);
  });
});

describe('an experiment that has ended', () => {
  it.each(['no_winner', 'stopped'] as const)(
    '%s refuses every control without asking Temporal',
    async (state) => {
      const id = newId();
      await seedExperiment(api, id);
      await moveTo(api, id, state);
      for (const kind of CONTROL_KINDS) {
        const body = { ...who, ...BODIES[kind] };
        const answer = await post(id, kind, body);
        expect(answer.status).toBe(409);
        expect(answer.body).toMatchObject({
          state,
          allowed: [],
          detail: `The experiment is ${state}: It is ${state} now. ${kind} does not fit: no control fits any more.`,
        });
      }
      expect(api.gateway.asked).toEqual([]);
    },
  );

  it('completed can be reverted for 30 days, and nothing else', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await moveTo(api, id, 'completed', { at: START });
    expect(await post(id, 'pause')).toMatchObject({ status: 409, body: { allowed: ['revert'] } });
    api.clock.at = START + REVERT_WINDOW_DAYS * 24 * HOUR;
    expect((await post(id, 'revert')).status).toBe(202);
    expect(api.gateway.asked.map(({ kind }) => kind)).toEqual(['revert']);
    api.clock.at += 1;
    const late = await post(id, 'revert');
    expect(late).toMatchObject({ status: 409, body: { state: 'completed', allowed: [] } });
    expect(late.body.detail).toMatch(/more than 30 days ago/);
    expect(api.gateway.asked).toHaveLength(1);
  });

  it('answers the repeated control that ended it from the record', async () => {
    const id = newId();
    await seedExperiment(api, id);
    await api.store.recordControl({
      ...who,
      controlId: 'stop-1',
      experimentId: id,
      kind: 'stop',
      at: START,
      outcome: 'accepted',
      message: 'Stopped.',
    });
    await moveTo(api, id, 'stopped');
    expect(await post(id, 'stop', who, { 'idempotency-key': 'stop-1' })).toMatchObject({
      status: 200,
      body: { status: 'done', state: 'stopped', message: 'Stopped.', control_id: 'stop-1' },
    });
    expect(await post(id, 'pause', who, { 'idempotency-key': 'stop-1' })).toMatchObject({ status: 422 });
    expect((await post(id, 'stop', who, { 'idempotency-key': 'stop-2' })).status).toBe(409);
    expect(api.gateway.asked).toEqual([]);
  });
});

describe('the controls of an experiment', () => {
  it('are shown with who asked, why, and the outcome', async () => {
    await seedExperiment(api, 'recorded');
    await api.store.recordControl({
      controlId: 'c1',
      experimentId: 'recorded',
      kind: 'check',
      by: 'Ada',
      reason: 'why not',
      at: Date.UTC(2026, 10, 24),
      outcome: 'refused',
      message: 'No.',
    });
    expect((await api.get('/api/ab/experiments/recorded/controls')).body).toEqual({
      unreadable: [],
      experiment_id: 'recorded',
      count: 1,
      controls: [
        {
          control_id: 'c1',
          kind: 'check',
          by: 'Ada',
          reason: 'why not',
          at: '2026-11-24T00:00:00Z',
          outcome: 'refused',
          message: 'No.',
        },
      ],
    });
  });
});
