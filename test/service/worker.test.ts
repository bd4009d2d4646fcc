import { describe, expect, it } from 'vitest';
import { unknownOutcomeWaitMs } from '../../src/service/worker.js';

const SECOND = 1000;

describe('the wait after a write of unknown outcome', () => {
  it.each([
    // Live: an effect may be five minutes late, and a socket lives for a minute.
    { socketTimeoutMs: 60_000, scale: 1, minutes: 5 },
    { socketTimeoutMs: 240_000, scale: 1, minutes: 6 },
    // Sandbox: a socket lives for a real second, which is half an experiment hour.
    { socketTimeoutMs: 1_000, scale: 1_800, minutes: 45 },
    { socketTimeoutMs: 1_000, scale: 7_200, minutes: 180 },
  ])(
    'is $minutes minutes at $scale experiment seconds per real second',
    ({ socketTimeoutMs, scale, minutes }) => {
      expect(unknownOutcomeWaitMs(socketTimeoutMs, scale)).toBe(minutes * 60 * SECOND);
    },
  );
});
