import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { slackEscaped } from '../../src/clients/webhook/text.js';
import { DAILY_SUMMARY_WORKFLOW } from '../../src/contract/names.js';
import type { Receiver } from '../support/hook-receivers.js';
import { Post, textsAt, until } from '../support/post.js';

/** Messages on a real Temporal server, database and worker, to receivers that keep the limits of Slack and Discord. */
describe('the messenger', () => {
  let post: Post;
  let slack: Receiver;
  let discord: Receiver;
  beforeAll(async () => {
    post = await Post.open('time-skipping');
    ({ slack, discord } = post);
  }, 180_000);
  afterAll(() => post?.close());
  afterEach(() => {
    post.clear();
    expect([...slack.refused, ...discord.refused]).toEqual([]);
  });

  it('sends every message to every hook, in order, and ends', async () => {
    const texts = [await post.say(), await post.say(), await post.say()];
    await until(async () => (await post.isIdle('slack')) && (await post.isIdle('discord')));
    expect(textsAt(slack)).toEqual(texts);
    expect(textsAt(discord)).toEqual(texts);
    await until(async () => !(await post.isRunning('slack')));
    expect(await post.stateOf('slack')).toMatchObject({ lastFailure: null, deadSince: null, failed: 0 });
  });

  it('loses nothing in an outage of an hour, and keeps the order', async () => {
    slack.fault = () => ({ status: 503, body: 'upstream' });
    const requests = slack.requests;
    const texts = [await post.say(), await post.say()];
    await until(() => slack.requests > requests);
    await post.world.pass(0.5);
    texts.push(await post.say());
    await post.world.pass(0.5);
    expect(textsAt(slack)).toEqual([]);
    expect(await post.stateOf('slack')).toMatchObject({
      pending: 3,
      lastFailure: 'The hook answered 503: upstream.',
    });
    // Waits of 1, 2, 4 … 256 s and then 5 minutes: neither a flood nor a long silence.
    const tries = slack.requests - requests;
    expect(tries).toBeGreaterThan(12);
    expect(tries).toBeLessThan(30);
    // The other hook got them at once.
    expect(textsAt(discord)).toEqual(texts);
    slack.fault = () => null;
    await post.world.pass(0.1);
    await until(() => post.isIdle('slack'));
    expect(textsAt(slack)).toEqual(texts);
  });

  it('goes on after a message that a hook refuses, and counts it', async () => {
    let refusals = 0;
    slack.fault = () => (refusals++ === 0 ? { status: 400, body: 'invalid_payload' } : null);
    await post.say();
    const second = await post.say();
    await until(() => post.isIdle('slack'));
    expect(textsAt(slack)).toEqual([second]);
    expect(await post.stateOf('slack')).toMatchObject({ failed: 1, deadSince: null });
  });

  it('keeps the messages of a dead hook, and sends them once it works again', async () => {
    slack.fault = () => ({ status: 410, body: 'channel_is_archived' });
    const texts = [await post.say(), await post.say()];
    await until(async () => (await post.stateOf('slack')).deadSince !== null);
    await until(async () => !(await post.isRunning('slack')));
    const requests = slack.requests;
    texts.push(await post.say());
    await post.reconcile();
    await delay(300);
    expect(slack.requests).toBe(requests);
    expect(await post.stateOf('slack')).toMatchObject({
      pending: 3,
      deadReason: 'The hook answered 410: channel_is_archived.',
    });
    // The channel exists again: a test that reaches it is enough.
    slack.fault = () => null;
    const { addressMark } = post.hooks().list()[0]!;
    const at = await post.world.clock.now();
    const outcome = { kind: 'sent', status: 200, answer: 'ok' } as const;
    await post.world.store.settleHookTest({ hook: 'slack', addressMark, outcome, at });
    await post.reconcile();
    await until(() => post.isIdle('slack'));
    expect(textsAt(slack)).toEqual(texts);
  });

  it('tells the story of a test: promoted, and verified or not', async () => {
    const { world } = post;
    const policy = { verification: { settleHours: 1, windowHours: 24 } };
    const experiment = await world.begin({ id: 'story', clickRates: [0.02, 0.04], policy });
    await world.until(experiment, ['completed'], 8 * 24);
    await until(() => post.isIdle('slack'));
    await until(() => post.isIdle('discord'));
    const { outcome, message } = (await world.store.getVerification('story'))!;
    const titles = {
      verified: 'Lift verified',
      not_verified: 'Lift not verified, the budgets stay',
    } as const;
    const [promoted, verified, ...others] = slack.taken.map(({ body }) => String(body.text));
    expect(others).toEqual([]);
    expect(promoted).toMatch(
      /^challenger is promoted: story\. challenger wins: .*Meta confirms [A-Z]{3} [\d.]+ per day for challenger \(phase 60\)/,
    );
    expect(promoted).toContain('At risk: ');
    expect(verified).toBe(`${titles[outcome as keyof typeof titles]}: story. ${slackEscaped(message)}`);
    expect(slackEscaped((await world.state(experiment)).stateReason)).toBe(slackEscaped(message));
    expect(discord.taken).toHaveLength(2);
  });

  it('says once what the day was, and keeps it as a report', async () => {
    const run = (id: string) =>
      post.world.client.workflow.execute(DAILY_SUMMARY_WORKFLOW, {
        workflowId: `${post.world.names.jobWorkflowId('daily_promotion_summary')}/${id}`,
        taskQueue: post.world.names.taskQueue,
        args: [],
      });
    const first = await run('one');
    expect(await run('two')).toBe(first);
    await until(async () => (await post.isIdle('slack')) && slack.taken.length > 0);
    expect(slack.taken.map(({ body }) => body.text)).toEqual([expect.stringContaining('Daily summary')]);
  });
});

