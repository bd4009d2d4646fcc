import { afterEach, describe, expect, it } from 'vitest';
import { createExperimentActivities } from '../../../src/activities/experiments.js';
import { createLookActivities } from '../../../src/activities/looks.js';
import { createSummaryActivities } from '../../../src/activities/summaries.js';
import type { MessageEntry } from '../../../src/contract/messaging.js';
import { HOUR, START, useStages } from '../../activities/support/stage.js';
import { PERSON_HOLD } from '../../support/messages.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const HOOK = 'desk';
const toDesk = {
  entryOf: (message: MessageEntry['message'] | null) => message && { message, hooks: [HOOK] },
  wake: async () => {},
  start: async () => {},
};

describe('the outbox', () => {
  it('has one message per transition, whatever is repeated', async () => {
    const stage = await stages.open();
    const { store } = stage;
    const activities = createExperimentActivities({ ...stage.deps, outbox: toDesk });
    const reason = { code: 'no_winner', detail: 'Nobody won.' } as const;
    const transition = { experimentId: 'exp', from: 'running', to: 'no_winner', reason, at: START } as const;
    await activities.transition(transition);
    await activities.transition(transition);
    // A swap that does not happen reports nothing.
    await activities.transition({ ...transition, to: 'held', hold: PERSON_HOLD });
    const sequence = await store.pendingMessage(HOOK, 'mark');
    expect(await store.message(sequence!)).toMatchObject({
      kind: 'no_winner',
      at: START,
      experimentId: 'exp',
      environment: 'sandbox',
      content: { text: 'Nobody won.', path: '/experiments/exp', experiment: { state: 'no_winner' } },
    });
    expect(await store.hookStates()).toMatchObject([{ hook: HOOK, pending: 1 }]);
  });

  it('has no message if the transition is undone', async () => {
    const stage = await stages.open();
    const failing = {
      ...toDesk,
      entryOf: (message: MessageEntry['message'] | null) =>
        // JSON can't hold it: the insert fails after the swap.
        message && {
          message: { ...message, content: { ...message.content, odd: Number.NaN } },
          hooks: [HOOK],
        },
    };
    const activities = createExperimentActivities({ ...stage.deps, outbox: failing });
    const reason = { code: 'no_winner', detail: 'Nobody won.' } as const;
    await expect(
      activities.transition({ experimentId: 'exp', from: 'running', to: 'no_winner', reason, at: START }),
    ).rejects.toThrow("JSON can't hold");
    expect((await stage.store.getExperiment('exp'))?.state).toBe('running');
    expect(await stage.store.hookStates()).toEqual([]);
  });

  it('has one message when a look finds silent ads, and none from the looks after it', async () => {
    const stage = await stages.open();
    const { look } = createLookActivities({ ...stage.deps, outbox: toDesk });
    for (const lookNumber of [1, 2]) {
      stage.clock.pass(12 * HOUR);
      const dueAt = await stage.clock.now();
      const request = { experimentId: 'exp', lookNumber, dueAt, askedBy: 'schedule' };
      const { health } = await look(request);
      expect(health.map(({ code }) => code)).toContain('no_delivery');
      await look(request);
    }
    expect(await stage.store.hookStates()).toMatchObject([{ hook: HOOK, pending: 1 }]);
    const sequence = await stage.store.pendingMessage(HOOK, 'mark');
    expect(await stage.store.message(sequence!)).toMatchObject({
      kind: 'no_delivery',
      content: { title: 'Test without delivery: Hooks' },
    });
  });

  it('settles each delivery once, and ends a hook only by what it answers', async () => {
    const stage = await stages.open();
    const { store } = stage;
    const message = {
      kind: 'no_winner' as const,
      at: START,
      experimentId: 'exp',
      content: {
        tone: 'news' as const,
        title: 'T',
        text: 'One.',
        path: '/',
        experiment: null,
        currency: null,
        budgets: [],
        by: null,
        because: null,
      },
    };
    for (const [from, to] of [
      ['running', 'paused'],
      ['paused', 'running'],
      ['running', 'stopped'],
    ] as const)
      await store.transition(
        { experimentId: 'exp', from, to, reason: { code: 'started' }, at: START },
        () => ({ message, hooks: [HOOK, 'other'] }),
      );
    const first = (await store.pendingMessage(HOOK, 'mark'))!;
    const settle = (outcome: Parameters<typeof store.settleDelivery>[0]['outcome'], sequence = first) =>
      store.settleDelivery({ hook: HOOK, sequence, outcome, at: START });
    const stateNow = async () => (await store.hookStates()).find(({ hook }) => hook === HOOK)!;
    await settle({ kind: 'wait', status: 503, retryAfterMs: null, problem: 'Busy.' });
    expect(await store.pendingMessage(HOOK, 'mark')).toBe(first);
    expect(await stateNow()).toMatchObject({ pending: 3, lastFailure: 'Busy.', lastFailureAt: START });
    await settle({ kind: 'sent', status: 200, answer: 'ok' });
    await settle({ kind: 'dead', status: 410, problem: 'Gone.' });
    expect(await stateNow()).toMatchObject({ pending: 2, deadSince: null, lastSuccessAt: START });
    const second = (await store.pendingMessage(HOOK, 'mark'))!;
    expect(second).toBeGreaterThan(first);
    await settle({ kind: 'dead', status: 410, problem: 'Gone.' }, second);
    expect(await store.pendingMessage(HOOK, 'mark')).toBeNull();
    expect(await stateNow()).toMatchObject({ pending: 2, deadSince: START, deadReason: 'Gone.' });
    // Another address is another hook; what the old one did says nothing about it.
    expect(await store.pendingMessage(HOOK, 'another')).toBe(second);
    expect(await stateNow()).toMatchObject({ deadSince: null, lastFailure: null, addressMark: 'another' });
    expect((await store.hookStates()).find(({ hook }) => hook === 'other')).toMatchObject({ pending: 3 });
  });
});

