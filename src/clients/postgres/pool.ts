import pg from 'pg';

/** A connection string that can't be used. Its message never holds the string, which holds a password. */
export class InvalidConnectionString extends Error {
  override readonly name = 'InvalidConnectionString';
}

/** How the database is reached. */
export type PostgresSettings = pg.PoolConfig | { connectionString: string };

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const parseDate = pg.types.getTypeParser(TIMESTAMPTZ) as (text: string) => Date;

/** By oid. For a whole pool: PGlite's adapter takes the `types` of a single query for something else. */
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
 * Milliseconds. The server's limits first: its error names the statement. The client's own comes after them, for a
 * connection that died without a word.
 */
const TIMEOUTS = {
  connectionTimeoutMillis: 10_000,
  idleTimeoutMillis: 30_000,
  statement_timeout: 25_000,
  idle_in_transaction_session_timeout: 25_000,
  query_timeout: 30_000,
};

/**
 * A pool with time-outs (connect 10 s, statement 25 s, idle connection 30 s), and a handler for errors of
 * clients that nobody waits on: such a client is dropped, and the next query opens another. int8 comes as a safe
 * integer, timestamptz as epoch ms. Settings of `config` win. Nothing connects before the first query.
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
  // The driver hides `password` from inspection, not the string that holds one.
  if (config.connectionString !== undefined)
    Object.defineProperty(pool.options, 'connectionString', {
      value: config.connectionString,
      enumerable: false,
    });
  // An unheard 'error' ends the process. The pool hears idle clients only; the listener of the client is for one that
  // is checked out between two queries. Whoever uses it gets the error from the next query.
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
      'the Postgres connection string is no URL of the form postgres://user:password@host:port/database',
    );
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw new InvalidConnectionString(
      'the Postgres connection string must begin with postgres:// or postgresql://',
    );
  // `/`, `?` and `#` in a password end the host early: parts of it would become names that errors show.
  if (/@/.test(url.pathname + url.search + url.hash))
    throw new InvalidConnectionString(
      'the Postgres connection string has an @ behind its host: percent-encode special characters of the password',
    );
}

/** The error with the pool's password, plain or percent-encoded, taken out of its texts. The same object. */
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
