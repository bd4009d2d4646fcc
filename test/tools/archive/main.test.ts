import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CoefficientsDocument, PatternsDocument } from '../../../src/archive/document.js';
import { archivedPart, priorOf } from '../../../src/archive/read.js';
import { ENCODERS } from '../../../src/clients/encoder/info.js';
import { runCommand } from '../../support/command.js';

const folder = mkdtempSync(join(tmpdir(), 'auto-promotion-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEADER = 'test_id,week,package,headline,excerpt,eyecatcher_id,impressions,clicks';
const ANIMALS = 'dogs cats owls bees foxes ants crows whales horses geese lions'.split(' ');
const file = join(folder, 'tests.csv');
writeFileSync(
  file,
  `${[
    HEADER,
    ...ANIMALS.flatMap((animal, i) => [
      `a${i},201301,1,This is what ${animal} do at night,More,image,10000,200`,
      `a${i},201301,2,Do you know what ${animal} do at night?,More,image,10000,${98 + i}`,
    ]),
  ].join('\n')}\n`,
);

const run = (...args: string[]) =>
  runCommand('src/tools/archive/main.ts', args, { ...process.env, XDG_CACHE_HOME: folder });

describe('the command', () => {
  it('writes what the installed encoders learn and the patterns, with attribution, the same each time', async () => {
    const [one, two] = ['one', 'two'].map((name) => join(folder, name)) as [string, string];
    const { code, err } = await run(file, '--out', one);
    expect([code, (await run(file, '--out', two)).code]).toEqual([0, 0]);
    expect(err).toContain('npm run encoder -- mpnet');
    expect(readdirSync(one).sort()).toEqual(['patterns.json', 'use-lite.json']);
    for (const name of readdirSync(one)) {
      expect(readFileSync(join(one, name))).toEqual(readFileSync(join(two, name)));
    }
    const document = JSON.parse(readFileSync(join(one, 'use-lite.json'), 'utf8')) as CoefficientsDocument;
    expect([document.encoder, document.tests, document.texts]).toEqual([ENCODERS['use-lite'].id, 11, 22]);
    expect(document.attribution).toMatchObject({
      licence: 'CC BY 4.0, https://creativecommons.org/licenses/by/4.0/',
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
      command: 'npm run -s archive -- tests.csv',
    });
    expect(priorOf(document, archivedPart('use-lite')).coefficients).toHaveLength(2_560);

    const { effects } = JSON.parse(readFileSync(join(one, 'patterns.json'), 'utf8')) as PatternsDocument;
    expect(effects.question_mark!.effect).toBeCloseTo(Math.log(0.5), 1);
    expect(effects.question_mark!.tests).toBe(11);

    const { coefficients, explained } = document.explanation;
    expect(explained).toBeGreaterThan(0.5);
    expect(Object.keys(coefficients).length).toBeGreaterThan(0);
    for (const [id, coefficient] of Object.entries(coefficients)) {
      expect([id, Math.sign(coefficient)]).toEqual([id, Math.sign(effects[id]!.effect)]);
    }
  });

  it('refuses what it can not read in a sentence', async () => {
    for (const [args, sentence] of [
      [[], 'one FILE.csv is needed'],
      [[join(folder, 'absent.csv')], 'cannot read'],
      [[file, file], 'one FILE.csv is needed'],
    ] as const) {
      const { code, err } = await run(...args);
      expect([code, err.includes('    at ')]).toEqual([2, false]);
      expect(err).toContain(sentence);
    }
    const wrong = join(folder, 'wrong.csv');
    writeFileSync(wrong, 'test_id,week\na,1\n');
    const { code, err } = await run(wrong, '--out', join(folder, 'three'));
    expect([code, err]).toEqual([2, expect.stringContaining('wrong.csv, line 1, column "headline"')]);
  });
});
