/** Headline tests: those learned from, and those of later weeks that judge what was learned. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CountedText } from '../../src/domain/preference/measured-text.js';
import { readCounted, ScoreError } from '../../src/tools/score/read.js';

/** Learned from up to this week, which is before the first one that judges. */
export const LEARNED_UP_TO = 201420;
export const JUDGED = { first: 201421, last: 201439 };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_FILE = path.join(ROOT, '..', 'shared', 'data', 'upworthy-headline-tests.csv');

export interface HeadlineTests {
  all: CountedText[];
  learned: CountedText[];
  judged: CountedText[];
}

/** Throws RangeError if there is no such file, or it is not one of headline tests. */
export function readHeadlines(file: string = DEFAULT_FILE): HeadlineTests {
  if (!existsSync(file)) {
    throw new RangeError(
      `--file must name a CSV file of headline tests (test_id, week, headline, eyecatcher_id, impressions, clicks); there is no ${file}`,
    );
  }
  try {
    const { counted: all } = readCounted({ name: path.basename(file), text: readFileSync(file, 'utf8') });
    const learned = all.filter(({ period }) => Number(period) <= LEARNED_UP_TO);
    const judged = all.filter(
      ({ period }) => Number(period) >= JUDGED.first && Number(period) <= JUDGED.last,
    );
    if (learned.length === 0 || judged.length === 0) {
      throw new RangeError(
        `${path.basename(file)} needs tests up to week ${LEARNED_UP_TO} and of weeks ${JUDGED.first} to ${JUDGED.last}`,
      );
    }
    return { all, learned, judged };
  } catch (error) {
    if (error instanceof ScoreError) throw new RangeError(error.message);
    throw error;
  }
}

/** Ids in the order in which tests first appear. */
export function testIds(rows: readonly { testId: string }[]): string[] {
  return [...new Set(rows.map(({ testId }) => testId))];
}

/** The rows of the last `count` tests. */
export function ofLastTests<T extends { testId: string }>(rows: readonly T[], count: number): T[] {
  const last = new Set(testIds(rows).slice(-count));
  return count === 0 ? [] : rows.filter(({ testId }) => last.has(testId));
}
