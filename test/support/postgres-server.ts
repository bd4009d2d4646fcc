import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg, { type PoolConfig } from 'pg';
import { endWithThisProcess } from '../../src/sandbox/guard.js';
import { claimPort } from '../../src/sandbox/ports.js';
import { thisMachine } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { realPostgresInCache } from '../../src/sandbox/programs/locations.mjs';

export interface PostgresServer {
  /** Connection as superuser, without a password, over loopback. */
  config: PoolConfig;
  stop(): Promise<void>;
}

/** Whether set-up found a real PostgreSQL with pgvector for this machine. */
export function realPostgresAvailable(): boolean {
  return existsSync(realPostgresInCache(thisMachine()).server);
}

/** Runs a statement as superuser, in a new connection. */
export async function administer(config: PoolConfig, statement: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The user `nobody` on Linux; it owns nothing. */
const NOBODY = 65534;

/**
 * Starts a real PostgreSQL with pgvector from the cache, with an empty cluster in a temporary folder and on a free port.
 * It ends with this process at the latest. If this process is root, the server runs as `nobody` and from a copy, since
 * other users can't enter root's cache.
 */
export async function startPostgresServer(
  options: {
    /** Write to the disk as in production. Most tests don't need that, and are several times faster without it. */
    durable?: boolean;
  } = {},
): Promise<PostgresServer> {
  const { root, programs } = realPostgresInCache(thisMachine());
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-postgres-'));
  const data = path.join(folder, 'data');
  await mkdir(data);
  let home = root;
  if (asRoot) {
    home = path.join(folder, 'server');
    await cp(root, home, { recursive: true });
    await chmod(folder, 0o755);
    await chown(data, NOBODY, NOBODY);
  }
  const bin = path.join(home, programs);
  const port = await claimPort(0, 'the port');
  const start = (program: string, args: string[]) =>
    spawn(path.join(bin, program), args, {
      ...user,
      cwd: data,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  const initdb = start('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'utf8', '--no-sync']);
  const complaint = collect(initdb.stderr);
  const [code] = await once(initdb, 'exit');
  if (code !== 0) throw new Error(`initdb failed: ${complaint()}`);

  const server = start('postgres', [
    ...['-D', data, '-p', String(port), '-k', '', '-h', '127.0.0.1'],
    ...['-c', `fsync=${options.durable ? 'on' : 'off'}`, '-c', 'max_connections=200'],
  ]);
  const said = collect(server.stderr);
  const ended = once(server, 'exit');
  const guard = server.pid === undefined ? undefined : endWithThisProcess(server.pid, 'QUIT');
  void ended.then(() => guard?.kill('SIGKILL'));
  const config: PoolConfig = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres', ssl: false };
  await Promise.race([
    answering(config),
    ended.then(() => {
      throw new Error(`PostgreSQL did not start: ${said()}`);
    }),
  ]);
  return {
    config,
    async stop() {
      // A fast shutdown: it ends sessions instead of waiting for them.
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4_000);
  });
  return () => text;
}

async function answering(config: PoolConfig): Promise<void> {
  for (;;) {
    const client = new pg.Client(config);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await delay(50);
    }
  }
}
