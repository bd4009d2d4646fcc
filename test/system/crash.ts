/**
 * `npm run -s crash -- --seed S --kills N`: the real service, killed in mid-rollout and started again on the same
 * folder, N times. Prints one JSON document; exit code 0 where every rollout ended at 80/20 with nothing done twice,
 * too early or out of order, 1 where one did not.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawKills, type KillReport, Scene } from './crash/interrupt.js';

/** An experiment hour is 2 s, as in `npm start`. */
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
    const outcome = report.ok ? 'ends at 80/20' : report.violations.join(' ');
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
