import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { BacktestReport } from '../../../src/tools/backtest/backtest.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

function run(...args: string[]) {
  const result = spawnSync(process.execPath, ['--import', 'tsx', 'src/tools/backtest/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

const HEADLINES = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';
const headlines = fileOf('headlines.csv', [
  HEADLINES,
  't1,201301,1,"Clear, and quoted",e,i,20000,800',
  't1,201301,2,Worse,e,i,20000,400',
  't2,201301,1,Same,e,i,5000,100',
  't2,201301,2,Other,e,i,5000,101',
  't3,201330,1,Faulty,e,i,20000,800',
  't3,201330,2,Week,e,i,20000,400',
]);
const DAILY = 'Campaign Name;Date;Spend [USD];# of Impressions;Reach;# of Website Clicks';
const days = (name: string, clicks: (day: number) => number) =>
  fileOf(`${name}.csv`, [
    DAILY,
    ...Array.from(
      { length: 20 },
      (_, day) => `${name};${day + 1}.08.2019;10;${10_000 + 100 * day};9000;${clicks(day)}`,
    ),
  ]);

describe('npm run backtest', () => {
  it('prints one document of the documented form, the same each time', () => {
    const first = run(headlines, '--json');
    expect(first.code).toBe(0);
    const document = JSON.parse(first.out) as BacktestReport;
    expect(Object.keys(document)).toEqual(['tests', 'pairs', 'policies']);
    expect([document.tests, document.pairs]).toEqual([2, 2]);
    expect(document.policies.map(({ name }) => name)).toEqual([
      'peeked_welch',
      'fixed_horizon',
      'sequential',
    ]);
    for (const policy of document.policies) {
      expect(policy.promoted).toBeGreaterThanOrEqual(1);
      expect(policy.reversed).toBeLessThanOrEqual(policy.promoted);
    }
    const [, fixed, ours] = document.policies;
    expect(fixed).toEqual({
      name: 'fixed_horizon',
      promoted: 1,
      reversed: 0,
      mean_share_of_impressions: 1,
      clicks_gained: 0,
    });
    expect(ours!.mean_share_of_impressions).toBeLessThan(0.8);
    expect(ours!.clicks_gained).toBeGreaterThan(100);
    expect(first.err).toContain('Left out: 1 tests of weeks 201326 to 201402');
    expect(run(headlines, '--json').out).toBe(first.out);
    expect(run(headlines, '--json', '--seed', '2').out).not.toBe(first.out);
  }, 60_000);

  it('keeps the faulty weeks if asked to, and prints a table', () => {
    const { code, out, err } = run(headlines, '--all-weeks');
    expect(code).toBe(0);
    expect(out).toContain('3 tests, 3 pairs');
    expect(out).toMatch(/Welch at every look \(unadjusted for repeated looks\) +\d/);
    expect(out).not.toContain('Left out');
    expect(err).toBe('');
  });

  it('compares two files of daily rows', () => {
    const control = days('control', (day) => 200 + (day % 3));
    const test = days('test', (day) => 260 - (day % 4));
    const { code, out } = run(control, test, '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out) as BacktestReport;
    expect([document.tests, document.pairs]).toEqual([1, 1]);
    expect(document.policies.map(({ promoted }) => promoted)).toEqual([1, 1, 1]);
  });

  it.each([
    ['no file', () => [], 'no file given'],
    ['a file that is not there', () => [join(folder, 'none.csv')], 'cannot read'],
    [
      'a bad count',
      () => [fileOf('bad.csv', [HEADLINES, 't,201301,1,a,e,i,10,1', 't,201301,2,b,e,i,ten,1'])],
      'bad.csv, line 3, column "impressions" (7): expected a whole number, got "ten"',
    ],
    [
      'a header without a column',
      () => [fileOf('short.csv', ['test_id,week', 't,201301'])],
      'short.csv, line 1, column "headline": the header lacks this column',
    ],
    ['one file of daily rows', () => [days('alone', () => 1)], 'give the other'],
    [
      'a bad second file',
      () => [days('fine', () => 1), fileOf('second.csv', [DAILY, 'T;yesterday;1;1;1;1'])],
      'second.csv, line 2, column "Date" (2): expected a date as D.MM.YYYY, got "yesterday"',
    ],
    ['an unknown option', () => [headlines, '--fast'], 'usage:'],
  ])('refuses %s with exit code 1', (_, args, message) => {
    const { code, out, err } = run(...args());
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  const archive = fileURLToPath(
    new URL('../../../../shared/data/upworthy-headline-tests.csv', import.meta.url),
  );
  const there = existsSync(archive);
  it.skipIf(!there)(
    there
      ? 'replays the archive of real headline tests'
      : 'is not run on the archive of real headline tests, which is not on this machine',
    () => {
      const { code, out } = run(archive, '--json', '--all-weeks');
      expect(code).toBe(0);
      const { tests, pairs, policies } = JSON.parse(out) as BacktestReport;
      expect(tests).toBe(3350);
      expect(pairs).toBe(13_382);
      const [peeked, fixed, ours] = policies;
      expect(peeked!.promoted).toBeGreaterThan(fixed!.promoted);
      expect(ours!.promoted).toBeLessThan(fixed!.promoted);
      expect(ours!.reversed / ours!.promoted).toBeLessThan(0.01);
      expect(ours!.clicks_gained).toBeGreaterThan(0);
    },
    600_000,
  );
});
