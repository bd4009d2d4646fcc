import { describe, expect, it } from 'vitest';
import { unknownOutcomeWaitMs } from '../../src/service/worker.js';

const SECOND = 1000;

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
