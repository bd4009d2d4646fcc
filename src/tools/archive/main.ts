/**
 * `npm run -s archive -- FILE.csv [--out FOLDER]`: learns from an archive of headline tests what ships with the product for
 * teams with few tests of their own, and writes it to `src/archive/`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARCHIVED_ENCODERS } from '../../archive/document.js';
import { archivedPart } from '../../archive/read.js';
import { EncoderFailure } from '../../clients/encoder/types.js';
import { createBar } from '../headline-tests/progress-bar.js';
import { PatternsError, type SourceFile } from '../patterns/read.js';
import { EncodedTexts } from '../score/encoded-texts.js';
import { openRecipe } from '../score/encoders.js';
import { readTests, ScoreError } from '../score/read.js';
import { coefficientsDocument, patternsDocument } from './make.js';

const USAGE = `usage: npm run -s archive -- FILE.csv [--out FOLDER]

  FILE.csv      finished headline tests (test_id, week, headline, eyecatcher_id, impressions, clicks)
  --out FOLDER  where to write ${ARCHIVED_ENCODERS.join('.json, ')}.json and patterns.json (default src/archive)

An encoder that is not in the cache leaves its file as it is.
`;
const FOLDER = fileURLToPath(new URL('../../archive', import.meta.url));

async function main(): Promise<void> {
  const { source, out } = readArguments();
  const { rows } = readTests(source);
  if (rows.length === 0)
    throw new ScoreError(`${source.name} has no package with a headline and an impression`);
  mkdirSync(out, { recursive: true });
  const write = (name: string, document: object) => {
    writeFileSync(path.join(out, name), `${JSON.stringify(document, null, 2)}\n`);
    note(`${name} written`);
  };
  const patterns = patternsDocument(source);
  write('patterns.json', patterns);
  for (const name of ARCHIVED_ENCODERS) {
    try {
      write(`${name}.json`, await coefficientsOf(name));
    } catch (error) {
      if (!(error instanceof EncoderFailure && error.kind === 'missing')) throw error;
      note(`${name}.json is left as it is: ${error.message}`);
    }
  }

  async function coefficientsOf(name: (typeof ARCHIVED_ENCODERS)[number]) {
    const { encoders, close } = openRecipe(name);
    try {
      const texts = new EncodedTexts(encoders);
      const headlines = rows.map(({ text }) => text);
      const bar = createBar(process.stderr, new Set(headlines).size, `headlines encoded by ${name}`);
      await texts.add(headlines, (_, done) => bar.at(done));
      bar.end();
      const encoder = encoders[0]!.info.id;
      return coefficientsDocument(source, rows, patterns.effects, {
        part: archivedPart(name),
        encoder,
        layersOf: texts.layersOf,
      });
    } finally {
      await close();
    }
  }
}

function readArguments(): { source: SourceFile; out: string } {
  let parsed: { values: { out: string }; positionals: string[] };
  try {
    parsed = parseArgs({ options: { out: { type: 'string', default: FOLDER } }, allowPositionals: true });
  } catch (error) {
    throw new ScoreError(`${(error as Error).message}\n\n${USAGE}`);
  }
  const [file, ...others] = parsed.positionals;
  if (file === undefined || others.length > 0) throw new ScoreError(`one FILE.csv is needed\n\n${USAGE}`);
  try {
    return {
      source: { name: path.basename(file), text: readFileSync(file, 'utf8') },
      out: parsed.values.out,
    };
  } catch (error) {
    throw new ScoreError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function note(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

try {
  await main();
} catch (error) {
  const isSaid = [ScoreError, PatternsError, EncoderFailure].some((kind) => error instanceof kind);
  if (!isSaid) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
