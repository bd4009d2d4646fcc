import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { TRIES_OVER } from '../../src/contract/names.js';
import { boundedTries, LONGEST_PAUSE_MS, TRIES_MS } from '../../src/service/tries.js';

const SECOND = 1000;
const DETAILS = [{ kind: 'transient', retryAfterMs: 10 * SECOND }];

/** The error that the worker reports for a try that fails at once, `usedMs` after the first try began; null: it is the first try. */
async function leaving(failure: Error, usedMs: number | null): Promise<{ error: unknown; kept: unknown }> {
  const heartbeatDetails = usedMs === null ? undefined : Date.now() - usedMs;
  const env = new MockActivityEnvironment(
    // Scheduled long ago: the wait for a free slot does not count as a try.
    { scheduledTimestampMs: 5, currentAttemptScheduledTimestampMs: 5, heartbeatDetails },
    { interceptors: [boundedTries], logger: new DefaultLogger('ERROR') },
  );
  let kept: unknown;
  env.on('heartbeat', (details) => {
    kept = details;
  });
  const error = await env.run(() => Promise.reject(failure)).catch((thrown: unknown) => thrown);
  return { error, kept };
}

const ofMeta = (type = 'Meta.transient') =>
  ApplicationFailure.create({ type, message: 'GET /12: no complete answer', details: DETAILS });
const LATE = TRIES_MS - LONGEST_PAUSE_MS + SECOND;

describe('the last try', () => {
  it('says what failed at Meta, if another try might end too late', async () => {
    expect((await leaving(ofMeta(), LATE)).error).toMatchObject({
      type: 'Meta.transient',
      message: 'GET /12: no complete answer',
      details: DETAILS,
      nonRetryable: true,
    });
  });

  it('says for any other failure that the time for tries was over', async () => {
    for (const failure of [new Error('of ours'), ofMeta('Postgres')]) {
      const { error } = await leaving(failure, LATE);
      expect(error).toMatchObject({ type: TRIES_OVER, message: failure.message, nonRetryable: true });
    }
  });

  it('is not this one if there is time for another, if the failure is not retried anyway, or after a long wait for a slot', async () => {
    const cases: [Error, number | null][] = [
      [ofMeta(), null],
      [new Error('of ours'), null],
      [ofMeta(), 50 * SECOND],
      [ApplicationFailure.nonRetryable('for good', 'UnknownExperiment'), LATE],
      [new CancelledFailure('stopping'), LATE],
    ];
    for (const [failure, usedMs] of cases) expect((await leaving(failure, usedMs)).error).toBe(failure);
  });

  it('is found from the heartbeat, by which each try passes on when the first one began', async () => {
    const before = Date.now();
    const first = (await leaving(ofMeta(), null)).kept as number;
    expect(first).toBeGreaterThanOrEqual(before);
    expect(first).toBeLessThanOrEqual(Date.now());
    const { kept } = await leaving(ofMeta(), 50 * SECOND);
    expect(kept as number).toBeLessThanOrEqual(Date.now() - 50 * SECOND);
  });
});
