import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findings } from './rules.js';
import { codeText, hashComments, markdownText, ROOT, textsOf } from './texts.js';

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs',
  '.env.example',
  'docker-compose.yml',
];
/** Code outside of `src/`. */
const MORE = [
  'bench',
  ...readdirSync(path.join(ROOT, 'test'))
    .filter((name) => !['reference', 'wording'].includes(name))
    .map((name) => `test/${name}`),
];
const covered = [...DOCUMENTS, ...MORE, ...readdirSync(path.join(ROOT, 'src')).map((name) => `src/${name}`)];

it.each(covered)('%s says "per" and "if" in plain English', (place) => {
  const texts = textsOf(place);
  expect(texts).not.toEqual([]);
  expect(texts.flatMap(findings)).toEqual([]);
});

const phrasesIn = (content: string) => findings({ file: 'x', content }).map(({ phrase }) => phrase.trim());

describe('the check of wording', () => {
  it.each([
    'one ad an ad set',
    'impressions a variant',
    'minor units a day',
    'minor\nunits a day',
    'experiment hours a real hour',
    'one row an attempt',
    'null where Meta did not tell',
    'null where it is known.',
    'Where none is set, the default holds.',
    'refused where another test has the ad sets',
    'nothing where none is.',
    'except where a budget is shared',
  ])('finds: %s', (sentence) => {
    expect(phrasesIn(sentence)).toHaveLength(1);
  });

  it.each([
    'one ad per ad set',
    'It costs $5 a day.',
    'at most 400 dollars a day, twice a day',
    'the second ad an hour later',
    'It says where the money is.',
    'the budgets stay where they are.',
    'money is not where the ledger says',
    'Where things are',
    'where truth lives',
    'where to get it',
    'null if Meta gave no answer',
  ])('lets pass: %s', (sentence) => {
    expect(phrasesIn(sentence)).toEqual([]);
  });

  it('reads literals and comments of code, not names, patterns or queries, and says the line', () => {
    const source = [
      "const where = 'clicks'; const a = 'variant'; /where it/.test(a);",
      "const sql = 'select id from looks where look = $1';",
      '// é: null where Meta is silent',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template
      'const said = `of ${list.map((one) => `${one} clicks a variant`).join()} tests a day`;',
      "const next = 'where none leads';",
    ].join('\n');
    const found = findings({ file: 'src/x.ts', content: codeText(source) });
    expect(found.map(({ place, phrase }) => [place, phrase.slice(0, 10)]).sort()).toEqual([
      ['src/x.ts:3', 'where Meta'],
      ['src/x.ts:4', 'clicks a v'],
      ['src/x.ts:4', 'tests a da'],
      ['src/x.ts:5', 'where none'],
    ]);
  });

  it('reads the text of elements', () => {
    const page = 'const page = (n: number) => <p title="clicks a variant">{n} impressions a variant</p>;';
    expect(phrasesIn(codeText(page, { tsx: true }))).toHaveLength(2);
  });

  it('reads a sentence that goes over lines of a comment', () => {
    expect(phrasesIn(codeText('/**\n * one ad\n * an ad set\n */\nexport {};'))).toHaveLength(1);
    expect(phrasesIn(hashComments('# impressions\n# a variant\nA=where it is\n'))).toHaveLength(1);
  });

  it('reads prose of a document and comments of its commands, not code', () => {
    const document =
      'So `null where it` stands.\n\n```sh\n# one test a line\nwhere it\n```\nOne file a resource.\n';
    expect(phrasesIn(markdownText(document)).map((phrase) => phrase.slice(0, 8))).toEqual([
      'one test',
      'One file',
    ]);
  });
});
