/** `npm run -s patterns -- --learn-from FILE.csv [--check FILE.csv] [--json]`: what goes with a higher click rate. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTY_WEEKS } from '../headline-tests/headline-tests.js';
import { createBar } from '../headline-tests/progress-bar.js';
import { findPatterns } from './patterns.js';
import { notes, nothingKnown, overlapNote, table } from './print.js';
import { type Archive, foreignPackages, PatternsError, patternTests, readArchive } from './read.js';

const USAGE = `usage: npm run -s patterns -- --learn-from FILE.csv [--check FILE.csv] [--json] [--all-weeks]

The files hold finished headline tests (test_id, week, headline, eyecatcher_id, impressions, clicks; excerpt if known).
  --learn-from FILE  the tests from which the effects are learned
  --check FILE       other tests: do the effects keep their sign, and do they replicate?
  --json             one JSON document on standard output
  --all-weeks        keep the tests of weeks ${FAULTY_WEEKS.first} to ${FAULTY_WEEKS.last}, whose randomisation is known to be faulty
`;

function main(): void {
  const { values } = readArguments();
  const learnFrom = values['learn-from'];
  if (!learnFrom) throw new PatternsError(`--learn-from is missing\n\n${USAGE}`);
  const archiveOf = (file: string) => readArchive(readSource(file), values['all-weeks']);
  const learned = archiveOf(learnFrom);
  const check = values.check === undefined ? null : archiveOf(values.check);

  const document = findPatterns(testsOf(learned), check && testsOf(check));
  if (values.json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else if (document.patterns.length > 0) process.stdout.write(table(document, check !== null));

  const archives = check ? [learned, check] : [learned];
  const said = [
    ...(document.patterns.length === 0 ? [nothingKnown(learned)] : []),
    ...archives.flatMap((archive) => notes(archive, foreignPackages(archive.tests))),
    ...[check && overlapNote(learned, check)].flatMap((note) => note ?? []),
  ];
  process.stderr.write(said.map((sentence) => `${sentence}\n`).join(''));
}

/** Reads the attributes of all packages, which takes most of the time. */
function testsOf({ name, tests }: Archive) {
  const packages = tests.reduce((sum, test) => sum + test.packages.length, 0);
  const bar = createBar(process.stderr, packages, `headlines of ${name}`);
  let done = 0;
  const read = patternTests(tests, () => bar.at(++done));
  bar.end();
  process.stderr.write(
    `${name}: ${packages.toLocaleString('en-US')} headlines in ${tests.length.toLocaleString('en-US')} tests read\n`,
  );
  return read;
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        'learn-from': { type: 'string' },
        check: { type: 'string' },
        json: { type: 'boolean', default: false },
        'all-weeks': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new PatternsError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readSource(file: string) {
  try {
    return { name: basename(file), text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new PatternsError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

try {
  main();
} catch (error) {
  if (!(error instanceof PatternsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
