import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHooks } from '../../../src/clients/webhook/index.js';
import type { HookKind, Hooks } from '../../../src/clients/webhook/types.js';
import { MESSAGE_KINDS } from '../../../src/domain/messages/message.js';
import { waitBeforeRepost } from '../../../src/domain/messages/repost.js';
import { type Receiver, startSlack } from '../../support/hook-receivers.js';
import { everyKind, posted } from '../../support/messages.js';

const [message] = everyKind('Fine.', 'Spring sale');
const hookAt = (url: string, kind: HookKind | null = 'slack'): Hooks =>
  createHooks([{ name: 'desk', kind, url, messages: MESSAGE_KINDS, secret: null }], { timeoutMs: 300 });

describe('a post', () => {
  let slack: Receiver;
  beforeEach(async () => {
    slack = await startSlack();
  });
  afterEach(async () => {
    if (slack.isOpen()) await slack.close();
  });
  const post = (signal?: AbortSignal) => hookAt(slack.url).post('desk', posted(message!), signal);

  it('that is taken says what the hook said', async () => {
    expect(await post()).toEqual({ kind: 'sent', status: 200, answer: 'ok' });
  });

  it.each([
    [400, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [401, 'dead'],
    [403, 'dead'],
    [404, 'dead'],
    [410, 'dead'],
    [302, 'dead'],
    [408, 'wait'],
    [429, 'wait'],
    [500, 'wait'],
    [503, 'wait'],
  ])('answered with %i: %s', async (status, kind) => {
    slack.fault = () => ({ status, body: 'no_service', headers: { location: 'http://127.0.0.1:1/' } });
    const outcome = await post();
    expect(outcome).toMatchObject({ kind, status, problem: `The hook answered ${status}: no_service.` });
    expect(slack.requests).toBe(1);
  });

  it.each([
    [{ 'retry-after': '7' }, '', 7_000],
    [{}, '{"retry_after": 1.25, "global": false}', 1_250],
    [{ 'retry-after': '2' }, '{"retry_after": 3.5}', 3_500],
    [{}, 'rate_limited', null],
    [{ 'retry-after': 'soon' }, '', null],
  ])('that is asked to wait: %j %s', async (headers, body, retryAfterMs) => {
    slack.fault = () => ({ status: 429, headers, body });
    expect(await post()).toMatchObject({ kind: 'wait', status: 429, retryAfterMs });
  });

  it('waits until a date that the hook names', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    slack.fault = () => ({ status: 503, headers: { 'retry-after': date } });
    const outcome = await post();
    expect(outcome).toMatchObject({ kind: 'wait' });
    expect((outcome as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(55_000);
  });

  it('without an answer ends in time', async () => {
    slack.fault = () => 'hang';
    const began = performance.now();
    expect(await post()).toEqual({
      kind: 'wait',
      status: null,
      retryAfterMs: null,
      problem: 'The hook does not answer: no answer within 0.3 s.',
    });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('on a connection that is cut or refused is tried later', async () => {
    slack.fault = () => 'cut';
    expect(await post()).toMatchObject({
      kind: 'wait',
      problem: expect.stringContaining('connection failed'),
    });
    await slack.close();
    expect(await post()).toMatchObject({
      kind: 'wait',
      problem: 'The hook does not answer: the connection failed (ECONNREFUSED).',
    });
  });

  it('that is aborted is no outcome', async () => {
    slack.fault = () => 'hang';
    const aborted = new Error('the worker stops');
    await expect(post(AbortSignal.abort(aborted))).rejects.toBe(aborted);
  });

  it('shows nothing of an address that the hook repeats', async () => {
    slack.fault = ({ path }) => ({ status: 404, body: `no hook at ${path}, http://x${path}` });
    expect(JSON.stringify(await post())).not.toContain('secret-slack');
  });

  it('reads only the beginning of an endless answer', async () => {
    slack.fault = () => ({ status: 400, body: 'x'.repeat(5_000_000) });
    const { problem } = (await post()) as { problem: string };
    expect(problem.length).toBeLessThan(300);
  });

  it('to an address of unknown kind is not made', async () => {
    const outcome = await hookAt(slack.url, null).post('desk', posted(message!));
    expect(outcome).toMatchObject({ kind: 'dead', problem: expect.stringContaining('NOTIFICATION_HOOKS') });
    expect(slack.requests).toBe(0);
  });
});

describe('the wait before a message is posted again', () => {
  it('grows to five minutes, or is what the hook asks for, an hour at most', () => {
    const waits = [1, 2, 3, 9, 10, 50].map((failures) => waitBeforeRepost(null, failures));
    expect(waits).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
    expect([0, 7_000, 86_400_000].map((asked) => waitBeforeRepost(asked, 1))).toEqual([
      1_000, 7_000, 3_600_000,
    ]);
  });
});
