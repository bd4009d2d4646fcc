import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { raiseRetention, registerSearchAttributes, type SearchAttributeKeys } from '../service/namespace.js';
import { endWithThisProcess } from './guard.js';
import { claimPort } from './ports.js';
import { startTimeOf } from './process-identity.js';
import { findTemporalCli } from './programs/find-temporal-cli.mjs';

export interface TemporalOptions {
  /** Folder of the server's file and of a note about its process. One server per folder: hold the lock of the data folder. */
  directory: string;
  namespace: string;
  /** 0: any free port. */
  port: number;
  /** 0: any free port. */
  uiPort: number;
  searchAttributes?: SearchAttributeKeys;
  /** Additional dynamic configuration of the server, by name; values in JSON. */
  dynamicConfig?: Record<string, string>;
  /** The program to run. Unset: the one that set-up finds. */
  executable?: string;
  /** Takes each warning or error that the server prints, line by line. */
  log(line: string): void;
}

export interface EmbeddedTemporal {
  /** host:port of the gRPC service. */
  address: string;
  uiUrl: string;
  namespace: string;
  pid: number;
  /** Resolves when the server has ended, for whatever reason, with a sentence that says how. */
  exited: Promise<string>;
  /** Stop workers and clients first. Safe to call twice. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const RETENTION_DAYS = 30;
const NOTE = 'temporal.pid.json';

/**
 * Starts the Temporal dev server as a child process and waits until its namespace can be used. First ends a server that
 * a killed process left on this folder.
 *
 * @throws PortTaken; an Error with the server's output if it doesn't start.
 */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  await mkdir(options.directory, { recursive: true });
  const executable = options.executable ?? locateCli();
  await endOrphan(options.directory);
  // Another process may take a free port between its choice and its use.
  const attempts = options.port === 0 || options.uiPort === 0 ? 3 : 1;
  for (let attempt = 1; ; attempt++) {
    const port = await claimPort(options.port, 'TEMPORAL_PORT');
    const uiPort = await claimPort(options.uiPort, 'TEMPORAL_UI_PORT');
    try {
      return await launch(executable, options, port, uiPort);
    } catch (error) {
      if (!(error instanceof ServerEnded) || attempt === attempts) throw error;
    }
  }
}

class ServerEnded extends Error {}

function locateCli(): string {
  const { found, refused } = findTemporalCli();
  if (found !== undefined) return found.file;
  throw new Error(
    ['The Temporal CLI was not found. Run node scripts/setup.mjs, or set TEMPORAL_CLI.', ...refused].join(
      ' ',
    ),
  );
}

async function launch(
  executable: string,
  options: TemporalOptions,
  port: number,
  uiPort: number,
): Promise<EmbeddedTemporal> {
  const { directory, namespace, log } = options;
  const address = `127.0.0.1:${port}`;
  // It gets its own process group: Ctrl-C in a terminal must stop the worker first and the server after it.
  const server = spawn(executable, serverArguments(options, port, uiPort), {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: harmlessEnvironment(),
  });
  const said: string[] = [];
  // While it starts or stops, it complains about its own parts that aren't running.
  let inService = false;
  createInterface({ input: server.stderr }).on('line', (line) => {
    said.push(line);
    if (said.length > 20) said.shift();
    if (inService) log(line);
  });
  const exited = new Promise<string>((resolve) => {
    server.once('error', (error) => resolve(`The Temporal server did not start: ${error.message}`));
    // Not 'exit': its last output may arrive after that event.
    server.once('close', (code, signal) =>
      resolve(`The Temporal server ended (${signal ?? `exit code ${code}`})`),
    );
  });
  const { pid } = server;
  if (pid === undefined) throw new Error(await exited);
  writeNote(directory, pid);
  // If even the guard is killed, the next start on the folder finds the server by its note.
  const guard = endWithThisProcess(pid, 'TERM');
  void exited.then(() => {
    guard.kill('SIGKILL');
    rmSync(path.join(directory, NOTE), { force: true });
  });
  const stop = async () => {
    inService = false;
    server.kill('SIGTERM');
    if ((await Promise.race([exited, delay(STOP_LIMIT_MS, undefined, { ref: false })])) === undefined) {
      server.kill('SIGKILL');
    }
    await exited;
  };
  const patience = AbortSignal.timeout(START_LIMIT_MS);
  const gone = new AbortController();
  try {
    const ended = exited.then((how) => {
      gone.abort();
      throw new ServerEnded([`${how}. It said:`, ...said].join('\n'));
    });
    const giveUp = AbortSignal.any([patience, gone.signal]);
    await Promise.race([prepare(address, namespace, options.searchAttributes ?? [], giveUp), ended]);
  } catch (error) {
    await stop();
    throw error;
  }
  inService = true;
  return { address, uiUrl: `http://127.0.0.1:${uiPort}`, namespace, pid, exited, stop };
}

