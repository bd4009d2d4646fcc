/**
 * `npm run -s temporal -- …`: runs the Temporal CLI that the set-up found or built, against the server and namespace of
 * this service. `--experiment ID` stands for the `--workflow-id` of that experiment.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findTemporalCli } from '../../sandbox/programs/find-temporal-cli.mjs';
import { loadConfig } from '../../service/environment.js';
import { cliArguments, cliEnvironment, findServer, needsServer } from './invocation.js';

try {
  const args = process.argv.slice(2);
  const { found, refused } = findTemporalCli();
  if (!found)
    throw new Error(['The Temporal CLI was not found; run node scripts/setup.mjs.', ...refused].join(' '));
  const server = needsServer(args) ? findServer(loadConfig()) : null;
  const child = spawn(found.file, server ? cliArguments(args, server) : args, {
    env: cliEnvironment(process.env, server),
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
