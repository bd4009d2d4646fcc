import { parseArgs } from 'node:util';
import { installRuntime } from '../../service/runtime.js';
import { DemoEnded, runDemo } from './demo.js';
import { createProgress } from './progress.js';
import { summarise } from './summary.js';

const USAGE = 'Usage: npm run demo -- [--seed N] [--json]   (N: a whole number from 0)';

try {
  const { seed, json } = readArguments(process.argv.slice(2));
  process.exitCode = await play(seed, json);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof DemoEnded ? 130 : 1;
}
// Something may still be open and would keep the process alive.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit();

/** The exit code: 0 if every scenario ran and the books agree. */
async function play(seed: number, json: boolean): Promise<number> {
  const screen = json ? process.stderr : process.stdout;
  const progress = json && !process.stderr.isTTY ? undefined : createProgress(screen);
  installRuntime((line) => (progress ? progress.say(line) : process.stderr.write(`${line}\n`)));
  const result = await runDemo({ seed, observer: progress, signal: endOfPatience() }).finally(() =>
    progress?.stop(),
  );
  process.stdout.write(json ? `${JSON.stringify(result.document)}\n` : `\n${summarise(result)}\n`);
  const { disagreements } = result.document.books;
  if (json) for (const line of disagreements) process.stderr.write(`${line}\n`);
  return disagreements.length === 0 && result.scenarios.every(({ failure }) => failure === null) ? 0 : 1;
}

function readArguments(args: string[]): { seed: number; json: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: { seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
    });
    if (!/^\d{1,9}$/.test(values.seed))
      throw new TypeError(`--seed must be a whole number, got ${values.seed}.`);
    return { seed: Number(values.seed), json: values.json };
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`${sentence} ${USAGE}`);
  }
}

/** The first Ctrl-C (or SIGTERM) ends the demo cleanly; the second one ends the process at once. */
function endOfPatience(): AbortSignal {
  const patience = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      patience.abort();
    });
  }
  return patience.signal;
}