/** The same on the product's own server, in real time, while the worker is stopped and started. */
describe('the messenger over restarts of the worker', () => {
  let post: Post;
  let slack: Receiver;
  let discord: Receiver;
  beforeAll(async () => {
    post = await Post.open('dev');
    ({ slack, discord } = post);
  }, 180_000);
  afterAll(() => post?.close());
  afterEach(async () => {
    for (const receiver of post.receivers) receiver.fault = () => null;
    for (const hook of ['slack', 'discord']) await until(() => post.isIdle(hook), 40_000);
    post.clear();
  });

  it('repeats at most one message if the worker is lost between post and mark', async () => {
    slack.fault = () => 'hang';
    const requests = slack.requests;
    const texts = [await post.say(), await post.say()];
    await until(() => slack.requests > requests);
    await post.world.whileDown(async () => {
      slack.fault = () => null;
    });
    await until(() => post.isIdle('slack'), 40_000);
    const got = textsAt(slack);
    expect(got).toEqual([texts[0], ...texts]);
  });

  it('waits as long as a hook asks for, whatever happens to the worker', async () => {
    discord.fault = () => ({
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '6' },
      body: '{"message": "You are being rate limited.", "retry_after": 6.25, "global": false}',
    });
    const text = await post.say();
    await until(async () => (await post.stateOf('discord')).lastFailure?.includes('429') ?? false);
    const askedAt = performance.now();
    discord.fault = () => null;
    const requests = discord.requests;
    await post.world.restartWorker();
    await post.reconcile();
    await until(() => discord.requests > requests);
    expect(performance.now() - askedAt).toBeGreaterThan(5_500);
    await until(() => post.isIdle('discord'));
    expect(textsAt(discord)).toEqual([text]);
    await until(() => post.isIdle('slack'));
    expect(textsAt(slack)).toEqual([text]);
  });

  it('sends what is pending to the new address of a dead hook', async () => {
    slack.fault = () => ({ status: 404, body: 'no_service' });
    const text = await post.say();
    await until(async () => (await post.stateOf('slack')).deadSince !== null);
    await until(async () => !(await post.isRunning('slack')));
    slack.fault = () => null;
    const moved = post.hooks(`${slack.url}-2`);
    post.world.collaborators.hooks = moved;
    await post.world.restartWorker();
    await post.reconcile(moved);
    await until(() => post.isIdle('slack'));
    expect(textsAt(slack)).toEqual([text]);
    post.world.collaborators.hooks = post.hooks();
    await post.world.restartWorker();
  });

  it('never delays a rollout, even if every hook hangs', async () => {
    const { world } = post;
    for (const receiver of post.receivers) receiver.fault = () => 'hang';
    const experiment = await world.begin({ id: 'promoted', clickRates: [0.02, 0.04] });
    await world.pass(2);
    const began = performance.now();
    await world.control(experiment, 'promote');
    // A post to a hook that hangs lasts five seconds.
    expect(performance.now() - began).toBeLessThan(4_000);
    expect((await world.budgets(experiment))[1]).toBe(24_000);
    await world.control(experiment, 'revert');
    expect(await world.budgets(experiment)).toEqual([20_000, 20_000]);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(await post.isIdle('slack')).toBe(false);
    post.clear();
    for (const hook of ['slack', 'discord']) await until(() => post.isIdle(hook), 40_000);
    for (const receiver of post.receivers) expect(receiver.taken.length).toBeGreaterThanOrEqual(2);
    const [promoted, reverting] = slack.taken.map(({ body }) => String(body.text));
    expect(promoted).toMatch(/^challenger is promoted: promoted\. Promoted by force by ana@example\.com/);
    expect(reverting).toBe('Reverting: promoted. Reverted by ana@example.com: a test.');
  });
});
