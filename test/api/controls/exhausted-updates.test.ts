import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment, ExperimentState } from '../../../src/domain/experiment.js';
import { appOf } from '../../support/app.js';
import { rollingOut } from '../../support/rolling-out.js';
import { startWorld, type World } from '../../support/world.js';

type Json = Record<string, unknown>;

/** The number of updates that the server allows per run. */
const TOTAL = 6;
const ASKED = { by: 'ana@example.com', reason: 'a test' };

/** Long waits: the rollout must stay after its first phase for the whole test. */
const SLOW = {
  phases: [
    { winnerShare: 0.6, waitHours: 0 },
    { winnerShare: 0.7, waitHours: 168 },
  ],
};

describe('a server that takes no more updates', () => {
  let world: World;
  let app: ReturnType<typeof appOf>;
  beforeAll(async () => {
    world = await startWorld({
      kind: 'dev',
      scale: 7200,
      dynamicConfig: {
        'history.maxInFlightUpdates': '2',
        'history.maxTotalUpdates': String(TOTAL),
        // After continue-as-new, the count starts again.
        'history.maxTotalUpdates.suggestContinueAsNewThreshold': '1000',
      },
    });
    app = appOf(world, { checkWaitMs: 1_500 });
  });
  afterAll(() => world?.stop());

  const post = async (path: string, body: Json, key?: string) => {
    const response = await app.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, json: (await response.json()) as Json };
  };
  const get = async (path: string) => {
    const response = await app.request(path);
    return { status: response.status, json: (await response.json()) as Json };
  };
  const control = (id: string, kind: string, more: Json = {}, key?: string) =>
    post(`/api/ab/experiments/${id}/${kind}`, { ...ASKED, ...more }, key);

  const historyLength = async (id: string) =>
    (await world.client.workflow.getHandle(world.names.workflowId(id)).describe()).historyLength;

  /** Sends updates without the API until the server accepts no more. */
  const exhaust = async (experiment: Experiment) => {
    const handle = world.client.workflow.getHandle(world.names.workflowId(experiment.id));
    for (let sent = 0; sent <= TOTAL; sent++) {
      try {
        await handle.executeUpdate('check', { args: [ASKED] });
      } catch (error) {
        return error;
      }
    }
    throw new Error('the server took more than it was told to');
  };
  const comesTo = (experiment: Experiment, state: ExperimentState) => world.until(experiment, [state], 60);
  const outcomes = async (id: string, controlId: string) =>
    (await world.store.listControls(id)).filter((row) => row.controlId === controlId);

  it('checks in a rollout use no update and add nothing to the history, from many callers at once', async () => {
    const experiment = await rollingOut(world, 'polled', SLOW);
    const before = await historyLength('polled');
    const callers = Array.from({ length: 12 }, async () => {
      const answers = [];
      for (let round = 0; round < 5; round++) {
        answers.push(await control('polled', 'check'));
        answers.push(await post('/api/ab/auto-promote/check', { experiment_id: 'polled' }));
      }
      return answers;
    });
    const answers = (await Promise.all(callers)).flat();
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers[0]?.json).toMatchObject({ status: 'done', state: 'rolling_out' });
    expect(answers[1]?.json).toMatchObject({ status: 'promoted', state: 'rolling_out' });
    expect(await historyLength('polled')).toBe(before);
    // Its outcome may take longer than the API waits for it here.
    expect([200, 202]).toContain((await control('polled', 'revert')).status);
    await expect.poll(() => world.budgets(experiment), { timeout: 30_000 }).toEqual([100_000, 100_000]);
  });

  it.each([
    { kind: 'pause', state: 'held', more: {} },
    { kind: 'stop', state: 'stopped', more: { budgets: 'keep' } },
    { kind: 'revert', state: 'reverting', more: {} },
  ] as const)('$kind goes as a signal, once under its key', async ({ kind, state, more }) => {
    const id = `exhausted-${kind}`;
    const experiment = await rollingOut(world, id, SLOW);
    await exhaust(experiment);
    const key = `key-of-${id}`;
    const answer = await control(id, kind, more, key);
    expect(answer).toMatchObject({
      status: 202,
      json: { status: 'pending', control_id: key, message: expect.stringMatching(/^Accepted as a signal/) },
    });
    await comesTo(experiment, state);
    await world.until(experiment, [state], 5);
    for (let tries = 0; tries < 50 && (await outcomes(id, key)).length === 0; tries++) await world.pass(1);
    const again = await control(id, kind, more, key);
    expect(again).toMatchObject({ status: 200, json: { status: 'done' } });
    expect(await outcomes(id, key)).toMatchObject([{ kind, by: ASKED.by, outcome: 'accepted' }]);
    expect(await get('/healthz')).toMatchObject({
      status: 200,
      json: { status: 'degraded', parts: { temporal: 'ok', controls: 'as_signals' } },
    });
  });

  it('a pause and its resume both go as signals', async () => {
    const experiment = await rollingOut(world, 'exhausted-resume', SLOW);
    await exhaust(experiment);
    await control(experiment.id, 'pause');
    await comesTo(experiment, 'held');
    expect((await control(experiment.id, 'resume')).status).toBe(202);
    await comesTo(experiment, 'rolling_out');
  });

  it('a control that cannot be signalled gets 503 with Retry-After, and health is unavailable', async () => {
    const experiment = await rollingOut(world, 'exhausted-drop', SLOW);
    await exhaust(experiment);
    const answer = await control(experiment.id, 'approve');
    expect(answer).toMatchObject({
      status: 503,
      json: { type: 'urn:auto-promotion:problem:temporal_busy', status: 503 },
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await get('/healthz')).toMatchObject({
      status: 503,
      json: { status: 'unavailable', parts: { temporal: 'ok', controls: 'undeliverable' } },
    });
  });

  it('with too many updates in flight, a pause goes as a signal', async () => {
    const experiment = await rollingOut(world, 'crowded', SLOW);
    const handle = world.client.workflow.getHandle(world.names.workflowId('crowded'));
    let crowd: Promise<unknown> = Promise.resolve();
    await world.whileDown(async () => {
      crowd = Promise.allSettled(
        Array.from({ length: 2 }, () => handle.executeUpdate('check', { args: [ASKED] })),
      );
      let attempts = 0;
      // The updates of the crowd may still be on their way to the server. A pause that arrives before them is pending
      // under its key for as long as no worker runs, so each attempt has its own key.
      const pause = () => control('crowded', 'pause', {}, `pause-in-a-crowd-${++attempts}`);
      await expect.poll(pause, { timeout: 30_000 }).toMatchObject({
        status: 202,
        json: {
          control_id: expect.stringMatching(/^pause-in-a-crowd-/),
          message: expect.stringMatching(/^Accepted as a signal/),
        },
      });
    });
    await comesTo(experiment, 'held');
    // The client would retry an abandoned call after the connection was closed, and that error can't be caught.
    await crowd;
  });
});