describe('the reports', () => {
  const text = (stage: Awaited<ReturnType<typeof stages.open>>, reportTimezone: string | null = null) =>
    createSummaryActivities({ ...stage.deps, outbox: toDesk, reportTimezone });

  it('are one per kind and date, with their message', async () => {
    const stage = await stages.open();
    const { store, clock } = stage;
    const daily = await text(stage).summarise(24);
    stage.clock.pass(3_600_000);
    expect(await text(stage).summarise(24)).toBe(daily);
    const weekly = await text(stage).summarise(7 * 24);
    expect(weekly).not.toBe(daily);
    const today = new Date(await clock.now()).toISOString().slice(0, 10);
    const reports = await store.listReports({ limit: 10, offset: 0 });
    expect(reports.map(({ id }) => id)).toEqual([`weekly-${today}`, `daily-${today}`]);
    expect(await store.countReports({ kind: 'daily' })).toBe(1);
    expect(reports[1]).toMatchObject({
      kind: 'daily',
      text: daily,
      timezone: 'UTC',
      content: { running: 1 },
    });
    expect(reports[1]!.firstDay).toBe(reports[1]!.lastDay);
    expect(await store.hookStates()).toMatchObject([{ pending: 2 }]);
    const message = await store.message((await store.pendingMessage(HOOK, 'mark'))!);
    expect(message).toMatchObject({
      kind: 'daily_summary',
      content: { text: daily, path: `/reports/daily-${today}` },
    });
    expect(stage.events.filter(({ kind }) => kind === 'report')).toHaveLength(2);
  });

  it('follow a time zone of their own, and the last one if Meta does not answer', async () => {
    const stage = await stages.open();
    await text(stage, 'Pacific/Auckland').summarise(24);
    await stage.market.order({ kind: 'expired_token' });
    stage.clock.pass(24 * 3_600_000);
    expect(await text(stage).summarise(24)).toContain('(Pacific/Auckland)');
    const zones = (await stage.store.listReports({ limit: 10, offset: 0 })).map(({ timezone }) => timezone);
    expect(zones).toEqual(['Pacific/Auckland', 'Pacific/Auckland']);
  });
});
