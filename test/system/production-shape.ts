/**
 * The production shape without Docker: plays the demo's first scenario with a real PostgreSQL, the production Temporal
 * server, and worker and API as separate processes, against a market. Prints one JSON document; exit code 0 if the winner
 * reaches its last phase, the phases come in time and the books agree.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { setUpTemporalServer, TEMPORAL_SERVER_VERSION } from '../../scripts/setup/temporal-server.mjs';
import { createClock } from '../../src/clients/clock.js';
import { namesOf } from '../../src/contract/names.js';
import type { TimeBase } from '../../src/domain/time-base.js';
import { type Market, startMarket } from '../../src/sandbox/meta-simulator/index.js';
import { findTemporalCli, isProgram, thisMachine } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { realPostgresInCache } from '../../src/sandbox/programs/locations.mjs';
import { connectService } from '../../src/tools/demo/api.js';
import { type Judge, SCENARIOS } from '../../src/tools/demo/scenarios.js';
import { type Outcome, takeStock } from '../../src/tools/demo/stock.js';
import { createWatch } from '../../src/tools/demo/watch.js';
import { drawWorld } from '../../src/tools/demo/world.js';
import { type Child, runToEnd, startChild } from './production-shape/child.js';
import { startPostgres } from './production-shape/postgres.js';
import { startTemporalServer } from './production-shape/temporal.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMESPACE = 'auto-promotion-production-shape';
/** One experiment hour takes 2 s. */
const TIME_SCALE = 1_800;
/** Real seconds for the scenario. */
const LIMIT_S = 240;
const READY_MS = 90_000;
const STOP_MS = 20_000;
/** No phase may be later than planned by more than this. */
const LATEST_HOURS = 1;

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, verbose: { type: 'boolean', default: false } },
});
const log = (line: string) => void (values.verbose && process.stderr.write(`${line}\n`));
const say = (line: string) => void process.stderr.write(`${line}\n`);

const ends: (() => Promise<unknown>)[] = [];
let stopping: Promise<void> | undefined;
const stopAll = () => {
  stopping ??= (async () => {
    for (const end of ends.splice(0).reverse()) await end().catch((error: unknown) => say(String(error)));
  })();
  return stopping;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().then(() => process.exit(130)));
}

try {
  const document = await run(Number(values.seed));
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  process.exitCode = document.passed ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await stopAll();
}

async function run(seed: number) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 100) / 10;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-production-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const programs = await gatherPrograms(path.join(folder, 'bin'));
  const builtAfter = seconds();

  const passwords = { temporal: secret(), service: secret() };
  const postgres = await startPostgres(ROOT, passwords, programs, log);
  ends.push(() => postgres.stop());
  say(`${seconds()} s  PostgreSQL ${postgres.version} on port ${postgres.port}`);
  const temporal = await startTemporalServer({
    root: ROOT,
    programs,
    home: folder,
    postgresPort: postgres.port,
    password: passwords.temporal,
    namespace: NAMESPACE,
    log,
  });
  ends.push(() => temporal.server.stop());
  say(`${seconds()} s  Temporal server ${TEMPORAL_SERVER_VERSION} at ${temporal.address}`);

  const timeBase: TimeBase = { epochMs: Math.floor(Date.now() / 1_000) * 1_000, scale: TIME_SCALE };
  const accessToken = secret();
  const market = await startMarket({
    directory: path.join(folder, 'market'),
    clock: createClock(timeBase),
    seed,
    port: 0,
    accessToken,
  });
  ends.push(() => market.close());
  const apiToken = secret();
  const env = serviceEnvironment({ postgres, passwords, temporal, market, timeBase, accessToken, apiToken });
  const start = (name: string) => {
    const child = startChild(name, ['npm', 'run', '--silent', name], { cwd: ROOT, env, log });
    ends.push(() => child.stop());
    return child;
  };
  // Started together, because each migrates the empty database.
  const worker = start('worker');
  const apiProcess = start('api');
  const [, ready] = await Promise.all([
    worker.line(/^Worker ready/, READY_MS),
    apiProcess.line(/^API ready: (http:\/\/[^/]+)/, READY_MS),
  ]);
  const url = ready[1]!;
  say(`${seconds()} s  worker (process ${worker.pid}) and API (process ${apiProcess.pid}) at ${url}`);
  const readyAfter = seconds();

  const api = connectService(url, apiToken);
  const watch = createWatch(api, Date.now() + LIMIT_S * 1_000);
  const tests: Outcome['tests'] = [];
  const judge: Judge = await Promise.race([
    SCENARIOS.clear_winner({ world: drawWorld(seed), market, api, watch, tests, rounds: [] }),
    ended('worker', worker),
    ended('api', apiProcess),
    ended('temporal', temporal.server),
  ]);
  const scenarioSeconds = Math.round((seconds() - readyAfter) * 10) / 10;
  const stock = await takeStock([{ name: 'clear_winner', tests, judge }], api, market);
  const { entry, gathered } = stock.scenarios[0]!;
  const { experiment, ledger } = gathered[0]!;
  say(`${seconds()} s  ${entry.summary}`);

  const [health, listed] = await Promise.all([
    fetch(`${url}/healthz`).then((answer) => answer.status),
    countInWebUi(
      temporal.address,
      namesOf({ environment: 'sandbox', accountId: market.account.id }).workflowId(experiment.experiment_id),
    ),
    runToEnd('worker-health', ['node', '--import', 'tsx', 'src/bin/worker-health.ts'], {
      cwd: ROOT,
      env,
      log,
    }),
  ]);
  const stoppedCleanly = { api: await stopsCleanly(apiProcess), worker: await stopsCleanly(worker) };
  const phases = stock.timings.map(({ phase, standsAt, late, slack }) => {
    const rows = ledger.filter((row) => row.phase === phase);
    return {
      phase,
      first_write_at: rows[0]!.at,
      read_back_at: rows.at(-1)!.settled_at,
      stands_after_hours: standsAt,
      late_hours: late,
      hours_beyond_the_wait: slack,
    };
  });
  const inTime =
    phases.length === experiment.policy.phases.length &&
    phases.every(
      ({ late_hours, hours_beyond_the_wait }) => late_hours <= LATEST_HOURS && hours_beyond_the_wait >= 0,
    );
  return {
    passed:
      entry.passed &&
      inTime &&
      stock.books.disagreements.length === 0 &&
      health === 200 &&
      listed === 1 &&
      stoppedCleanly.api &&
      stoppedCleanly.worker,
    seed,
    time_scale: TIME_SCALE,
    postgres: postgres.version,
    temporal_server: TEMPORAL_SERVER_VERSION,
    seconds: { build: builtAfter, ready: readyAfter, scenario: scenarioSeconds, all: seconds() },
    summary: entry.summary,
    experiments: entry.experiments,
    phases,
    books: { rows: stock.books.rows, disagreements: stock.books.disagreements },
    health_status: health,
    listed_by_search_attribute: listed,
    stopped_cleanly: stoppedCleanly,
  };
}

