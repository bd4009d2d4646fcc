import type { Config } from '../config.js';
import { loadConfig } from './environment.js';
import { printable } from './printable.js';
import { installRuntime } from './runtime.js';
import { unlessStopping } from './stopping.js';

/** What a process gives to what it starts. */
export interface ProcessTools {
  /** A line for people. */
  say(line: string): void;
  /** A line about what went wrong. */
  complain(line: string): void;
  /** Registers the end of a part as soon as it has started; the last one registered ends first. */
  onStop(end: () => Promise<void>): void;
  /** Aborted when a signal comes. A start that is under way ends at its next step, with the signal's reason. */
  stopping: AbortSignal;
}

/**
 * The life of a process: reads the configuration, starts, runs until a signal (`farewell` is said then) or until a
 * part breaks (`broken` settles with a sentence), ends the parts. A signal during the start ends what has started. Exit
 * code 0 after a signal; 1, with one sentence on standard error, where it could not start, and where a part broke.
 */
export async function runProcess(
  farewell: string,
  start: (config: Config, tools: ProcessTools) => Promise<{ broken: Promise<string> }>,
): Promise<never> {
  // Paths, headers and errors of others can be part of a line: none of them may look like another one.
  const say = (line: string) => void process.stdout.write(`${printable(line)}\n`);
  const complain = (line: string) => void process.stderr.write(`${printable(line)}\n`);
  const ends: (() => Promise<void>)[] = [];
  const stopping = signalled();
  let failure: string | null;
  try {
    const config = loadConfig();
    installRuntime(complain);
    stopping.addEventListener('abort', () => say(farewell));
    const tools = { say, complain, onStop: (end: () => Promise<void>) => void ends.push(end), stopping };
    const { broken } = await start(config, tools);
    failure = await unlessStopping(stopping, broken);
  } catch (error) {
    failure = error === stopping.reason ? null : sentence(error);
  }
  if (failure !== null) failure.split('\n').forEach(complain);
  for (const end of ends.reverse()) {
    try {
      await end();
    } catch (error) {
      complain(`On stopping: ${sentence(error)}`);
      failure ??= sentence(error);
    }
  }
  if (failure === null) say('Stopped.');
  process.exit(failure === null ? 0 : 1);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A launcher may pass on a signal that the whole group got already; only a later one is a person's impatience. */
const SAME_SIGNAL_MS = 1_000;

/** Aborted by the first Ctrl-C (or SIGTERM), which ends everything in order; a second one is the impatient's. */
function signalled(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      first ??= Date.now();
      if (Date.now() - first > SAME_SIGNAL_MS) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
}
