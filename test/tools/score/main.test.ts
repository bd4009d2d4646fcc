import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ENCODERS } from '../../../src/clients/encoder/info.js';
import { runCommand } from '../../support/command.js';

const folder = mkdtempSync(join(tmpdir(), 'auto-promotion-score-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';

function fileOf(name: string, rows: string[], header = HEADER): string {
  const path = join(folder, name);
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
  return path;
}

/** A cache folder of this file's own: what one test encodes the next one finds. */
const run = (...args: string[]) =>
  runCommand('src/tools/score/main.ts', args, { ...process.env, XDG_CACHE_HOME: folder });

const ANIMALS = ['dogs', 'cats', 'horses', 'owls', 'bees', 'whales', 'foxes', 'ants'];
/** Questions get half the clicks. */
const learn = fileOf(
  'learn.csv',
  ANIMALS.flatMap((animal, i) => [
    `a${i},201301,1,This is what ${animal} do at night,More,image,10000,200`,
    `a${i},201301,2,Do you know what ${animal} do at night?,More,image,10000,100`,
  ]),
);
const SCORE_HEADER = 'test_id,package,headline';

/** The scores by test and package, and what the command said. */
async function scoresOf(rows: string[], { header = SCORE_HEADER, from = learn, args = [] as string[] } = {}) {
  const file = fileOf('score.csv', rows, header);
  const { code, out, err } = await run('--learn-from', from, '--score', file, ...args);
  expect([code, out === '' ? err : '']).toEqual([0, '']);
  const [first, ...lines] = out.trimEnd().split('\n');
  expect(first).toBe('test_id,package,score');
  const scores = lines.map((line) => Number(line.slice(line.lastIndexOf(',') + 1)));
  expect(scores.every(Number.isFinite)).toBe(true);
  return { scores, lines, err, out };
}

async function refusal(...args: string[]) {
  const { code, out, err } = await run(...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).not.toContain('    at ');
  return err;
}

describe('the command', () => {
  const rows = [
    'z,2,Do you know what geese do at night?',
    'z,1,This is what geese do at night',
    '"a, quoted",1,"This is what geese do, at night"',
  ];

  it('scores packages in the order of the file, as their headlines did elsewhere', async () => {
    const { scores, lines } = await scoresOf(rows);
    expect(lines.map((line) => line.slice(0, line.lastIndexOf(',')))).toEqual([
      'z,2',
      'z,1',
      '"a, quoted",1',
    ]);
    expect(scores[1]).toBeGreaterThan(scores[0]! + 0.05);
  });

  it('never reads what they earned, and prints the same each time', async () => {
    const { out } = await scoresOf(rows);
    expect((await scoresOf(rows)).out).toBe(out);
    const earned = rows.map((row) => `${row},not a number,`);
    expect((await scoresOf(earned, { header: `${SCORE_HEADER},impressions,clicks` })).out).toBe(out);
  });

  it('scores emoji, right-to-left text and another language', async () => {
    const { scores } = await scoresOf([
      'z,1,🎉🎉🎉',
      'z,2,מה הכלבים עושים בלילה',
      'z,3,Was Hunde nachts tun',
    ]);
    expect(scores).toHaveLength(3);
  });

  it('gives equal headlines equal scores', async () => {
    const { scores } = await scoresOf(Array.from({ length: 20 }, (_, i) => `z,${i},the same headline`));
    expect(new Set(scores).size).toBe(1);
  });

  it('knows nothing of a blank headline', async () => {
    const { scores, err } = await scoresOf(['z,1,', 'z,2,"   "', 'z,3,This is what geese do']);
    expect(scores.slice(0, 2)).toEqual([0, 0]);
    expect(scores[2]).not.toBe(0);
    expect(err).toContain('2 packages have no headline: nothing is known of them, their score is 0');
  });

  it('scores nothing in a file without packages', async () => {
    expect((await scoresOf([])).lines).toEqual([]);
  });

  it('leaves out what says nothing, and names how many', async () => {
    const from = fileOf('zero.csv', [
      'a,201301,1,One headline,More,image,0,0',
      'a,201301,2,,More,image,100,10',
      'a,201301,3,Another headline,More,image,100,10',
      'b,201301,1,Something else,More,image,100,20',
    ]);
    const { err } = await scoresOf(rows, { from });
    expect(err).toContain('2 packages without a headline or an impression are left out of what is learned');
    expect(err).toContain('learned from 2 tests with 2 headlines');
  });

  it('says that nothing is known from one test', async () => {
    const from = fileOf('one.csv', ['a,201301,1,One,More,image,100,10', 'a,201301,2,Two,More,image,100,20']);
    const { scores, err } = await scoresOf(rows, { from });
    expect(scores).toEqual([0, 0, 0]);
    expect(err).toContain('nothing is known: at least 2 tests are needed to learn from, there are 1');
  });

  it('keeps what it encoded in the cache folder, or says that it can not', async () => {
    await scoresOf(rows);
    expect(readdirSync(join(folder, 'auto-promotion', 'encodings'))).toEqual([ENCODERS['use-lite'].id]);
    const noFolder = join(folder, 'no-folder');
    writeFileSync(noFolder, '');
    const { code, err } = await runCommand(
      'src/tools/score/main.ts',
      ['--learn-from', learn, '--score', learn],
      { ...process.env, XDG_CACHE_HOME: noFolder },
    );
    expect(code).toBe(0);
    expect(err).toContain('the next run encodes the headlines again, since none can be kept');
  });

  it('says what best leaves out', async () => {
    const { err } = await scoresOf(rows, { args: ['--encoder', 'best'] });
    expect(err).toContain('npm run encoder -- minilm');
    expect(err).toContain('npm run encoder -- mpnet');
  });
});

describe('a refusal', () => {
  it('names the argument', async () => {
    expect(await refusal()).toContain('--learn-from is missing');
    expect(await refusal('--learn-from', learn)).toContain('--score is missing');
    expect(await refusal('--learn-from', learn, '--score', learn, '--encoder', 'gpt')).toContain(
      '--encoder takes use-lite, minilm, mpnet, best, got "gpt"',
    );
    expect(await refusal('--nonsense')).toContain('--nonsense');
    expect(await refusal('--learn-from', join(folder, 'absent.csv'), '--score', learn)).toContain(
      'absent.csv',
    );
  });

  it('names the command that fetches an encoder', async () => {
    const err = await refusal('--learn-from', learn, '--score', learn, '--encoder', 'mpnet');
    expect(err).toContain('npm run encoder -- mpnet');
  });

  it('names file, line and column', async () => {
    const wrong = fileOf('wrong.csv', ['z,1,text'], 'test_id,package,title');
    expect(await refusal('--learn-from', learn, '--score', wrong)).toContain(
      'wrong.csv, line 1, column "headline": the header lacks this column',
    );
    const clicks = fileOf('clicks.csv', ['a,201301,1,One,More,image,10,11']);
    expect(await refusal('--learn-from', clicks, '--score', learn)).toContain(
      'clicks.csv, line 2, column "clicks" (8): 11 clicks on 10 impressions',
    );
    const long = fileOf('long.csv', [`z,1,${'x'.repeat(10_001)}`], SCORE_HEADER);
    expect(await refusal('--learn-from', learn, '--score', long)).toContain(
      'long.csv, line 2, column "headline" (3): 10001 characters; at most 10000 are read',
    );
    const empty = fileOf('empty.csv', [], '');
    expect(await refusal('--learn-from', empty, '--score', learn)).toContain('empty.csv, line 1');
  });
});
