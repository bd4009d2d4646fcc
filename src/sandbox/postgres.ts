import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGlitePgConfig, PglitePgConnection } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import pg, { type ClientConfig, type PoolConfig } from 'pg';
import { emptyDatabase } from './empty-database.js';

export interface EmbeddedPostgres {
  /** For exactly one `new Pool(config)`: the database has only one session. */
  config: PoolConfig;
  /** End the pool first. */
  stop(): Promise<void>;
}

/**
 * Postgres with pgvector inside this process. If `directory` is undefined, the data is kept in memory. pgvector is
 * available but not yet installed (`create extension vector`).
 *
 * Hold the lock of the data folder: if two processes use one folder, their data diverges silently.
 */
export async function startPostgres({
  directory,
}: {
  directory: string | undefined;
}): Promise<EmbeddedPostgres> {
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const isNew = directory === undefined || !existsSync(path.join(directory, 'PG_VERSION'));
  const image = isNew ? await emptyDatabase() : null;
  const database = await PGlite.create({
    dataDir: directory ?? 'memory://',
    extensions: { vector },
    ...(image === null ? {} : { loadDataDir: image }),
  });
  const session: Session = { clean: Promise.resolve() };
  return {
    config: poolConfig(database, session),
    async stop() {
      await session.clean;
      if (!database.closed) await database.close();
    },
  };
}

function poolConfig(database: PGlite, session: Session): PoolConfig {
  const { user, password, database: name, host, port } = new PGlitePgConfig({ pglite: database });
  return {
    user,
    password,
    database: name,
    host,
    port,
    ssl: false,
    // A second connection would be inside the transaction of the first.
    max: 1,
    // A query of the pool inside a transaction of the pool waits for itself: after this time it fails.
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 0,
    Client: class extends pg.Client {
      constructor(config?: ClientConfig) {
        const withConnection = { ...config, connection: new Connection(database, session) };
        super(withConnection);
      }
    },
  };
}

interface Session {
  /** Settles when the session no longer has any state of a connection that has ended. */
  clean: Promise<unknown>;
}

/**
 * One connection per client. The package's own configuration gives all clients of a pool the same connection. After
 * `release(error)`, the next client then gets the `end` event and the open transaction of the client before it.
 */
class Connection extends PglitePgConnection {
  constructor(
    private readonly pglite: PGlite,
    private readonly session: Session,
  ) {
    super({ pglite });
  }

  override async connect(port: number, host: string): Promise<void> {
    this._connecting = true;
    await this.session.clean;
    await super.connect(port, host);
  }

  override end(): void {
    super.end();
    // A server does this when it loses a connection. Two calls: `discard all` must be the only statement of its call.
    this.session.clean = once(this, 'end').then(async () => {
      if (this.pglite.closed) return;
      await this.pglite.exec('rollback');
      await this.pglite.exec('discard all');
    });
  }
}
