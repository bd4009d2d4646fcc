import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TemporalUnavailable } from '../../../src/api/temporal/errors.js';
import { createHooks } from '../../../src/clients/webhook/index.js';
import { MESSAGE_KINDS } from '../../../src/domain/messages/message.js';
import { type Receiver, startSlack } from '../../support/hook-receivers.js';
import { type Api, startApi } from '../support/harness.js';

let slack: Receiver;
let api: Api;
const NOW = '2026-11-23T09:00:00Z';
beforeAll(async () => {
  slack = await startSlack();
  const hook = { kind: 'slack' as const, messages: ['hold'] as const, secret: null };
  const hooks = createHooks(
    [
      { ...hook, name: 'desk', url: slack.url },
      { ...hook, name: 'quiet', url: `${slack.url}-2`, messages: MESSAGE_KINDS },
    ],
    { timeoutMs: 2_000 },
  );
  api = await startApi({ hooks });
});
afterAll(async () => {
  await api?.stop();
  await slack?.close();
});
beforeEach(() => {
  slack.fault = () => null;
  api.gateway.failure = null;
  api.gateway.woken.length = 0;
});
const desk = async () => ((await api.get('/api/ab/hooks')).body.hooks as Record<string, unknown>[])[0];
const test = () => api.post('/api/ab/hooks/desk/test');

describe('GET hooks', () => {
  it('lists them without an address', async () => {
    const { status, body } = await api.get('/api/ab/hooks');
    expect(status).toBe(200);
    const unused = {
      state: 'unused',
      pending: 0,
      refused: 0,
      last_success: null,
      last_failure: null,
      dead: null,
    };
    expect(body).toEqual({
      hooks: [
        { name: 'desk', kind: 'slack', messages: ['hold'], ...unused },
        { name: 'quiet', kind: 'slack', messages: [...MESSAGE_KINDS], ...unused },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('secret-slack');
  });
});

describe('POST hooks/{name}/test', () => {
  it('sends one message now, and wakes the messenger', async () => {
    slack.taken.length = 0;
    const { status, body } = await test();
    expect([status, body]).toEqual([
      200,
      { name: 'desk', delivered: true, status: 200, message: 'The hook answered 200.' },
    ]);
    expect(slack.taken.map((received) => received.body.text)).toEqual([
      'Test of the notification hook. This is a test: the hook desk works.',
    ]);
    expect(await desk()).toMatchObject({ state: 'ok', last_success: NOW });
    expect(api.gateway.woken).toEqual(['desk']);
  });

  it('says what a hook says that does not work', async () => {
    slack.fault = () => ({ status: 410, body: 'channel_is_archived' });
    const reason = 'The hook answered 410: channel_is_archived.';
    expect((await test()).body).toEqual({ name: 'desk', delivered: false, status: 410, message: reason });
    expect(await desk()).toMatchObject({ state: 'dead', dead: { since: NOW, reason } });
    expect(api.gateway.woken).toEqual([]);
    slack.fault = () => 'hang';
    expect((await test()).body).toMatchObject({ delivered: false, status: null });
    slack.fault = () => null;
    api.clock.at += 1_000;
    expect((await test()).body).toMatchObject({ delivered: true });
    expect(await desk()).toMatchObject({ state: 'ok', dead: null });
  });

  it('succeeds without Temporal: the messenger is woken later', async () => {
    api.gateway.failure = new TemporalUnavailable('away');
    expect((await test()).body).toMatchObject({ delivered: true });
  });

  it('is 404 for a hook that is not configured', async () => {
    const { status, body } = await api.post('/api/ab/hooks/other/test');
    expect([status, body.detail]).toEqual([404, 'There is no hook other.']);
  });
});
