/**
 * `npm run -s chaos -- --seed S --runs N`: random schedules of faults, crashes, edits and controls during rollouts on the
 * simulated market. Each run is judged by the market's own audit. Prints one JSON document; exit code 0 if every
 * invariant held in every run, else 1.
 *
 * `--from A --to B`: runs A to B − 1 of the seed instead of the first N. `--run-seed R`: one run alone; prints its story.
 * `--add FILE…`: adds up the documents of earlier parts. `--stories DIR`: writes the story of each run that broke an
 * invariant. `--mutant NAME`: counts the runs that it takes to catch a broken copy of the service. `--jobs J`: batches at
 * the same time; three keep two cores busy, since a batch also waits for time-outs. `--load N`: N other processes keep
 * computing, as on a busy machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { BatchResult } from './chaos/batch.js';
import { indexOf } from './chaos/draw.js';
import { hunt, type MutantReport } from './chaos/hunt.js';
import { keepBusy } from './chaos/load.js';
import { MUTANTS } from './chaos/mutants.js';
import { playBatches } from './chaos/play.js';
import { addUp, type ChaosDocument, emptyDocument, enter } from './chaos/report.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100' },
    from: { type: 'string' },
    to: { type: 'string' },
    'run-seed': { type: 'string' },
    stories: { type: 'string' },
    mutant: { type: 'string' },
    jobs: { type: 'string', default: '3' },
    load: { type: 'string', default: '0' },
    add: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const say = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const load = keepBusy(wholeNumber('--load', values.load, 0));
  process.exitCode = await run().finally(() => load.stop());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(): Promise<number> {
  if (values.add) {
    return print(addUp(positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')) as ChaosDocument)));
  }
  const only = values['run-seed'];
  if (only !== undefined) return tellOne(wholeNumber('--run-seed', only, 0));
  const seed = wholeNumber('--seed', values.seed, 0);
  const from = wholeNumber('--from', values.from ?? '0', 0);
  const to =
    values.to === undefined
      ? from + wholeNumber('--runs', values.runs, 1)
      : wholeNumber('--to', values.to, from + 1);
  if (values.mutant !== undefined) return huntMutants(values.mutant, seed, from, to);
  return print(await record(seed, from, to));
}

async function huntMutants(name: string, seed: number, from: number, to: number): Promise<number> {
  const names = name === 'all' ? Object.keys(MUTANTS) : [name];
  const reports: MutantReport[] = [];
  for (const each of names) {
    const report = await hunt(each, {
      seed,
      from,
      runs: to - from,
      jobs: wholeNumber('--jobs', values.jobs, 1),
      log: values.verbose ? say : () => {},
    });
    say(`${each}: ${report.caught ? 'caught' : 'not caught'} within ${report.runs} runs`);
    reports.push(report);
  }
  process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  return reports.every(({ caught }) => caught) ? 0 : 1;
}

async function record(seed: number, from: number, to: number): Promise<ChaosDocument> {
  const began = Date.now();
  const document = emptyDocument(seed, [from, to]);
  await playBatches({
    seed,
    from,
    to,
    jobs: wholeNumber('--jobs', values.jobs, 1),
    log: values.verbose ? say : () => {},
    onBatch(result) {
      enter(document, result);
      keepStories(result);
      const { completed, reverted, held, needs_attention, stopped } = document.final_states;
      const seconds = Math.round((Date.now() - began) / 1_000);
      say(
        `${document.runs} of ${to - from} runs, ${seconds} s: ${completed} completed, ${reverted} reverted, ${held} held, ${needs_attention} need attention, ${stopped} stopped; ${document.violations.length} violations`,
      );
      return true;
    },
  });
  document.seconds = Math.round((Date.now() - began) / 100) / 10;
  return document;
}

function keepStories({ runs }: BatchResult): void {
  if (values.stories === undefined) return;
  mkdirSync(values.stories, { recursive: true });
  for (const { run_seed, violations, story, state } of runs) {
    if (violations.length === 0) continue;
    const lines = [
      ...story,
      `ends ${state}`,
      ...violations.map(({ invariant, details }) => `VIOLATION ${invariant}: ${details}`),
    ];
    writeFileSync(path.join(values.stories, `${run_seed}.txt`), `${lines.join('\n')}\n`);
  }
}

async function tellOne(runSeed: number): Promise<number> {
  const { seed, index } = indexOf(runSeed);
  let broken = 0;
  await playBatches({
    seed,
    from: index,
    to: index + 1,
    jobs: 1,
    log: values.verbose ? say : () => {},
    onBatch({ runs }) {
      for (const { story, state, violations } of runs) {
        for (const line of story) process.stdout.write(`${line}\n`);
        process.stdout.write(`It ends ${state}.\n`);
        for (const { invariant, details } of violations)
          process.stdout.write(`Broken: ${invariant}: ${details}\n`);
        broken += violations.length;
      }
      return true;
    },
  });
  return broken === 0 ? 0 : 1;
}

function print(document: ChaosDocument): number {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return document.violations.length === 0 ? 0 : 1;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${name} must be a whole number, at least ${least}.`);
}
