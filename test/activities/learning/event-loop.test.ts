import { monitorEventLoopDelay } from 'node:perf_hooks';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { createLearningActivities } from '../../../src/activities/learning/index.js';
import { createPatternActivities } from '../../../src/activities/patterns.js';
import { START, useDatabase } from '../../clients/postgres/fixtures.js';
import { databaseKinds } from '../../support/postgres.js';
import { quickEncoders, seedDecidedTests } from './support/material.js';

const TESTS = 1_000;
const clock = { now: async () => START, scale: 1 };
const db = useDatabase(databaseKinds().at(-1)!);

/** How long a step takes, and the longest time for which the event loop did nothing else, ms. */
async function paced(step: () => Promise<unknown>): Promise<{ took: number; pause: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const began = performance.now();
  delays.enable();
  await new MockActivityEnvironment().run(step);
  delays.disable();
  return { took: performance.now() - began, pause: delays.max / 1e6 };
}

it('learning from many tests leaves the event loop to others', async () => {
  const accountId = db.account();
  const store = db.store(accountId);
  await seedDecidedTests({ store, pool: db.pool, accountId }, TESTS);
  const encoders = quickEncoders();
  const activities = () => createLearningActivities({ store, clock, encoders });
  await new MockActivityEnvironment().run(activities().learnPreferences);
  await db.pool.query("update auto_promotion.preference_models set training_hash = 'another'");
  const learning = await paced(activities().learnPreferences);
  const fitting = await paced(createPatternActivities({ store, clock }).refitPatterns);
  const [model] = await store.listModels(1);
  expect(model).toMatchObject({ version: 2, tests: TESTS, texts: 4 * TESTS });
  expect(await store.patternFit()).toMatchObject({ tests: TESTS });
  expect(learning.pause).toBeLessThan(learning.took / 20);
  expect(fitting.pause).toBeLessThan(fitting.took / 10);
}, 300_000);
