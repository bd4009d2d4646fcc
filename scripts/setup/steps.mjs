// What all steps of set-up share: they say what happens, run programs, and try one way after another.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const STILL_AT_IT_MS = 30_000;

/** Writes to standard error: standard output belongs to the command that follows set-up. */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  return seconds < 120
    ? `${Math.round(seconds)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Runs a program to its end and returns its standard output. If it fails, throws an error with the program's last
 * complaint in one line.
 */
export function run(program, args, options = {}) {
  const { cwd, env = process.env, limitMs, saying } = options;
  return new Promise((resolve, reject) => {
    const began = Date.now();
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
    const reminder = setInterval(() => {
      if (saying) say(`… ${saying}, ${duration(Date.now() - began)} so far`);
    }, STILL_AT_IT_MS);
    let printed = '';
    let complaints = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.on('data', (chunk) => {
      complaints = (complaints + chunk).slice(-8000);
    });
    child.once('error', (error) => {
      clearInterval(reminder);
      reject(new Error(error.code === 'ENOENT' ? `${program} is not on PATH` : error.message));
    });
    child.once('close', (code, signal) => {
      clearInterval(reminder);
      if (code === 0) return resolve(printed);
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      const why = lastComplaint(complaints) || lastComplaint(printed);
      reject(new Error(`${program} ${how}${why ? `: ${why}` : ''}`));
    });
  });
}

function lastComplaint(text) {
  const lines = text
    .split('\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it removes a terminal's colours
    .map((line) => line.replace(/\u001b\[[0-9;]*m/g, '').trim())
    .filter((line) => line !== '' && line !== 'npm error');
  const telling = lines.filter((line) => /error|fail|cannot|could not|unable|denied|no such/i.test(line));
  return (telling.length > 0 ? telling.slice(0, 2).join(' · ') : (lines.at(-1) ?? '')).slice(0, 300);
}

/**
 * Tries ways in turn until one works. A way is `{ name, estimate?, go }`. Returns the failures before the one that
 * worked; throws NoWay with all failures if none worked.
 */
export async function firstThatWorks(what, ways) {
  const failures = [];
  for (const { name, estimate, go } of ways) {
    const began = Date.now();
    say(`${what}: ${name}${estimate ? ` (${estimate})` : ''} …`);
    try {
      await go();
      say(`${what}: ${name}: done in ${duration(Date.now() - began)}`);
      return failures;
    } catch (error) {
      failures.push(`${what}: ${name}: ${error.message}`);
    }
  }
  throw new NoWay(what, failures);
}

export class NoWay extends Error {
  constructor(what, failures) {
    super(`${what} could not be set up`);
    this.failures = failures;
  }
}

/** Exits with the code of a process that this signal ended. */
export function exitOn(signal) {
  process.exit(128 + constants.signals[signal]);
}
