import { describe, expect, it } from 'vitest';
import { programmeReport } from '../../bench/programme/report.js';
import { WORLDS } from '../../bench/programme/worlds.js';

// A short form of `npm run bench:programme`, which has 100 programmes per world.
describe('programmes of forty tests', () => {
  const { worlds } = programmeReport({ programmes: 6, tests: 40, seed: 501 });

  it.each(WORLDS)('of world %s claim too much; shrunk, their gain is far nearer the truth', (world) => {
    const { claimed_over_true, shrunk_over_true } = worlds[world]!;
    expect(claimed_over_true).toBeGreaterThan(1.05);
    expect(Math.abs(shrunk_over_true - 1)).toBeLessThan(0.15);
    expect(Math.abs(shrunk_over_true - 1)).toBeLessThan(0.5 * (claimed_over_true - 1));
  });

  it('have intervals that cover the truth; those of the claims do not', () => {
    const mean = (pick: (world: (typeof WORLDS)[number]) => number) =>
      WORLDS.reduce((sum, world) => sum + pick(world), 0) / WORLDS.length;
    expect(mean((world) => worlds[world]!.shrunk_interval.covers)).toBeGreaterThan(85);
    expect(mean((world) => worlds[world]!.claimed_interval.covers)).toBeLessThan(70);
  });

  it('report the promotions without gain, also if many tests have no effect', () => {
    const { zeros_80_normal_sd_10: zeros, all_zero: none, normal_sd_10: normal } = worlds;
    expect(normal!.without_gain_pct.reported).toBeLessThan(3);
    expect(zeros!.without_gain_pct.reported).toBeGreaterThan(zeros!.without_gain_pct.true / 2);
    expect(none!.without_gain_pct.true).toBe(100);
    expect(none!.without_gain_pct.reported).toBeGreaterThan(40);
    for (const world of WORLDS) {
      const { reported, bound } = worlds[world]!.without_gain_pct;
      expect(reported, world).toBeLessThan(bound);
    }
  });

  it('of equal ads claim about as much as the report calls luck', () => {
    const { luck } = worlds.all_zero!;
    expect(Math.abs(luck.claimed_pct - luck.reported_pct)).toBeLessThan(3 * luck.claimed_se_pct);
    expect(luck.reported_pct).toBeGreaterThan(18);
  });
});
