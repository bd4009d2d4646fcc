/**
 * `npm run -s crash -- --seed S --kills N`: kills the real service N times in the middle of a rollout and starts it again
 * on the same folder. Prints one JSON document; exit code 0 if every rollout reached its last phase with nothing done
 * twice, too early or out of order, else 1.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawKills, type KillReport, Scene } from './crash/interrupt.js';

/** One experiment hour takes 2 s, as in `npm start`. */
const TIME_SCALE = 1_800;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '10' },
    verbose: { type: 'boolean', default: false },
  },
});
const seed = wholeNumber('--seed', values.seed, 0);
const count = wholeNumber('--kills', values.kills, 1);
const say = (line: string) => void process.stderr.write(`${line}\n`);

const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-crash-'));
const log = (line: string) => void (values.verbose && say(line));
const scene = new Scene(directory, { timeScale: TIME_SCALE, seed, log });
try {
  const kills: KillReport[] = [];
  for (const [index, kill] of drawKills(seed, count, TIME_SCALE).entries()) {
    const report = await scene.interrupt(`crash-${index + 1}`, kill);
    kills.push(report);
    const where = `${report.writes} writes on disk and ${kill.instant.delayMs} ms`;
    const outcome = report.ok ? 'reaches its last phase' : report.violations.join(' ');
    say(`${index + 1} of ${count}: ${report.mode} killed after ${where}: ${outcome}`);
  }
  process.stdout.write(`${JSON.stringify({ seed, kills }, null, 2)}\n`);
  process.exitCode = kills.every((report) => report.ok) ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await scene.close().catch((error: unknown) => {
    say(String(error));
    process.exitCode = 1;
  });
  await rm(directory, { recursive: true, force: true });
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  process.stderr.write(`${name} must be a whole number, at least ${least}.\n`);
  process.exit(1);
}
