import type { Config } from '../config.js';
import { loadConfig } from './environment.js';
import { printable } from './printable.js';
import { installRuntime } from './runtime.js';
import { unlessStopping } from './stopping.js';

/** What {@link runProcess} gives to its `start`. */
export interface ProcessTools {
  /** Writes a line to standard output. */
  say(line: string): void;
  /** Writes a line about an error to standard error. */
  complain(line: string): void;
  /** Registers how a part is stopped, as soon as it has started. The part that was registered last is stopped first. */
  onStop(end: () => Promise<void>): void;
  /** Aborted when the process gets a signal. A start that is under way then ends at its next step, with the abort's reason. */
  stopping: AbortSignal;
}

/**
 * The life of a process. Reads the configuration, starts the parts, runs until a signal (prints `farewell` then) or
 * until a part fails (`broken` resolves with a sentence), then stops the parts. A signal during the start stops the
 * parts that have started. The exit code is 0 after a signal. It is 1, with a sentence on standard error, if the process
 * could not start or a part failed. `hasWorker`: the process shows the worker's metrics.
 */
export async function runProcess(
  farewell: string,
  start: (config: Config, tools: ProcessTools) => Promise<{ broken: Promise<string> }>,
  { hasWorker = true } = {},
): Promise<never> {
  // A line can contain paths, headers and errors from outside: none of them may look like a line of its own.
  const say = (line: string) => void process.stdout.write(`${printable(line)}\n`);
  const complain = (line: string) => void process.stderr.write(`${printable(line)}\n`);
  const ends: (() => Promise<void>)[] = [];
  const stopping = signalled();
  let failure: string | null;
  try {
    const config = loadConfig();
    installRuntime(complain, hasWorker ? config.workerMetricsAddress : null);
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
      complain(`While stopping: ${sentence(error)}`);
      failure ??= sentence(error);
    }
  }
  if (failure === null) say('Stopped.');
  process.exit(failure === null ? 0 : 1);
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A launcher may pass on a signal that the whole process group has already got. Only a later one counts as another signal. */
const SAME_SIGNAL_MS = 1_000;

/** Aborted by the first Ctrl-C (or SIGTERM), which stops everything in order. A second one exits at once. */
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
