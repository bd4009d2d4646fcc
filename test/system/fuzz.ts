/**
 * `npm run -s fuzz -- --seed S --calls N`: sends calls drawn from a seed (NUL, random bytes, deep and huge bodies, odd
 * methods, types, hosts, keys, cookies and forms) to the API and the pages of a running sandbox, `npm start`. Prints one JSON document; exit code 1 if an answer is
 * a 5xx that names no unavailable part, doesn't match `/openapi.json`,
 * or is a page that shows markup of the caller, may be framed, or leads to another site.
 *
 * `--url`: the address of the sandbox. The token is API_TOKEN, if set.
 */
import { parseArgs } from 'node:util';
import { adminTokenOf } from '../../src/api/http/tokens.js';
import { readConfig } from '../../src/config.js';
import { fuzz } from './fuzz/campaign.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    calls: { type: 'string', default: '1000' },
    url: { type: 'string' },
  },
});

try {
  const { port, tokens } = readConfig(process.env);
  const report = await fuzz({
    url: values.url ?? `http://127.0.0.1:${port}`,
    seed: wholeNumber('--seed', values.seed, 0),
    calls: wholeNumber('--calls', values.calls, 1),
    token: adminTokenOf(tokens, null),
  });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.violations === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name} must be a whole number from ${least}.`);
  return value;
}
