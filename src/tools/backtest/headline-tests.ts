/** Finished headline tests of which only the totals are known: one row per package of a test. */

import type { Random } from '../../sandbox/random.js';
import type { CsvTable } from './csv.js';
import { emptyStream, type Stream } from './stream.js';

/** The tests of these weeks are known to be badly randomised (Matias et al., Scientific Data 8:195, 2021). */
export const FAULTY_WEEKS = { first: 201326, last: 201402 };

export interface Package {
  headline: string;
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

/** Impressions and clicks of one ad in each look. */
export interface Dealt {
  impressions: Float64Array;
  clicks: Float64Array;
}

/**
 * Spreads an ad's impressions over `looks` nearly equal slices in random order: the clicks of each look are a
 * hypergeometric draw without replacement. Each click is drawn from the impressions that have none yet, each equally
 * likely, which gives the same distribution.
 */
export function deal(random: Random, impressions: number, clicks: number, looks: number): Dealt {
  const slices = new Float64Array(looks);
  for (let k = 0; k < looks; k++) {
    slices[k] = Math.floor(((k + 1) * impressions) / looks) - Math.floor((k * impressions) / looks);
  }
  // Deals the rarer of clicks and non-clicks, so that few draws hit an impression that is already dealt.
  const rarer = Math.min(clicks, impressions - clicks);
  const dealt = new Float64Array(looks);
  for (let done = 0; done < rarer; ) {
    const position = Math.floor(random.uniform() * impressions);
    // The slice of a position is the look with floor(k·n/looks) ≤ position < floor((k+1)·n/looks).
    const look = Math.ceil(((position + 1) * looks) / impressions) - 1;
    if (random.uniform() * slices[look]! < dealt[look]!) continue;
    dealt[look]! += 1;
    done++;
  }
  return { impressions: slices, clicks: rarer === clicks ? dealt : slices.map((n, k) => n - dealt[k]!) };
}

export function streamOf(a: Dealt, b: Dealt): Stream {
  const stream = emptyStream(a.impressions.length);
  stream.impressionsA.set(a.impressions);
  stream.clicksA.set(a.clicks);
  stream.impressionsB.set(b.impressions);
  stream.clicksB.set(b.clicks);
  return stream;
}
