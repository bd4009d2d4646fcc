import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { logRateOf } from '../../../src/domain/patterns/effects.js';
import type { PatternsDocument } from '../../../src/tools/patterns/patterns.js';
import { runCommand } from '../../support/command.js';

const folder = mkdtempSync(join(tmpdir(), 'patterns-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';

function fileOf(name: string, rows: string[], header = HEADER): string {
  const path = join(folder, name);
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  return path;
}

const run = (...args: string[]) => runCommand('src/tools/patterns/main.ts', args);

/** Tests of a headline and the same one as a question, which gets this share of the clicks; differs a little by test. */
const tests = (prefix: string, count: number, { share = 0.5, week = 201301 } = {}) =>
  Array.from({ length: count }, (_, i) => {
    const clicks = Math.round(100 * share) + (i % 3) - 1;
    return [
      `${prefix}${i},${week},1,This is about dogs number ${i},More,image,10000,100`,
      `${prefix}${i},${week},2,This is about dogs number ${i}?,More,image,10000,${clicks}`,
    ];
  }).flat();

const learn = fileOf('learn.csv', tests('a', 12));
const check = fileOf('check.csv', tests('b', 12, { share: 0.6 }));

async function patternsOf(...args: string[]) {
  const { code, out, err } = await run(...args, '--json');
  expect([code, out === '' ? err : '']).toEqual([0, '']);
  return { patterns: (JSON.parse(out) as PatternsDocument).patterns, err, out };
}

describe('the command', () => {
  it('prints one document of the documented form, with the attributes that vary alone', async () => {
    const { patterns, err } = await patternsOf('--learn-from', learn);
    expect(patterns.map(({ id }) => id).sort()).toEqual(['ends_with_question', 'question_mark']);
    const [first] = patterns;
    expect(Object.keys(first!)).toEqual(['id', 'statement', 'effect', 'interval', 'q', 'tests', 'check']);
    expect(first).toMatchObject({ tests: 12, check: null });
    // The ratio of the odds of a click: 50 and 100 of 10,000, on average over 49, 50 and 51.
    const odds = (clicks: number) => logRateOf(clicks, 10_000).logRate - logRateOf(100, 10_000).logRate;
    expect(first!.effect).toBeCloseTo(Math.expm1((odds(49) + odds(50) + odds(51)) / 3), 3);
    expect(first!.interval[0]).toBeLessThan(first!.effect);
    expect(first!.interval[1]).toBeGreaterThan(first!.effect);
    expect(first!.interval[1]).toBeLessThan(-0.4);
    expect(first!.q).toBeLessThan(0.001);
    expect(err).toContain('learn.csv: 24 headlines in 12 tests read');
  });

  it('says what other tests show', async () => {
    const { patterns } = await patternsOf('--learn-from', learn, '--check', check);
    const replicated = patterns.find(({ id }) => id === 'question_mark')!.check!;
    expect(Object.keys(replicated)).toEqual(['effect', 'interval', 'same_sign', 'replicated']);
    expect(replicated).toMatchObject({ same_sign: true, replicated: true });
    expect(replicated.effect).toBeCloseTo(-0.4, 1);

    const reversed = fileOf('reversed.csv', tests('c', 12, { share: 1.5 }));
    const other = await patternsOf('--learn-from', learn, '--check', reversed);
    expect(other.patterns[0]!.check).toMatchObject({ same_sign: false, replicated: false });
    expect(other.patterns[0]!.check!.effect).toBeGreaterThan(0.3);

    const few = fileOf('few.csv', tests('d', 9));
    expect((await patternsOf('--learn-from', learn, '--check', few)).patterns[0]!.check).toBeNull();
  });

  it('prints a table by default, the same each time', async () => {
    const args = ['--learn-from', learn, '--check', check];
    const [once, twice] = [await run(...args), await run(...args)];
    expect(once.code).toBe(0);
    expect(twice.out).toBe(once.out);
    const lines = once.out.split('\n');
    expect(lines[0]).toMatch(/^ *effect +95 % interval +q +tests +check +95 % interval +pattern$/);
    expect(lines[2]).toMatch(
      /^-5\d\.\d %.* < 0\.001 +12 +-\d+\.\d %.* replicated {2}The headline (contains|ends with) a question/,
    );
    expect(once.out).toContain('2 of 2 patterns pass a false discovery rate (q) of 5 %');
    expect(once.out).toContain(
      'of 2 that pass and that enough tests vary again, 2 keep their sign and 2 replicate',
    );
  });

  it('leaves out the badly randomised weeks, unless asked for', async () => {
    const mixed = fileOf('mixed.csv', [...tests('a', 12), ...tests('f', 5, { week: 201330 })]);
    const without = await patternsOf('--learn-from', mixed);
    expect(without.patterns[0]!.tests).toBe(12);
    expect(without.err).toContain(
      'mixed.csv: 5 tests of weeks 201326 to 201402 are left out, because their randomisation is known to be faulty (--all-weeks keeps them).',
    );
    const all = await patternsOf('--learn-from', mixed, '--all-weeks');
    expect(all.patterns[0]!.tests).toBe(17);
    expect(all.err).not.toContain('left out');
  });

  it('compares headlines with the same image alone', async () => {
    const rows = tests('a', 12).map((row, i) => row.replace('image', `image ${i % 2}`));
    expect((await patternsOf('--learn-from', fileOf('images.csv', rows))).patterns).toEqual([]);
    const unknown = tests('a', 12).map((row) => row.replace('image', ''));
    expect((await patternsOf('--learn-from', fileOf('unknown.csv', unknown))).patterns).toEqual([]);
  });

  it('says that nothing is known from one test', async () => {
    const one = fileOf('one.csv', tests('a', 1));
    const json = await patternsOf('--learn-from', one);
    expect(json.out).toBe('{"patterns":[]}\n');
    const said =
      'Nothing is known: one.csv has 1 test, and a pattern needs at least 10 tests in which headlines with the same image differ in it.';
    expect(json.err).toContain(said);
    const { code, out, err } = await run('--learn-from', one, '--check', check);
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain(said);
  });

  it('says which headlines have no attributes, and which tests are in both files', async () => {
    const spanish = fileOf('spanish.csv', [
      ...tests('a', 12),
      's,201301,1,Lo que nadie te cuenta de los perros,,image,100,1',
    ]);
    const { err } = await patternsOf('--learn-from', spanish, '--check', learn);
    expect(err).toContain(
      'spanish.csv: 1 package in another language than English (the first looks Spanish) has no attributes.',
    );
    expect(err).toContain(
      '12 tests of learn.csv are in spanish.csv too: that a pattern replicates in them proves nothing.',
    );
  });

  it('reads files with semicolons and without excerpts', async () => {
    const rows = tests('a', 12).map((row) => row.replace(',More', '').replaceAll(',', ';'));
    const file = fileOf('semicolons.csv', rows, HEADER.replace(',excerpt', '').replaceAll(',', ';'));
    expect((await patternsOf('--learn-from', file)).patterns).toHaveLength(2);
  });

  it.each<[string, () => string[], string]>([
    ['no file', () => ['--json'], '--learn-from is missing\n\nusage:'],
    ['an unknown option', () => ['--learn-from', learn, '--fast'], 'usage:'],
    ['a file without its option', () => [learn], 'usage:'],
    ['a file that is not there', () => ['--learn-from', join(folder, 'none.csv')], 'cannot read'],
    ['an empty file', () => ['--learn-from', emptyFile()], 'empty.csv, line 1, column 1: the file is empty'],
    [
      'a header without a column',
      () => ['--learn-from', fileOf('short.csv', ['t,201301'], 'test_id,week')],
      'short.csv, line 1, column "headline": the header lacks this column',
    ],
    [
      'no impressions',
      () => ['--learn-from', fileOf('zero.csv', ['t,201301,1,A dog,e,i,10,1', 't,201301,2,A cat,e,i,0,0'])],
      'zero.csv, line 3, column "impressions" (7): expected at least 1 impression, got 0',
    ],
    [
      'an empty headline in the second file',
      () => ['--learn-from', learn, '--check', fileOf('blank.csv', ['t,201301,1, ,e,i,10,1'])],
      'blank.csv, line 2, column "headline" (4): expected a headline, got nothing',
    ],
    [
      'more clicks than impressions',
      () => ['--learn-from', fileOf('many.csv', ['t,201301,1,A dog,e,i,10,11'])],
      'many.csv, line 2, column "clicks" (8): 11 clicks on 10 impressions',
    ],
  ])('refuses %s with exit code 2', async (_, args, message) => {
    const { code, out, err } = await run(...args());
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });
});

function emptyFile(): string {
  const path = join(folder, 'empty.csv');
  writeFileSync(path, '');
  return path;
}
