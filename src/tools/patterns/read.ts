/** Finished headline tests as the patterns need them: each package with its attributes and its log rate. */

import { foreignLanguage } from '../../domain/creative/language.js';
import { attributesOf } from '../../domain/creative/registry.js';
import { logRateOf, type PatternTest } from '../../domain/patterns/effects.js';
import { CsvError, CsvTable, delimiterOf } from '../headline-tests/csv.js';
import { type HeadlineTest, type Package, readHeadlineTests } from '../headline-tests/headline-tests.js';

/** A sentence for whoever gave the files or the arguments. */
export class PatternsError extends Error {
  override readonly name = 'PatternsError';
}

export interface SourceFile {
  name: string;
  text: string;
}

export interface Archive {
  name: string;
  tests: HeadlineTest[];
  /** Tests left out with the badly randomised weeks. */
  leftOut: number;
}

/** Throws PatternsError that names file, line and column. */
export function readArchive(file: SourceFile, includeFaultyWeeks: boolean): Archive {
  try {
    const table = new CsvTable(file.text, delimiterOf(file.text));
    const { tests, leftOut } = readHeadlineTests(table, includeFaultyWeeks);
    refuseUnusable(table);
    return { name: file.name, tests, leftOut };
  } catch (error) {
    if (error instanceof CsvError) throw new PatternsError(`${file.name}, ${error.message}`);
    throw error;
  }
}

/** Throws CsvError for a package without a headline or without an impression. */
function refuseUnusable(table: CsvTable): void {
  const headline = table.column('headline');
  const impressions = table.column('impressions');
  for (const record of table.records) {
    if (record.fields[headline]!.trim() === '') {
      throw table.fault(record, headline, 'expected a headline, got nothing');
    }
    const count = table.count(record, impressions);
    if (count < 1) throw table.fault(record, impressions, `expected at least 1 impression, got ${count}`);
  }
}

/**
 * Packages are compared with those of their test that share the image. A package whose image is unknown is compared with
 * none. `onPackage` is called after each one.
 */
export function patternTests(tests: readonly HeadlineTest[], onPackage: () => void): PatternTest[] {
  return tests.map(({ id, packages }) => ({
    id,
    arms: packages.map((one, position) => {
      const attributes = attributesOf(textsOf(one));
      onPackage();
      const group = one.eyecatcher === '' ? `unknown ${position}` : `image ${one.eyecatcher}`;
      return { attributes, group, ...logRateOf(one.clicks, one.impressions) };
    }),
  }));
}

/** Packages that are recognisably in another language than English, with the first such language. */
export function foreignPackages(tests: readonly HeadlineTest[]): { count: number; language: string | null } {
  const languages = tests.flatMap(({ packages }) =>
    packages.flatMap(({ headline, excerpt }) => foreignLanguage(`${headline}\n${excerpt}`) ?? []),
  );
  return { count: languages.length, language: languages[0] ?? null };
}

function textsOf({ headline, excerpt }: Package) {
  return { headline, body: excerpt, visualNotes: null };
}
