/** `npm run -s insights -- EXPERIMENT [--wait SECONDS]`: extracts the insights of a test that has ended again. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { adminTokenOf } from '../../api/http/tokens.js';
import { loadConfig } from '../../service/environment.js';
import { extractAgain, linesOf } from './insights.js';

const USAGE = `Usage: npm run -s insights -- EXPERIMENT [--wait SECONDS]

Asks the running service, and waits until the insights are there (at most 180 seconds, or as many as --wait says).`;
const DEFAULT_WAIT = '180';

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { wait: { type: 'string', default: DEFAULT_WAIT } },
  });
  const [experimentId, ...others] = positionals;
  const seconds = Number(values.wait);
  if (!experimentId || others.length > 0 || !Number.isFinite(seconds) || seconds < 0) throw new Error(USAGE);
  const config = loadConfig();
  const service = {
    url: `http://${config.host}:${config.port}`,
    token: adminTokenOf(config.tokens, config.meta.accountId),
  };
  const answer = await extractAgain(service, experimentId, {
    by: userInfo().username || 'command line',
    waitMs: seconds * 1_000,
  });
  process.stdout.write(`${linesOf(answer).join('\n')}\n`);
  if (answer.status === 'pending') process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
