import { readConfig } from './config.js';
import { formatEvent } from './events.js';
import { runService } from './service/run.js';
import { installRuntime } from './service/runtime.js';

const fresh = process.argv.slice(2).includes('--fresh');
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const config = readConfig(process.env);
  installRuntime((line) => process.stderr.write(`${line}\n`));
  const service = await runService(config, { fresh, announce: (event) => say(formatEvent(event)), say });
  const ended = await Promise.race([service.broken, signalled()]);
  say(ended);
  const failed = !ended.startsWith('Stopping');
  await service.stop();
  say('Stopped.');
  process.exit(failed ? 1 : 0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** The first Ctrl-C (or SIGTERM) ends everything in order; a second one is the impatient's. */
function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve('Stopping: worker, API, Temporal, database.');
      });
    }
  });
}
