import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { toExperimentTime } from '../../../src/domain/time-base.js';
import { startTimeOf } from '../../../src/sandbox/process-identity.js';
import { keepTimeBase } from '../../../src/sandbox/time-base.js';
import { connectService, type ServiceApi } from '../../../src/tools/demo/api.js';
import { type Child, startChild } from '../production-shape/child.js';

/**
 * What is killed at once. `group`: everything that `npm start` runs (worker, API, market, database and the Temporal
 * server). `node`: the Node process alone, as when memory runs out. `temporal`: the Temporal server alone, after which the
 * service ends by itself.
 */
export type KillMode = 'group' | 'node' | 'temporal';

/** The sandbox in a process of its own, as `npm start` runs it. */
export interface Service {
  api: ServiceApi;
  apiUrl: string;
  /** The API's token, if the environment has one. */
  apiToken: string | undefined;
  marketUrl: string;
  /** Experiment time, epoch ms. */
  now(): number;
  /** SIGKILL. Settles when nothing of it is running, except perhaps the Temporal server after `node`. */
  kill(mode: KillMode): Promise<void>;
  /** Stops it cleanly, as Ctrl-C does. @throws if its exit code isn't 0. */
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY_MS = 90_000;
/** The sandbox needs these to find its programs; no other setting of the caller may reach it. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'TEMPORAL_CLI'];

/** Starts the sandbox on a data folder, new or not, on free ports and without its first experiments. */
export async function startService(
  directory: string,
  options: { timeScale: number; seed: number; env?: Record<string, string>; log(line: string): void },
): Promise<Service> {
  const inherited = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = startChild('service', [path.join(ROOT, 'node_modules/.bin/tsx'), 'src/bin/main.ts'], {
    cwd: ROOT,
    env: {
      ...Object.fromEntries(inherited),
      ...options.env,
      MODE: 'sandbox',
      DATA_DIR: directory,
      SANDBOX_EXPERIMENTS: 'none',
      PORT: '0',
      TEMPORAL_PORT: '0',
      TEMPORAL_UI_PORT: '0',
      MARKET_PORT: '0',
      MARKET_SEED: String(options.seed),
      TIME_SCALE: String(options.timeScale),
    },
    log: options.log,
  });
  const [apiLine, marketLine] = await Promise.all([
    child.line(/^API\s+(http:\S+)\/api\/ab\/experiments$/, READY_MS),
    child.line(/^Market\s+(http:\S+) /, READY_MS),
  ]).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  const apiUrl = apiLine[1]!;
  const timeBase = keepTimeBase(directory, options.timeScale);
  return {
    api: connectService(apiUrl, options.env?.API_TOKEN),
    apiUrl,
    apiToken: options.env?.API_TOKEN,
    marketUrl: marketLine[1]!,
    now: () => toExperimentTime(timeBase, Date.now()),
    kill: (mode) => kill(child, directory, mode),
    async stop() {
      // Only Node: tsx passes a signal on, and the service ends at once if it gets a second one.
      process.kill(holderOf(directory), 'SIGTERM');
      const code = await child.exited;
      if (code !== 0) throw new Error(`The service ended with exit code ${code}.`);
    },
  };
}

async function kill(child: Child, directory: string, mode: KillMode): Promise<void> {
  if (mode === 'node') {
    process.kill(holderOf(directory), 'SIGKILL');
  } else if (mode === 'temporal') {
    process.kill(temporalServerOf(directory), 'SIGKILL');
  } else {
    const temporal = temporalServerOf(directory);
    // The Temporal server is in its own group, and a guard ends it cleanly when Node is gone: kill it before that.
    process.kill(-child.pid, 'SIGKILL');
    process.kill(temporal, 'SIGKILL');
  }
  await child.exited;
}

/** The process that holds the data folder: of `tsx` and its children, the one that is the service. */
function holderOf(directory: string): number {
  for (const name of readdirSync(directory)) {
    const [, pid, startTime] = /^lock\.(\d+)\.([A-Za-z0-9-]+)\./.exec(name) ?? [];
    if (pid !== undefined && startTimeOf(Number(pid)) === startTime) return Number(pid);
  }
  throw new Error(`No process holds ${directory}.`);
}

function temporalServerOf(directory: string): number {
  const note: unknown = JSON.parse(readFileSync(path.join(directory, 'temporal/temporal.pid.json'), 'utf8'));
  const { pid, startTime } = note as { pid: number; startTime: string };
  if (startTimeOf(pid) !== startTime) throw new Error(`The Temporal server of ${directory} does not run.`);
  return pid;
}
