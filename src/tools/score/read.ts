/** The files of `score`: finished tests to learn from, and packages to score. */

import { TEXT_LIMIT } from '../../clients/encoder/types.js';
import { type CountedText, type MeasuredText, measuredTexts } from '../../domain/preference/measured-text.js';
import { CsvError, CsvTable, delimiterOf } from '../headline-tests/csv.js';

/** A sentence for whoever gave the files or the arguments. */
export class ScoreError extends Error {
  override readonly name = 'ScoreError';
}

export interface SourceFile {
  name: string;
  text: string;
}

export interface PackageToScore {
  testId: string;
  package: string;
  /** Without spaces at its ends; empty if the file has none. */
  headline: string;
}

/** What finished tests counted, in the order of their weeks, and how many packages were left out. */
export interface CountedTests {
  counted: CountedText[];
  leftOut: number;
}

/** The headlines of finished tests as a model learns them. Otherwise as {@link readCounted}. */
export function readTests(file: SourceFile): { rows: MeasuredText[]; leftOut: number } {
  const { counted, leftOut } = readCounted(file);
  return { rows: measuredTexts(counted), leftOut };
}

/**
 * The packages of finished tests in the order of their weeks, which are their periods. A package without a headline or an
 * impression says nothing and is left out. Throws ScoreError that names file, line and column.
 */
export function readCounted(file: SourceFile): CountedTests {
  return reading(file, (table) => {
    const columns = {
      test: table.column('test_id'),
      week: table.column('week'),
      headline: table.column('headline'),
      image: table.column('eyecatcher_id'),
      impressions: table.column('impressions'),
      clicks: table.column('clicks'),
    };
    let leftOut = 0;
    const counted: CountedText[] = [];
    table.records.forEach((record, position) => {
      const text = headlineOf(table, record, columns.headline);
      const week = table.count(record, columns.week);
      const trials = table.count(record, columns.impressions);
      const events = table.count(record, columns.clicks);
      if (events > trials) {
        throw table.fault(record, columns.clicks, `${events} clicks on ${trials} impressions`);
      }
      const image = record.fields[columns.image]!;
      if (text === '' || trials === 0) {
        leftOut += 1;
        return;
      }
      counted.push({
        testId: record.fields[columns.test]!,
        // Packages whose image is unknown may differ in it.
        group: image === '' ? `unknown ${position}` : `image ${image}`,
        period: String(week),
        text,
        events,
        trials,
      });
    });
    counted.sort((a, b) => Number(a.period) - Number(b.period));
    return { counted, leftOut };
  });
}

/** Reads test, package and headline; other columns may be missing. Throws ScoreError as `readCounted`. */
export function readPackages(file: SourceFile): PackageToScore[] {
  return reading(file, (table) => {
    const columns = {
      test: table.column('test_id'),
      package: table.column('package'),
      headline: table.column('headline'),
    };
    return table.records.map((record) => ({
      testId: record.fields[columns.test]!,
      package: record.fields[columns.package]!,
      headline: headlineOf(table, record, columns.headline),
    }));
  });
}

function headlineOf(table: CsvTable, record: CsvTable['records'][number], column: number): string {
  const text = record.fields[column]!.trim();
  if (text.length > TEXT_LIMIT) {
    throw table.fault(record, column, `${text.length} characters; at most ${TEXT_LIMIT} are read`);
  }
  return text;
}

function reading<T>(file: SourceFile, read: (table: CsvTable) => T): T {
  try {
    return read(new CsvTable(file.text, delimiterOf(file.text)));
  } catch (error) {
    if (error instanceof CsvError) throw new ScoreError(`${file.name}, ${error.message}`);
    throw error;
  }
}
