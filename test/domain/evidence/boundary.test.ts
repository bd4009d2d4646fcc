import { describe, expect, it } from 'vitest';
import { gridPoints, spendingBounds, spendingOf, Transition } from '../../../src/domain/evidence/boundary.js';
import { spentFraction } from '../../../src/domain/evidence/sequential.js';
import reference from '../../reference/boundaries.json' with { type: 'json' };
import published from '../../reference/published_tables.json' with { type: 'json' };

interface Design {
  name: string;
  sided: number;
  t: number[];
  z: (number | null)[];
  alpha_spent: number[];
}

const designs = reference.rpact.cases as Design[];
const looks = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('bounds for given spending', () => {
  // A one-sided test at α is nearly a two-sided one at 2α; they differ by the paths that cross on both sides.
  it.each(designs)('$name agrees with rpact', ({ sided, t, z, alpha_spent }) => {
    const spent = alpha_spent.map((alpha) => alpha * (sided === 1 ? 2 : 1));
    const bounds = spendingBounds(t, spent, 18);
    for (const [k, expected] of z.entries()) {
      // rpact's reported spending has too few digits for bounds beyond 6.
      if (expected !== null && expected < 6) {
        expect(Math.abs(bounds[k]! - expected)).toBeLessThan(sided === 1 ? 2e-4 : 1e-5);
      }
    }
  });

  const twoSided = (name: string): number[] => designs.find((design) => design.name === name)!.alpha_spent;
  it.each([
    ['asOF 5', published.lan_demets_obf_like_two_sided_05['5']],
    ['asP 5', published.lan_demets_pocock_like_two_sided_05['5']],
  ])('%s agrees with the published table', (name, table) => {
    const bounds = spendingBounds(
      looks(5),
      twoSided(name).map((alpha) => 2 * alpha),
      18,
    );
    for (const [k, expected] of table.entries()) expect(Math.abs(bounds[k]! - expected)).toBeLessThan(1.1e-3);
  });

  it('gives the known values of logarithmic spending at equal information', () => {
    const at = looks(112).slice(3);
    const spent = at.map((k) => 0.048 * spentFraction(6 * k, 672));
    const bounds = spendingBounds(at, spent, 18);
    const expected: Record<number, number> = {
      4: 2.742,
      8: 2.957,
      16: 2.9,
      28: 2.855,
      56: 2.814,
      84: 2.798,
      112: 2.789,
    };
    for (const [k, bound] of Object.entries(expected)) {
      expect(Math.abs(bounds[Number(k) - 4]! - bound)).toBeLessThan(6e-4);
    }
  });

  it('spends nothing beyond 8.4 and leaves it to the next look', () => {
    const bounds = spendingBounds([1, 2, 3], [1e-18, 1e-17, 0.05], 18);
    expect(bounds.slice(0, 2)).toEqual([Infinity, Infinity]);
    expect(bounds[2]).toBeCloseTo(1.959964, 5);
  });

  it('stays right with 300 close looks on the fine grid, while the coarse one fails', () => {
    const information = looks(300).map((k) => 1.003 ** k);
    const spent = looks(300).map((k) => (0.05 * k) / 300);
    const [coarse, fine, finest] = [18, 48, 96].map((r) => spendingBounds(information, spent, r)[299]!);
    expect(Math.abs(fine! - finest!)).toBeLessThan(1e-3);
    expect(Math.abs(coarse! - finest!)).toBeGreaterThan(1e-2);
  });
});

describe('spending of given bounds', () => {
  it.each(reference.repeated_significance.cases)('$K tests at 5 % err in $type1', ({ K, type1 }) => {
    const spent = spendingOf(looks(K), new Array<number>(K).fill(1.959963984540054), 18);
    const total = spent.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(total - type1)).toBeLessThan(1e-5);
    const table = published.repeated_5pct_tests as Record<string, number>;
    expect(Math.abs(total - table[K]!)).toBeLessThan(6e-4);
  });

  it.each([
    ...Object.entries(published.obrien_fleming_two_sided_05).map(
      ([K, row]) => [`O'Brien-Fleming ${K}`, row] as const,
    ),
    ...Object.entries(published.pocock_two_sided_05).map(
      ([K, z]) => [`Pocock ${K}`, new Array<number>(Number(K)).fill(z)] as const,
    ),
  ])('%s spends 5 %%', (_name, bounds) => {
    const total = spendingOf(looks(bounds.length), bounds, 18).reduce((sum, value) => sum + value, 0);
    // The tables print three decimals: the tolerance is half a unit of the last one, times the density at each look.
    expect(Math.abs(total - 0.05)).toBeLessThan(2.5e-4);
  });

  it('returns the spending for which the bounds were solved', () => {
    const information = [3, 5, 5.5, 9, 20];
    const spent = [0.001, 0.01, 0.012, 0.03, 0.2];
    const shares = spendingOf(information, spendingBounds(information, spent, 18), 18);
    let total = 0;
    for (const [k, share] of shares.entries()) {
      total += share;
      expect(Math.abs(total - spent[k]!)).toBeLessThan(1e-9);
    }
  });
});

describe('the grid', () => {
  it('ends with the bound and the middle of its last interval', () => {
    const points = gridPoints(18, 2.8);
    const [before, middle, bound] = points.slice(-3);
    expect(bound).toBe(2.8);
    expect(middle).toBeCloseTo((before! + 2.8) / 2, 15);
    expect(points[0]).toBe(0);
    expect(gridPoints(18, Infinity).length).toBe(6 * 18 - 1);
    expect(gridPoints(18, 1e-3).length).toBe(3);
  });

  it('refuses information that does not grow', () => {
    expect(() => new Transition(18, 18, 2, 2)).toThrow(RangeError);
  });
});
