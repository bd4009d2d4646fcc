/** The table of patterns and what is to be said about it. */

import { PATTERN_RULES } from '../../domain/patterns/rules.js';
import { percent } from '../../domain/percent.js';
import { FAULTY_WEEKS } from '../headline-tests/headline-tests.js';
import type { PatternRow, PatternsDocument } from './patterns.js';
import type { Archive } from './read.js';

const whole = (value: number) => value.toLocaleString('en-US');
const counted = (count: number, thing: string) => `${whole(count)} ${thing}${count === 1 ? '' : 's'}`;
const interval = ([low, high]: PatternRow['interval']) => `${percent(low)} to ${percent(high)}`;
const passes = ({ q }: PatternRow) => q <= PATTERN_RULES.q;

/** The patterns that pass, then the others. */
export function table({ patterns }: PatternsDocument, isChecked: boolean): string {
  const passing = patterns.filter(passes);
  const header = [
    'effect',
    '95 % interval',
    'q',
    'tests',
    ...(isChecked ? ['check', '95 % interval', ''] : []),
  ];
  const cells = patterns.map((row) => [
    percent(row.effect),
    interval(row.interval),
    row.q < 0.001 ? '< 0.001' : row.q.toFixed(3),
    whole(row.tests),
    ...(isChecked ? checkCells(row.check) : []),
  ]);
  const widths = header.map((name, c) => Math.max(name.length, ...cells.map((row) => row[c]!.length)));
  const line = (row: readonly string[], last: string) =>
    [...row.map((cell, c) => cell.padStart(widths[c]!)), last].join('  ').trimEnd();
  const lines = cells.map((row, i) => line(row, patterns[i]!.statement));
  const rule = [...widths, 'pattern'.length].map((width) => '-'.repeat(width)).join('  ');
  return `${[
    line(header, 'pattern'),
    rule,
    ...lines.slice(0, passing.length),
    ...(passing.length > 0 && passing.length < lines.length ? [rule] : []),
    ...lines.slice(passing.length),
    '',
    `${whole(passing.length)} of ${counted(patterns.length, 'pattern')} pass a false discovery rate (q) of ${100 * PATTERN_RULES.q} %: those above the second line.`,
    ...(isChecked ? [checkSummary(passing)] : []),
    'Effect: the relative change of the click rate between headlines of one test that share the image, one attribute at a time.',
  ].join('\n')}\n`;
}

function checkCells(check: PatternRow['check']): string[] {
  if (!check) return ['', '', 'too few tests'];
  const result = check.replicated ? 'replicated' : check.same_sign ? 'same sign' : 'other sign';
  return [percent(check.effect), interval(check.interval), result];
}

function checkSummary(passing: readonly PatternRow[]): string {
  const checks = passing.flatMap(({ check }) => check ?? []);
  const same = checks.filter(({ same_sign }) => same_sign).length;
  const replicated = checks.filter((check) => check.replicated).length;
  return `Check: of ${whole(checks.length)} that pass and that enough tests vary again, ${whole(same)} keep their sign and ${whole(replicated)} replicate (p below ${PATTERN_RULES.laterP}).`;
}

/** What the figures leave out, one sentence per line. */
export function notes(archive: Archive, foreign: { count: number; language: string | null }): string[] {
  const said: string[] = [];
  if (archive.leftOut > 0) {
    const weeks = `${FAULTY_WEEKS.first} to ${FAULTY_WEEKS.last}`;
    const are = archive.leftOut === 1 ? 'is' : 'are';
    said.push(
      `${archive.name}: ${counted(archive.leftOut, 'test')} of weeks ${weeks} ${are} left out, because their randomisation is known to be faulty (--all-weeks keeps them).`,
    );
  }
  if (foreign.language) {
    const have = foreign.count === 1 ? 'has' : 'have';
    said.push(
      `${archive.name}: ${counted(foreign.count, 'package')} in another language than English (the first looks ${foreign.language}) ${have} no attributes.`,
    );
  }
  return said;
}

/** If the tests establish nothing, because too few vary anything. */
export function nothingKnown({ name, tests }: Archive): string {
  return `Nothing is known: ${name} has ${counted(tests.length, 'test')}, and a pattern needs at least ${PATTERN_RULES.tests} tests in which headlines with the same image differ in it.`;
}

/** If a test is in both files: its replication would prove nothing. Null if none is. */
export function overlapNote(learned: Archive, check: Archive): string | null {
  const ids = new Set(learned.tests.map(({ id }) => id));
  const both = check.tests.filter(({ id }) => ids.has(id)).length;
  if (both === 0) return null;
  return `${counted(both, 'test')} of ${check.name} ${both === 1 ? 'is' : 'are'} in ${learned.name} too: that a pattern replicates in them proves nothing.`;
}
