import { describe, expect, it } from 'vitest';
import { readDailyCampaigns } from '../../../src/tools/backtest/daily-campaigns.js';
import { CsvTable } from '../../../src/tools/headline-tests/csv.js';

const HEADER = 'Campaign Name;Date;Spend [USD];# of Impressions;Reach;# of Website Clicks';
const tableOf = (...rows: string[]) => new CsvTable([HEADER, ...rows].join('\n'), ';');

describe('daily rows of two campaigns', () => {
  it('become one stream by date; a day with a missing row or count has no impressions', () => {
    const stream = readDailyCampaigns(
      tableOf(
        'C;30.08.2019;5;100;90;10',
        'C;31.08.2019;5;110;90;11',
        'C;2.09.2019;5;;;',
        'C;3.09.2019;5;0;0;0',
        'C;4.09.2019;5;140;90;14',
      ),
      tableOf(
        'T;4.09.2019;5;240;90;24',
        'T;3.09.2019;5;230;90;23',
        'T;31.08.2019;5;210;90;21',
        'T;2.09.2019;5;220;90;22',
      ),
    );
    expect([...stream.impressionsA]).toEqual([0, 110, 0, 0, 0, 140]);
    expect([...stream.clicksA]).toEqual([0, 11, 0, 0, 0, 14]);
    expect([...stream.impressionsB]).toEqual([0, 210, 0, 0, 0, 240]);
    expect([...stream.clicksB]).toEqual([0, 21, 0, 0, 0, 24]);
  });

  it.each([
    ['C;2019-08-01;5;1;1;1', 'line 2, column "Date" (2): expected a date as D.MM.YYYY, got "2019-08-01"'],
    ['C;31.02.2019;5;1;1;1', 'line 2, column "Date" (2): expected a date as D.MM.YYYY, got "31.02.2019"'],
    ['C;1.08.2019;5;many;1;1', 'line 2, column "# of Impressions" (4): expected a whole number, got "many"'],
    ['C;1.08.2019;5;9;1;1\nC;1.08.2019;5;9;1;1', 'line 3, column "Date" (2): 1.08.2019 comes twice'],
    ['C;1.08.2019;5;;;\nC;1.08.2019;5;9;1;1', 'line 3, column "Date" (2): 1.08.2019 comes twice'],
  ])('refuses %s', (rows, fault) => {
    const good = tableOf('T;1.08.2019;5;1;1;1');
    expect(() => readDailyCampaigns(tableOf(rows), good)).toThrow(fault);
  });
});
