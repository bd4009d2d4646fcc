import pg from 'pg';

/** A connection string that can't be used. The message never contains the string, since it contains a password. */
export class InvalidConnectionString extends Error {
  override readonly name = 'InvalidConnectionString';
}

/** How to reach the database. */
export type PostgresSettings = pg.PoolConfig | { connectionString: string };

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const parseDate = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date;

/** By oid. They are set for a whole pool: PGlite's adapter misreads the `types` of a single query. */
const PARSERS: Record<number, (text: string) => unknown> = {
  [INT8](text) {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} from Postgres is no safe integer`);
    return value;
  },
  [TIMESTAMPTZ]: (text) => parseDate(text).getTime(),
};

function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return (format === 'binary' ? undefined : PARSERS[oid]) ?? pg.types.getTypeParser(oid, format as 'text');
}

/**
 * Milliseconds. The server's limits are shorter than the client's, since the server's error names the statement. The
 * client's limit is for a connection that died silently.
 */
const TIMEOUTS = {
  connectionTimeoutMillis: 10_000,
  idleTimeoutMillis: 30_000,
  statement_timeout: 25_000,
  idle_in_transaction_session_timeout: 25_000,
  query_timeout: 30_000,
};

/**
 * A pool with time-outs (connect 10 s, statement 25 s, idle connection 30 s). If a client fails while nobody waits for
 * it, it is dropped, and the next query opens another. An int8 is read as a safe integer, a timestamptz as epoch ms.
 * Settings of `config` take precedence. Nothing connects before the first query.
 * @throws InvalidConnectionString
 */
export function createPool(config: PostgresSettings): pg.Pool {
  if (config.connectionString !== undefined) assertConnectionString(config.connectionString);
  const pool = new pg.Pool({
    application_name: 'auto-promotion',
    keepAlive: true,
    types: { getTypeParser: getTypeParser as typeof pg.types.getTypeParser },
    ...TIMEOUTS,
    ...config,
  });
  // The driver hides `password` from inspection, but not the connection string that contains it.
  if (config.connectionString !== undefined)
    Object.defineProperty(pool.options, 'connectionString', {
      value: config.connectionString,
      enumerable: false,
    });
  // An 'error' without a listener ends the process. The pool listens to idle clients only. The client's own listener is
  // for one that is checked out and between two queries: its user gets the error from the next query.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

function assertConnectionString(text: string): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new InvalidConnectionString(
      'the Postgres connection string is not a URL of the form postgres://user:password@host:port/database',
    );
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw new InvalidConnectionString(
      'the Postgres connection string must begin with postgres:// or postgresql://',
    );
  // A `/`, `?` or `#` in a password ends the host early: errors would then show parts of the password as names.
  if (/@/.test(url.pathname + url.search + url.hash))
    throw new InvalidConnectionString(
      'the Postgres connection string has an @ after its host: percent-encode special characters of the password',
    );
}

/** Removes the pool's password, plain or percent-encoded, from the error's texts. Returns the same object. */
export function scrubbed<E>(error: E, pool: pg.Pool): E {
  if (!(error instanceof Error)) return error;
  const secrets = secretsOf(pool.options);
  const fields = error as unknown as Record<string, unknown>;
  for (const key of ['message', 'stack', 'detail', 'hint', 'where', 'internalQuery']) {
    const text = fields[key];
    if (typeof text !== 'string' || !secrets.some((secret) => text.includes(secret))) continue;
    fields[key] = secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
  }
  if (error.cause !== undefined) scrubbed(error.cause, pool);
  if (error instanceof AggregateError) for (const each of error.errors) scrubbed(each, pool);
  return error;
}

function secretsOf({ password, connectionString }: pg.PoolOptions): string[] {
  const secrets = typeof password === 'string' ? [password] : [];
  if (connectionString !== undefined) {
    const url = new URL(connectionString);
    secrets.push(connectionString, url.password, decodeURIComponent(url.password));
    const inQuery = url.searchParams.get('password');
    if (inQuery !== null) secrets.push(inQuery);
  }
  return secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
}
