/** Finished headline tests of which only the totals are known: one row per package of a test. */

import type { CsvTable } from './csv.js';

/** The tests of these weeks are known to be badly randomised (Matias et al., Scientific Data 8:195, 2021). */
export const FAULTY_WEEKS = { first: 201326, last: 201402 };

export interface Package {
  headline: string;
  /** The text below the headline; empty if the file has none. */
  excerpt: string;
  /** Id of the image; empty if unknown. */
  eyecatcher: string;
  impressions: number;
  clicks: number;
}

export interface HeadlineTest {
  id: string;
  packages: Package[];
}

/** Tests in the order of the file, and the number of tests left out with the faulty weeks. Throws CsvError. */
export function readHeadlineTests(
  table: CsvTable,
  includeFaultyWeeks: boolean,
): { tests: HeadlineTest[]; leftOut: number } {
  const columns = {
    test: table.column('test_id'),
    week: table.column('week'),
    headline: table.column('headline'),
    eyecatcher: table.column('eyecatcher_id'),
    excerpt: table.has('excerpt') ? table.column('excerpt') : null,
    impressions: table.column('impressions'),
    clicks: table.column('clicks'),
  };
  const tests = new Map<string, HeadlineTest>();
  const faulty = new Set<string>();
  for (const record of table.records) {
    const id = record.fields[columns.test]!;
    if (id === '') throw table.fault(record, columns.test, 'expected the id of a test, got nothing');
    const week = table.count(record, columns.week);
    const impressions = table.count(record, columns.impressions);
    const clicks = table.count(record, columns.clicks);
    if (clicks > impressions) {
      throw table.fault(record, columns.clicks, `${clicks} clicks on ${impressions} impressions`);
    }
    if (week >= FAULTY_WEEKS.first && week <= FAULTY_WEEKS.last) faulty.add(id);
    const test = tests.get(id) ?? { id, packages: [] };
    tests.set(id, test);
    test.packages.push({
      headline: record.fields[columns.headline]!,
      excerpt: columns.excerpt === null ? '' : record.fields[columns.excerpt]!,
      eyecatcher: record.fields[columns.eyecatcher]!,
      impressions,
      clicks,
    });
  }
  const leftOut = includeFaultyWeeks ? new Set<string>() : faulty;
  return { tests: [...tests.values()].filter(({ id }) => !leftOut.has(id)), leftOut: leftOut.size };
}

/** Pairs of a test's packages that share the image and differ in the headline, by position. */
export function headlinePairs({ packages }: HeadlineTest): [number, number][] {
  return packages.flatMap((a, i) =>
    packages.flatMap((b, j): [number, number][] =>
      j > i && a.eyecatcher !== '' && a.eyecatcher === b.eyecatcher && a.headline !== b.headline
        ? [[i, j]]
        : [],
    ),
  );
}
