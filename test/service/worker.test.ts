import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { lastTries, unknownOutcomeWaitMs } from '../../src/service/worker.js';
import '../support/quiet-runtime.js';

const SECOND = 1000;
const DETAILS = [{ kind: 'transient', retryAfterMs: 10 * SECOND }];

/** How a failure leaves the worker that came at once, `usedMs` after the first try was due, of a minute. */
async function leaving(failure: Error, usedMs: number): Promise<unknown> {
  const env = new MockActivityEnvironment(
    {
      scheduleToCloseTimeoutMs: 60 * SECOND,
      scheduledTimestampMs: 5,
      currentAttemptScheduledTimestampMs: 5 + usedMs,
    },
    { interceptors: [lastTries], logger: new DefaultLogger('ERROR') },
  );
  return env.run(() => Promise.reject(failure)).catch((error: unknown) => error);
}

const ofMeta = (type = 'Meta.transient') =>
  ApplicationFailure.create({ type, message: 'GET /12: no complete answer', details: DETAILS });

describe('the last try', () => {
  it('says what failed at Meta, where another one might be cut off', async () => {
    expect(await leaving(ofMeta(), 56 * SECOND)).toMatchObject({
      type: 'Meta.transient',
      message: 'GET /12: no complete answer',
      details: DETAILS,
      nonRetryable: true,
    });
  });

  it('is not this one, where there is time for another, or where it failed elsewhere', async () => {
    const cases: [Error, number][] = [
      [ofMeta(), 50 * SECOND],
      [ofMeta('Postgres'), 56 * SECOND],
      [new Error('of ours'), 56 * SECOND],
    ];
    for (const [failure, usedMs] of cases) expect(await leaving(failure, usedMs)).toBe(failure);
  });
});

describe('the wait after a write of unknown outcome', () => {
  it.each([
    // Live: a late effect may come five minutes on, and a socket lives a minute.
    { socketTimeoutMs: 60_000, scale: 1, minutes: 5 },
    { socketTimeoutMs: 240_000, scale: 1, minutes: 6 },
    // The sandbox: a second of a socket is half an hour there.
    { socketTimeoutMs: 1_000, scale: 1_800, minutes: 45 },
    { socketTimeoutMs: 1_000, scale: 7_200, minutes: 180 },
  ])('at $scale experiment seconds a real one is $minutes minutes', ({ socketTimeoutMs, scale, minutes }) => {
    expect(unknownOutcomeWaitMs(socketTimeoutMs, scale)).toBe(minutes * 60 * SECOND);
  });
});
