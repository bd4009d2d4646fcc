import type pg from 'pg';
import { scrubbed } from './pool.js';

/** What every part of the store works on: a pool, and the rows that are its own. */
export interface Database {
  pool: pg.Pool;
  scope: Scope;
}

/** One environment and one account. */
export interface Scope {
  environment: 'sandbox' | 'live';
  accountId: string;
}

/** Runs one statement. */
export type Run = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

/** The driver reads `query_timeout` of a single query too; its types don't know. */
type Query = pg.QueryConfig & { query_timeout: number | undefined };

/** One statement on a connection of the pool: atomic by itself. Not inside {@link transaction}: PGlite has one connection. */
export async function run<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withConnection(pool, undefined, (ask) => ask<Row>(text, values));
}

/**
 * Statements in one transaction. `work` waits on nothing but its own statements. `statementTimeoutMs` takes the place
 * of the pool's limits for each of them.
 */
export async function transaction<T>(
  pool: pg.Pool,
  work: (run: Run) => Promise<T>,
  statementTimeoutMs?: number,
): Promise<T> {
  return withConnection(pool, statementTimeoutMs, async (ask, isLost) => {
    await ask('begin');
    try {
      if (statementTimeoutMs !== undefined) await ask(`set local statement_timeout = ${statementTimeoutMs}`);
      const result = await work(ask);
      await ask('commit');
      return result;
    } catch (error) {
      // A rollback that fails finds its connection gone, and with it the transaction: the first error tells why.
      if (!isLost()) await ask('rollback').catch(() => {});
      throw error;
    }
  });
}

/**
 * An answer of the server (a violated constraint) leaves the connection usable; after anything else (a lost
 * connection, a time-out with the statement still running) it is dropped. `pool.query` would drop it after both.
 */
async function withConnection<T>(
  pool: pg.Pool,
  queryTimeoutMs: number | undefined,
  work: (ask: Run, isLost: () => boolean) => Promise<T>,
): Promise<T> {
  let client: pg.PoolClient | undefined;
  let lost = false;
  try {
    client = await pool.connect();
    const connected = client;
    const ask: Run = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) => {
      const query: Query = { text, values, query_timeout: queryTimeoutMs };
      try {
        return (await connected.query<Row>(query)).rows;
      } catch (error) {
        lost ||= !leavesConnection(error);
        throw error;
      }
    };
    return await work(ask, () => lost);
  } catch (error) {
    throw scrubbed(error, pool);
  } finally {
    client?.release(lost);
  }
}

/** Told by its fields: PGlite's errors are of another class than the driver's. */
function leavesConnection(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return false;
  // Class 08 and 57P: the connection, or the server, ends. 25P03: it was idle in a transaction for too long.
  return !/^(08|57P|25P03)/.test(String(error.code));
}

/** Epoch ms as a timestamptz parameter, free of the process's time zone. @throws RangeError when it is no instant. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : instant(ms);
}

/** A value as a jsonb parameter. @throws RangeError where a number isn't finite: JSON would make it null. */
export function jsonb(value: unknown): string {
  return JSON.stringify(value, (key, each: unknown) => {
    if (typeof each === 'number' && !Number.isFinite(each))
      throw new RangeError(`${key} is ${each}, which JSON can't hold`);
    return each;
  });
}

/** A value as a jsonb parameter; null if there is none. */
export function jsonbOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : jsonb(value);
}
