/**
 * `npm run -s score -- --learn-from FILE.csv --score FILE.csv [--encoder NAME]`: learns from finished headline tests
 * which headlines earn a higher click rate, and scores the headlines of others.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { EncoderFailure } from '../../clients/encoder/types.js';
import { createBar } from '../headline-tests/progress-bar.js';
import { CHOICES, type Choice, isChoice, openRecipe } from './encoders.js';
import { learnScorer } from './learn.js';
import { csvField } from './print.js';
import { readPackages, readTests, ScoreError } from './read.js';

const USAGE = `usage: npm run -s score -- --learn-from FILE.csv --score FILE.csv [--encoder ${CHOICES.join('|')}]

  --learn-from FILE  finished tests (test_id, week, headline, eyecatcher_id, impressions, clicks)
  --score FILE       packages to score (test_id, package, headline); what they earned is not read
  --encoder NAME     what reads the headlines (default use-lite, which needs no download); best: all that are in the cache

Writes test_id,package,score lines. A score is the predicted log of the click rate beside that of the average headline
learned from; 0 if nothing is known.
`;

/** Headlines that are encoded and written at a time. */
const BATCH = 512;

async function main(): Promise<void> {
  const { learnFrom, score, encoder } = readArguments();
  const tests = readTests(readSource(learnFrom));
  const packages = readPackages(readSource(score));
  if (tests.leftOut > 0) {
    note(`${tests.leftOut} packages without a headline or an impression are left out of what is learned`);
  }
  const { recipe, encoders, notes, close } = openRecipe(encoder);
  try {
    notes.forEach(note);
    const scorer = await learnScorer(tests.rows, recipe, encoders, {
      bar: (total, things) => createBar(process.stderr, total, things),
      note,
    });
    await write('test_id,package,score\n');
    let blank = 0;
    for (let at = 0; at < packages.length; at += BATCH) {
      const batch = packages.slice(at, at + BATCH);
      blank += batch.filter(({ headline }) => headline === '').length;
      const scores = await scorer(batch.map(({ headline }) => headline));
      const lines = batch.map(
        ({ testId, package: name }, i) => `${csvField(testId)},${csvField(name)},${scores[i]!.toFixed(6)}\n`,
      );
      await write(lines.join(''));
    }
    if (blank > 0) note(`${blank} packages have no headline: nothing is known of them, their score is 0`);
  } finally {
    await close();
  }
}

function readArguments(): { learnFrom: string; score: string; encoder: Choice } {
  let values: { 'learn-from'?: string; score?: string; encoder: string };
  try {
    ({ values } = parseArgs({
      options: {
        'learn-from': { type: 'string' },
        score: { type: 'string' },
        encoder: { type: 'string', default: 'use-lite' },
      },
    }));
  } catch (error) {
    throw new ScoreError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const { 'learn-from': learnFrom, score, encoder } = values;
  if (!learnFrom) throw new ScoreError(`--learn-from is missing\n\n${USAGE}`);
  if (!score) throw new ScoreError(`--score is missing\n\n${USAGE}`);
  if (!isChoice(encoder)) {
    throw new ScoreError(`--encoder takes ${CHOICES.join(', ')}, got ${JSON.stringify(encoder)}`);
  }
  return { learnFrom, score, encoder };
}

function readSource(file: string) {
  try {
    return { name: basename(file), text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new ScoreError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function note(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ScoreError || error instanceof EncoderFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