/** The server needs none of this process's secrets, so its environment must not contain them. */
function harmlessEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, TZ } = process.env;
  return { PATH, HOME, TMPDIR, TZ };
}

function serverArguments(
  { directory, namespace, dynamicConfig = {} }: TemporalOptions,
  port: number,
  uiPort: number,
): string[] {
  return [
    'server',
    'start-dev',
    ...['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--namespace', namespace, '--db-filename', path.join(directory, 'temporal.db')],
    ...['--ui-disable-news-fetch', '--log-level', 'warn'],
    // With SQLite's defaults the server is three times slower.
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    // By default, timers of less than a second may be a second late: that is two experiment hours at the demo's speed.
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
    ...['--dynamic-config-value', 'history.timerProcessorMaxPollRPS=2000'],
    ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000'],
    ...Object.entries(dynamicConfig).flatMap(([name, value]) => [
      '--dynamic-config-value',
      `${name}=${value}`,
    ]),
  ];
}

async function prepare(
  address: string,
  namespace: string,
  keys: SearchAttributeKeys,
  giveUp: AbortSignal,
): Promise<void> {
  const connection = await connectWhenUp(address, giveUp);
  try {
    for (;;) {
      try {
        await raiseRetention(connection, namespace, RETENTION_DAYS);
        await registerSearchAttributes(connection, namespace, keys);
        return;
      } catch (error) {
        // The server already answers before its namespace exists.
        if (giveUp.aborted || !isTransient(error)) throw error;
        await delay(50);
      }
    }
  } finally {
    await connection.close();
  }
}

async function connectWhenUp(address: string, giveUp: AbortSignal): Promise<Connection> {
  // If a gRPC client finds the port closed, it waits a second before it tries again.
  while (!(await answers(address)) && !giveUp.aborted) await delay(20);
  for (;;) {
    try {
      return await Connection.connect({ address, connectTimeout: 1_000 });
    } catch (error) {
      if (giveUp.aborted) throw error;
      await delay(50);
    }
  }
}

function answers(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const TRANSIENT_GRPC_CODES = new Set([4 /* deadline exceeded */, 5 /* not found */, 14 /* unavailable */]);

function isTransient(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TRANSIENT_GRPC_CODES.has(Number(error.code));
}

interface Note {
  pid: number;
  startTime: string;
}

function writeNote(directory: string, pid: number): void {
  const startTime = startTimeOf(pid);
  // Undefined: it has already ended, and `exited` reports that.
  if (startTime === undefined) return;
  const note: Note = { pid, startTime };
  writeFileSync(path.join(directory, NOTE), `${JSON.stringify(note)}\n`);
}

function readNote(directory: string): Note | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(path.join(directory, NOTE), 'utf8'));
    if (typeof note !== 'object' || note === null || !('pid' in note) || !('startTime' in note))
      return undefined;
    const { pid, startTime } = note;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

async function endOrphan(directory: string): Promise<void> {
  const note = readNote(directory);
  if (note === undefined) return;
  const alive = () => startTimeOf(note.pid) === note.startTime;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (alive()) process.kill(note.pid, signal);
    const deadline = Date.now() + STOP_LIMIT_MS;
    while (alive() && Date.now() < deadline) await delay(20);
  }
  if (alive()) throw new Error(`The Temporal server on ${directory} (process ${note.pid}) can't be ended.`);
  rmSync(path.join(directory, NOTE), { force: true });
}
