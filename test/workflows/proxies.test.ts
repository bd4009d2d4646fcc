import { msToNumber } from '@temporalio/common/lib/time.js';
import { describe, expect, it } from 'vitest';
import { REPORT_WAIT_MS } from '../../src/clients/meta/async-reports.js';
import { readConfig } from '../../src/config.js';
import { LONGEST_PAUSE_MS } from '../../src/service/tries.js';
import { META_READS, META_WRITES } from '../../src/workflows/proxies.js';

const { readTimeoutMs, socketTimeoutMs } = readConfig({
  MODE: 'live',
  API_TOKEN: '0123456789abcdef',
  META_ACCESS_TOKEN: 'token',
  META_AD_ACCOUNT_ID: 'act_1',
}).meta;

describe('the time limit of an attempt with a live account', () => {
  it('is longer than the calls in it may hang', () => {
    const reading = msToNumber(META_READS.startToCloseTimeout);
    expect(2 * readTimeoutMs).toBeLessThan(reading);
    expect(REPORT_WAIT_MS + readTimeoutMs).toBeLessThan(reading);
    const writing = msToNumber(META_WRITES.startToCloseTimeout);
    expect(socketTimeoutMs + 2 * readTimeoutMs).toBeLessThan(writing);
  });

  it('allows no longer pauses between attempts than the worker assumes', () => {
    expect(msToNumber(META_READS.retry.maximumInterval)).toBe(LONGEST_PAUSE_MS);
  });

  it('does not include the wait for a free slot, which has no limit', () => {
    for (const options of [META_READS, META_WRITES])
      expect(Object.keys(options).sort()).toEqual(['heartbeatTimeout', 'retry', 'startToCloseTimeout']);
  });
});
