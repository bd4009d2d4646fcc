import { setTimeout as delay } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it, vi } from 'vitest';
import { createLearningActivities } from '../../../src/activities/learning/index.js';
import {
  inLearningThread,
  type LearningProgress,
  type ThreadOptions,
} from '../../../src/activities/learning/learning-thread.js';
import type { LearnableTest } from '../../../src/clients/postgres/pattern-types.js';
import { START, useDatabase } from '../../clients/postgres/fixtures.js';
import { databaseKinds } from '../../support/postgres.js';
import { quickEncoders, seedDecidedTests } from './support/material.js';
import { oddThread } from './support/odd-thread.js';

function options(changes: Partial<ThreadOptions> = {}): ThreadOptions {
  return { signal: new AbortController().signal, beat: () => {}, ...changes };
}

async function* none(): AsyncIterable<LearnableTest> {}

/** Asks a thread for the texts of no tests. */
const noTexts = (changes: Partial<ThreadOptions> = {}) =>
  inLearningThread(options(changes), async ({ addAll, ask }) => {
    await addAll(none());
    return ask('texts', { about: [] });
  });

const threadsOfThisProcess = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;

describe('a learning thread', () => {
  it('answers, and ends', async () => {
    const before = threadsOfThisProcess();
    const answer = await inLearningThread(options(), async ({ ask }) => {
      expect(threadsOfThisProcess()).toBe(before + 1);
      return ask('texts', { about: [] });
    });
    expect(answer).toEqual({ texts: [], trainingHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(threadsOfThisProcess()).toBe(before);
  });

  it('that dies fails its step alone', async () => {
    await expect(noTexts({ thread: oddThread('dies') })).rejects.toThrow(
      'the learning thread ended with exit code 7',
    );
    await expect(noTexts({ thread: oddThread('fails') })).rejects.toThrow(
      'learning failed: a test makes no sense',
    );
    expect((await noTexts()).texts).toEqual([]);
  });

  it('that hangs is ended when its step is cancelled', async () => {
    const before = threadsOfThisProcess();
    const cancel = new AbortController();
    const hanging = noTexts({
      thread: oddThread('hangs'),
      signal: cancel.signal,
      beat: () => setTimeout(() => cancel.abort(new Error('cancelled')), 50),
    });
    await expect(hanging).rejects.toThrow('cancelled');
    expect(threadsOfThisProcess()).toBe(before);
    expect((await noTexts()).texts).toEqual([]);
  });

  it('waits for its turn: one learns at a time, and who gives up waiting holds up no one', async () => {
    const order: string[] = [];
    let finish = () => {};
    const first = inLearningThread(options(), async () => {
      order.push('first begins');
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      order.push('first ends');
    });
    const cancel = new AbortController();
    const second = inLearningThread(options({ signal: cancel.signal }), async () => order.push('second'));
    const third = inLearningThread(options(), async () => order.push('third'));
    await vi.waitFor(() => expect(order).toEqual(['first begins']));
    cancel.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    await delay(20);
    expect(order).toEqual(['first begins']);
    finish();
    await Promise.all([first, third]);
    expect(order).toEqual(['first begins', 'first ends', 'third']);
  });
});

describe('the step that learns preferences', () => {
  const db = useDatabase(databaseKinds().at(-1)!);
  const clock = { now: async () => START, scale: 1 };

  it('heartbeats as it gets on, counts texts, and goes on after a thread that died', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    await seedDecidedTests({ store, pool: db.pool, accountId }, 30);
    const encoders = quickEncoders();
    const run = (thread?: URL) => {
      const environment = new MockActivityEnvironment();
      const beats: LearningProgress[] = [];
      environment.on('heartbeat', (details: LearningProgress) => beats.push(details));
      const activities = createLearningActivities({ store, clock, encoders, ...(thread && { thread }) });
      return { beats, result: environment.run(activities.learnPreferences) };
    };
    await expect(run(oddThread('dies')).result).rejects.toThrow('exit code 7');
    expect(await store.listModels(1)).toEqual([]);

    const { beats, result } = run();
    expect(await result).toEqual({ version: 1, isNew: true });
    expect(beats.filter((beat) => 'testsRead' in beat)).toEqual([{ testsRead: 25 }, { testsRead: 30 }]);
    expect(beats).toContainEqual({ encoder: 'use-lite', encoded: 120, texts: 120 });
    const learned = beats.flatMap((beat) => ('learned' in beat ? [beat.learned] : []));
    expect(learned.at(-1)).toBe(100);
    expect(learned).toEqual([...learned].sort((a, b) => a - b));
    expect(await store.countDecidedTexts(['use-lite@0.2.0+1'])).toEqual({ texts: 120, encoded: 120 });
    expect(await store.listModels(1)).toMatchObject([{ tests: 30, texts: 120 }]);
    expect(await run().result).toEqual({ version: 1, isNew: false });
  });

  it('does nothing without an encoder', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    await seedDecidedTests({ store, pool: db.pool, accountId }, 2);
    const { learnPreferences, forecastTests } = createLearningActivities({ store, clock, encoders: null });
    expect(await learnPreferences()).toEqual({ version: null, isNew: false });
    expect(await forecastTests()).toEqual({ stored: [] });
  });
});
