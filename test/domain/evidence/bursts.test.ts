import { describe, expect, it } from 'vitest';
import { BurstScan, withoutBursts } from '../../../src/domain/evidence/bursts.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { Random } from '../../../src/sandbox/random.js';

interface World {
  hours?: number;
  clicks?: number;
  /** Coefficient of variation of each hour's own rate. */
  cv?: number;
}

function hoursOf(seed: string, { hours = 240, clicks = 15, cv = 0 }: World = {}): PairRow[] {
  const random = new Random(`bursts ${seed}`);
  const rate = () => (cv > 0 ? random.factor(cv) : 1);
  return Array.from({ length: hours }, (_, hour) => ({
    exposureA: 1000,
    eventsA: random.poisson(clicks * rate()),
    exposureB: 1000,
    eventsB: random.poisson(clicks * rate()),
    day: hour / 24,
  }));
}

const burst = (rows: PairRow[], hour: number, ad: 'A' | 'B', events: number) => {
  rows[hour] = { ...rows[hour]!, ...(ad === 'A' ? { eventsA: events } : { eventsB: events }) };
};

describe('a burst of clicks', () => {
  it.each(['A', 'B'] as const)('of ad %s is replaced by what its neighbours let expect, and named', (ad) => {
    const rows = hoursOf(`one ${ad}`);
    burst(rows, 100, ad, 600);
    const { rows: plausible, bursts } = withoutBursts(rows);
    expect(bursts).toEqual([{ ad, day: 100 / 24, events: 600, expected: expect.any(Number) }]);
    expect(Math.abs(bursts[0]!.expected - 15)).toBeLessThanOrEqual(4);
    expect(plausible[100]).toEqual({
      ...rows[100]!,
      ...(ad === 'A' ? { eventsA: bursts[0]!.expected } : { eventsB: bursts[0]!.expected }),
    });
    expect(plausible.filter((_, hour) => hour !== 100)).toEqual(rows.filter((_, hour) => hour !== 100));
  });

  it('of both ads at once is a good hour, not a burst', () => {
    const rows = hoursOf('both');
    burst(rows, 100, 'A', 150);
    burst(rows, 100, 'B', 150);
    expect(withoutBursts(rows)).toEqual({ rows, bursts: [] });
  });

  it('is found beside other bursts, at the start, at the end, and as the last hour', () => {
    const rows = hoursOf('many');
    const at = [0, 1, 50, 52, 239];
    for (const hour of at) burst(rows, hour, 'B', 400);
    expect(withoutBursts(rows).bursts.map(({ day }) => Math.round(24 * day))).toEqual(at);
  });

  it('is found with few clicks, but a handful of them is none', () => {
    const rows = hoursOf('few', { clicks: 0.3 });
    burst(rows, 30, 'A', 5);
    burst(rows, 60, 'B', 40);
    expect(withoutBursts(rows).bursts.map(({ ad, events }) => [ad, events])).toEqual([['B', 40]]);
  });

  it.each([
    [0, 0.1],
    [0.4, 0.5],
    [0.8, 8],
  ])('is rarely seen in hours without one, at a CV of %d', (cv, most) => {
    let found = 0;
    for (let test = 0; test < 20; test++) {
      found += withoutBursts(hoursOf(`clean ${test}`, { hours: 672, cv })).bursts.length / 20;
    }
    expect(found).toBeLessThanOrEqual(most);
  });

  it('needs neighbours, and leaves orders and empty series alone', () => {
    const rows = hoursOf('short', { hours: 5 });
    burst(rows, 2, 'A', 900);
    expect(withoutBursts(rows).bursts).toEqual([]);
    expect(withoutBursts([])).toEqual({ rows: [], bursts: [] });
    const orders = hoursOf('orders').map((row) => ({ ...row, countA: 1, countB: 1 }));
    burst(orders, 100, 'A', 90_000);
    expect(withoutBursts(orders)).toEqual({ rows: orders, bursts: [] });
  });

  it('is found in the same way hour by hour as all at once', () => {
    const rows = hoursOf('growing', { cv: 0.4 });
    for (const hour of [20, 21, 130]) burst(rows, hour, 'B', 300);
    const scan = new BurstScan();
    for (const [hour, row] of rows.entries()) {
      scan.add(row);
      const whole = new BurstScan();
      for (const seen of rows.slice(0, hour + 1)) whole.add(seen);
      expect(scan.find()).toEqual(whole.find());
    }
  });
});
