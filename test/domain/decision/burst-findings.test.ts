import { describe, expect, it } from 'vitest';
import { burstFindings } from '../../../src/domain/decision/burst-findings.js';
import type { Burst } from '../../../src/domain/evidence/bursts.js';
import type { Evidence } from '../../../src/domain/evidence/types.js';
import { METRICS } from '../../../src/domain/metric.js';

const START = Date.UTC(2026, 4, 12);

/** A pair whose look replaced these bursts. */
function pair(variantA: string, variantB: string, bursts: Burst[]) {
  return { variantA, variantB, evidence: { bursts } as Evidence, calledWinner: null, welch: null };
}

const found = (pairs: ReturnType<typeof pair>[], hours = 200) =>
  burstFindings(METRICS.click_through_rate, pairs, { startedAt: START, hours, buckets: 'hour' });
const burst = (ad: 'A' | 'B', hour: number, events = 480): Burst => ({
  ad,
  day: hour / 24,
  events,
  expected: 12,
});

describe('a finding of bursts', () => {
  it('names the ad, the hour and the figures', () => {
    expect(found([pair('control', 'c1', [burst('B', 14)])])).toEqual([
      {
        code: 'bursts',
        level: 'warn',
        message:
          '1 hour of c1 with far more link clicks than plausible: bots? It counts as plausible; it was 40× what its neighbours and the other ads make plausible (480 instead of 12, at 2026-05-12 14:00 UTC)',
      },
    ]);
  });

  it('counts an hour once, in however many pairs it was found, and each ad by itself', () => {
    const pairs = [
      pair('control', 'c1', [burst('A', 5), burst('B', 7)]),
      pair('control', 'c2', [burst('A', 5), burst('A', 9, 1_200)]),
      pair('c1', 'c2', [burst('A', 7)]),
    ];
    const [control, c1, ...others] = found(pairs);
    expect(others).toEqual([]);
    expect(control!.message).toMatch(
      /^2 hours of control .*; the largest was 100× .*\(1200 instead of 12, at 2026-05-12 09:00 UTC\)$/,
    );
    expect(c1!.message).toMatch(/^1 hour of c1 /);
  });

  it('blocks if an ad has more than 5, and they are more than 1 % of the test', () => {
    const hours = [1, 30, 60, 90, 120, 150];
    const many = pair(
      'control',
      'c1',
      hours.map((hour) => burst('B', hour)),
    );
    expect(found([many])).toMatchObject([
      { level: 'block', message: expect.stringMatching(/: bots\? 6 > 5, and > 1 % of the test; /) },
    ]);
    expect(found([many], 672)).toMatchObject([{ level: 'warn' }]);
    const five = pair(
      'control',
      'c1',
      hours.slice(1).map((hour) => burst('B', hour)),
    );
    expect(found([five])).toMatchObject([{ level: 'warn' }]);
  });

  it('is missing without bursts, and for rules that look for none', () => {
    expect(found([pair('control', 'c1', [])])).toEqual([]);
    expect(found([{ ...pair('control', 'c1', []), evidence: {} as Evidence }])).toEqual([]);
  });
});