/** Makes a folder for the front of PATH with the programs that the images of docker-compose.yml have. */
async function gatherPrograms(folder: string): Promise<string> {
  const machine = thisMachine();
  const { root: postgresHome, programs, server } = realPostgresInCache(machine);
  const cli = findTemporalCli(machine).found?.file;
  if (!isProgram(server) || cli === undefined) {
    throw new Error('PostgreSQL or the Temporal CLI is missing; run node scripts/setup.mjs --tests.');
  }
  const temporalHome = await setUpTemporalServer(machine, ROOT);
  await mkdir(folder);
  for (const [name, file] of [
    ['psql', path.join(postgresHome, programs, 'psql')],
    ['temporal', cli],
    ...['temporal-server', 'temporal-sql-tool'].map((name) => [name, path.join(temporalHome, name)]),
  ] as [string, string][]) {
    await symlink(file, path.join(folder, name));
  }
  return [folder, process.env.PATH].join(path.delimiter);
}

/** The whole environment of worker and API: the settings of docker-compose.yml, with a market in place of Meta. */
function serviceEnvironment(parts: {
  postgres: { port: number };
  passwords: { service: string };
  temporal: { address: string };
  market: Market;
  timeBase: TimeBase;
  accessToken: string;
  apiToken: string;
}): Record<string, string> {
  const { postgres, passwords, temporal, market, timeBase, accessToken, apiToken } = parts;
  return {
    PATH: process.env.PATH ?? '',
    HOME: os.homedir(),
    TMPDIR: os.tmpdir(),
    MODE: 'sandbox',
    PORT: '0',
    API_TOKEN: apiToken,
    TIME_SCALE: String(timeBase.scale),
    TIME_EPOCH: new Date(timeBase.epochMs).toISOString(),
    DATABASE_URL: `postgres://auto_promotion:${passwords.service}@127.0.0.1:${postgres.port}/auto_promotion`,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: NAMESPACE,
    META_GRAPH_URL: market.url,
    META_ACCESS_TOKEN: accessToken,
    META_AD_ACCOUNT_ID: market.account.id,
  };
}

/** How many workflows the product's search attribute finds; visibility lags by some seconds. */
async function countInWebUi(address: string, workflowId: string): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace: NAMESPACE });
    const query = `WorkflowId = '${workflowId}' AND AutoPromotionState IN ('verifying', 'completed')`;
    for (let attempt = 1; ; attempt++) {
      const { count } = await client.workflow.count(query);
      if (count > 0 || attempt === 20) return count;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await connection.close();
  }
}

async function ended(name: string, child: Child): Promise<never> {
  const code = await child.exited;
  throw new Error(`The ${name} ended by itself with exit code ${code}.`);
}

/** Judged by its last line: the exit code is npm's, which the signal ends too. */
async function stopsCleanly(child: Child): Promise<boolean> {
  const [word] = await Promise.allSettled([child.line(/^Stopped\.$/, STOP_MS), child.stop(STOP_MS)]);
  return word.status === 'fulfilled';
}

function secret(): string {
  return randomBytes(16).toString('hex');
}
