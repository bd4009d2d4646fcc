import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/api/app.js';
import { FakeGateway } from '../support/fake-gateway.js';
import { type Answer, type Api, HOUR, type JsonObject, START, startApi } from '../support/harness.js';
import { aDecision, moveTo, seedExperiment } from '../support/seed.js';

let api: Api;
let serial = 0;
const newId = () => `keyed_${++serial}`;
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

/** The app of another process on the same database: nothing in memory is shared. */
async function elsewhere(path: string, body: unknown, key: string): Promise<Pick<Answer, 'status' | 'body'>> {
  const response = await createApp(api.dependencies, api.gateway).request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
  });
  return { status: response.status, body: (await response.json()) as JsonObject };
}

const of = (id: string, kind: string) => `/api/ab/experiments/${id}/${kind}`;
const done = (message: string) => async () => ({
  kind: 'done' as const,
  outcome: { state: 'running' as const, message, decision: aDecision('x', 'continue_testing') },
});

async function newTest(): Promise<{ role: string; ad_id: string }[]> {
  const { adIds } = await api.market.createTest({
    name: `test ${++serial}`,
    ads: [
      { name: 'control', dailyBudget: 5_000, trueClickRate: 0.02 },
      { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.03 },
    ],
  });
  return [
    { role: 'control', ad_id: adIds[0]! },
    { role: 'challenger', ad_id: adIds[1]! },
  ];
}

describe('a key', () => {
  it('is bound to its body, its control and its experiment', async () => {
    const [id, other] = [newId(), newId()];
    await seedExperiment(api, id);
    await seedExperiment(api, other);
    api.gateway.answer = done('Paused.');
    expect((await elsewhere(of(id, 'pause'), who, 'k-1')).status).toBe(200);
    for (const [path, body] of [
      [of(id, 'pause'), { ...who, reason: 'another reason' }],
      [of(id, 'stop'), who],
      [of(other, 'pause'), who],
      ['/api/ab/auto-promote/check', { experiment_id: id }],
      ['/api/ab/account/kill-switch', { engaged: true, ...who }],
    ] as const) {
      const answer = await elsewhere(path, body, 'k-1');
      expect(answer, path).toMatchObject({
        status: 422,
        body: {
          type: 'urn:auto-promotion:problem:idempotency_key_reused',
          detail: expect.stringContaining(`POST ${of(id, 'pause')}`),
          errors: [{ field: 'Idempotency-Key' }],
        },
      });
    }
    expect(api.gateway.asked).toHaveLength(1);
  });

  it('gives a repeated request its first answer, whatever has happened since', async () => {
    const id = newId();
    await seedExperiment(api, id);
    api.gateway.answer = done('Looked.');
    const first = await elsewhere(of(id, 'check'), who, 'k-2');
    expect(first.body).toMatchObject({ status: 'done', message: 'Looked.', decision: { look_number: 1 } });
    await moveTo(api, id, 'stopped');
    expect(await elsewhere(of(id, 'check'), who, 'k-2')).toEqual(first);
    // The order of the fields does not matter.
    expect(await elsewhere(of(id, 'check'), { reason: who.reason, by: who.by }, 'k-2')).toEqual(first);
    expect(api.gateway.asked).toHaveLength(1);
  });

  it('of a request without an outcome sends the same control again', async () => {
    const id = newId();
    await seedExperiment(api, id);
    expect((await elsewhere(of(id, 'pause'), who, 'k-3')).status).toBe(202);
    api.gateway.answer = done('Paused.');
    expect((await elsewhere(of(id, 'pause'), who, 'k-3')).status).toBe(200);
    expect(api.gateway.asked.map(({ asked }) => asked.controlId)).toEqual(['k-3', 'k-3']);
  });

  it('used by two controls at once loses neither: the second is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const id = newId();
      await seedExperiment(api, id);
      api.gateway.asked.length = 0;
      api.gateway.answer = done('Done.');
      const both = await Promise.all([
        elsewhere(of(id, 'resume'), who, `k-race-${round}`),
        elsewhere(of(id, 'stop'), who, `k-race-${round}`),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
      const winner = both.find(({ status }) => status === 200)!.body.control;
      expect(api.gateway.asked.map(({ kind }) => kind)).toEqual([winner]);
    }
  });

  it('of a check by an existing caller repeats its result', async () => {
    const id = newId();
    await seedExperiment(api, id);
    const path = '/api/ab/auto-promote/check';
    api.gateway.answer = done('Looked.');
    const first = await elsewhere(path, { experiment_id: id }, 'k-4');
    expect(first).toMatchObject({ status: 200, body: { status: 'continue_testing' } });
    expect(await elsewhere(path, { experiment_id: id }, 'k-4')).toEqual(first);
    expect((await elsewhere(path, { experiment_id: id, by: 'bo' }, 'k-4')).status).toBe(422);
    expect(api.gateway.asked).toHaveLength(1);
  });
});

describe('equal creations at once', () => {
  const create = '/api/ab/experiments';
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

  it('make one experiment if all twenty have the same key, and get the same answer', async () => {
    const body = { name: 'Once', variants: await newTest() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => elsewhere(create, body, 'c-1')));
    expect(statuses(answers)).toEqual([...Array(19).fill(200), 201]);
    for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body);
    const found = await api.store.listExperiments({ limit: 1000, offset: 0 });
    expect(found.filter(({ name }) => name === 'Once')).toHaveLength(1);
    api.clock.at += HOUR;
    expect(await elsewhere(create, body, 'c-1')).toEqual({ status: 200, body: answers[0]!.body });
    const changed = await elsewhere(create, { ...body, name: 'Twice' }, 'c-1');
    expect(changed).toMatchObject({ status: 422, body: { errors: [{ field: 'Idempotency-Key' }] } });
  });

  it('make one experiment if they give the same id, and one of them gets 201', async () => {
    const body = { id: newId(), name: 'Same', variants: await newTest() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post(create, body)));
    expect(statuses(answers)).toEqual([...Array(4).fill(200), 201]);
    expect(new Set(answers.map(({ body: { experiment_id } }) => experiment_id))).toEqual(new Set([body.id]));
  });
});

describe('the kill switch under a key', () => {
  const path = '/api/ab/account/kill-switch';
  const events = async () => (await api.store.killSwitch())?.engaged;

  it('is not engaged again by a repetition after its release', async () => {
    const engage = () => elsewhere(path, { engaged: true, ...who }, 's-1');
    const first = await engage();
    expect(first).toMatchObject({ status: 200, body: { engaged: true, held: [], pending: [] } });
    const release = () => elsewhere(path, { engaged: false, ...who }, 's-2');
    const released = await release();
    expect(released.status).toBe(200);
    expect(await engage()).toEqual(first);
    expect(await release()).toEqual(released);
    expect(await events()).toBe(false);
    expect((await elsewhere(path, { engaged: true, by: 'bo', reason: 'x' }, 's-1')).status).toBe(422);
    expect((await elsewhere(path, { engaged: true, ...who }, 'two words')).status).toBe(400);
  });

  it('is engaged once by a request whose process died before it answered', async () => {
    const event = { engaged: true, ...who, at: START };
    await api.store.setKillSwitch(event, 's-3');
    await api.store.setKillSwitch({ ...event, engaged: false, at: START + 1 });
    expect(await elsewhere(path, { engaged: true, ...who }, 's-3')).toMatchObject({
      status: 200,
      body: { engaged: true, at: '2026-11-23T09:00:00Z' },
    });
    expect(await events()).toBe(false);
  });
});
