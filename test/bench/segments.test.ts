import { describe, expect, it } from 'vitest';
import { simulate } from '../../bench/segments/simulate.js';
import { draw } from '../../bench/segments/worlds.js';

// A short form of `npm run bench:segments`, which has 1,000 tests per world.
const RUNS = 60;

describe('tests of ads that reach different segments', () => {
  it.each(['mix_24h', 'mix_fixed'] as const)(
    'have many false winners by hours in the world %s, and few by segments',
    (world) => {
      const { ways } = simulate({ seed: 31, world, lift: 0, from: 0, to: RUNS });
      // Three standard errors above 5 % of 60 are 8.
      expect(ways.segment.decided).toBeLessThanOrEqual(8);
      expect(ways.hour_without_drift.decided).toBeGreaterThan(10);
      expect(ways.hour.decided).toBeGreaterThan(ways.segment.decided);
    },
    120_000,
  );

  it('lose little power by segments if the ads reach the same people', () => {
    const { ways } = simulate({ seed: 31, world: 'iid', lift: 0.2, from: 0, to: 40 });
    expect(ways.segment.decided).toBeGreaterThanOrEqual(38);
    expect(ways.segment.worse).toBe(0);
    expect(ways.segment.hours).toBeLessThan(1.5 * ways.hour.hours);
  }, 120_000);

  it('have cells that sum to the hours of the whole days', () => {
    const test = draw(31, 'two_mixes_24h', 0.1, 0);
    const { endsAt } = test.days.at(-1)!;
    const from = test.cells[0][0]!.day! * 24;
    const hourly = test.hours.clicksB.slice(from, endsAt).reduce((sum, clicks) => sum + clicks, 0);
    for (const cells of test.cells) {
      expect(cells.reduce((sum, { eventsB }) => sum + eventsB, 0)).toBe(hourly);
    }
  });
});
