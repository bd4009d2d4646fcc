import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGlitePgConfig, PglitePgConnection } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import pg, { type ClientConfig, type PoolConfig } from 'pg';

export interface EmbeddedPostgres {
  /** For one `new Pool(config)`: the database has one session. */
  config: PoolConfig;
  /** End the pool first. */
  stop(): Promise<void>;
}

/**
 * Postgres with pgvector inside this process. `directory` undefined: in memory. The extension is there to be
 * created (`create extension vector`), not created. `image`: a data folder as `dumpDataDir` gives it, to begin from
 * instead of an empty one.
 *
 * Two processes on one folder diverge silently: hold the lock of the data folder.
 */
export async function startPostgres(options: {
  directory: string | undefined;
  image?: Blob;
}): Promise<EmbeddedPostgres> {
  const { directory, image } = options;
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const database = await PGlite.create({
    dataDir: directory ?? 'memory://',
    extensions: { vector },
    ...(image === undefined ? {} : { loadDataDir: image }),
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
    // A second connection would find itself inside the transaction of the first.
    max: 1,
    // A query of the pool inside a transaction of the pool waits for itself: this makes it an error.
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
  /** Settles when nothing of an ended connection is left in the session. */
  clean: Promise<unknown>;
}

/**
 * One for each client. The package's own configuration shares one among all of a pool's clients, in turn: after
 * `release(error)` the next client then gets the `end` of the one before, and its open transaction.
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
    // A server would do this when it loses a connection. Two calls: `discard all` refuses to run beside another.
    this.session.clean = once(this, 'end').then(async () => {
      if (this.pglite.closed) return;
      await this.pglite.exec('rollback');
      await this.pglite.exec('discard all');
    });
  }
}
