import { describe, expect, it } from 'vitest';
import { TableBounds } from '../../bench/decisions/boundary-table.js';
import { nominalAlpha, spentFraction } from '../../src/domain/evidence/sequential.js';
import { Random } from '../../src/sandbox/random.js';
import { ExactBounds } from '../../src/tools/backtest/sequential-walk.js';

const ALPHA = nominalAlpha(0.95);

/** Looks every 6 hours from `first` to `last`, with the information that `grow` adds at each. */
function looks(first: number, last: number, grow: (look: number) => number) {
  const hours: number[] = [];
  const information: number[] = [];
  let total = first - 1;
  for (let look = first; look <= last; look++) {
    total += grow(look);
    hours.push(6 * look);
    information.push(total);
  }
  return { hours, information, spent: hours.map((hour) => ALPHA * spentFraction(hour, 672)) };
}

describe('the table of bounds', () => {
  it.each([4, 28, 112])('has the bound for equal information at look %i', (last) => {
    const { hours, information, spent } = looks(4, last, () => 1);
    const exact = new ExactBounds(ALPHA).last(hours, information, spent);
    expect(new TableBounds().last(hours, information, spent)).toBeCloseTo(exact, 3);
  });

  it('is close to the recursion if the growth varies', () => {
    const random = new Random('growth');
    for (const last of [10, 40, 80, 112]) {
      const { hours, information, spent } = looks(
        5,
        last,
        (look) => (1 + 0.5 * Math.sin(look * 1.57)) * random.factor(0.3),
      );
      const exact = new ExactBounds(ALPHA).last(hours, information, spent);
      expect(Math.abs(new TableBounds().last(hours, information, spent) - exact)).toBeLessThan(0.08);
    }
  });

  it('uses the recursion for looks off the grid', () => {
    const { hours, information, spent } = looks(4, 20, () => 1);
    hours[10]! += 1;
    hours.splice(5, 1);
    information.splice(5, 1);
    spent.splice(5, 1);
    const exact = new ExactBounds(ALPHA).last(hours, information, spent);
    expect(new TableBounds().last(hours, information, spent)).toBe(exact);
  });
});
