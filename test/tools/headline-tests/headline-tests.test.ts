import { describe, expect, it } from 'vitest';
import { CsvTable } from '../../../src/tools/headline-tests/csv.js';
import { headlinePairs, readHeadlineTests } from '../../../src/tools/headline-tests/headline-tests.js';

const HEADER = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';
const tableOf = (...rows: string[]) => new CsvTable([HEADER, ...rows].join('\n'), ',');

describe('headline tests', () => {
  it('are compared in pairs that share the image and differ in the headline', () => {
    const { tests } = readHeadlineTests(
      tableOf(
        't1,201301,1,One,e,image-1,1000,10',
        't2,201301,1,One,e,image-1,1000,10',
        't1,201301,2,Two,e,image-1,1000,10',
        't1,201301,3,Two,e,image-1,1000,10',
        't1,201301,4,Four,e,image-2,1000,10',
        't1,201301,5,Five,e,,1000,10',
        't1,201301,6,Six,e,,1000,10',
      ),
      false,
    );
    expect(tests.map(({ id, packages }) => [id, packages.length])).toEqual([
      ['t1', 6],
      ['t2', 1],
    ]);
    expect(tests.map(headlinePairs)).toEqual([
      [
        [0, 1],
        [0, 2],
      ],
      [],
    ]);
  });

  it('of the faulty weeks are left out with all their packages, unless asked for', () => {
    const table = tableOf(
      'before,201325,1,a,e,i,10,1',
      'first,201326,1,a,e,i,10,1',
      'last,201402,1,a,e,i,10,1',
      'last,201403,2,b,e,i,10,1',
      'after,201403,1,a,e,i,10,1',
    );
    const without = readHeadlineTests(table, false);
    expect(without.tests.map(({ id }) => id)).toEqual(['before', 'after']);
    expect(without.leftOut).toBe(2);
    const all = readHeadlineTests(table, true);
    expect(all.tests).toHaveLength(4);
    expect(all.leftOut).toBe(0);
  });

  it.each([
    ['t,201301,1,a,e,i,10,11', 'line 2, column "clicks" (8): 11 clicks on 10 impressions'],
    ['t,soon,1,a,e,i,10,1', 'line 2, column "week" (2): expected a whole number, got "soon"'],
    [',201301,1,a,e,i,10,1', 'line 2, column "test_id" (1): expected the id of a test, got nothing'],
  ])('refuses %s', (row, fault) => {
    expect(() => readHeadlineTests(tableOf(row), false)).toThrow(fault);
  });
});
