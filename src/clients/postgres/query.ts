import type pg from 'pg';
import { scrubbed } from './pool.js';

/** What every part of the store works on: a pool, and the scope of its rows. */
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

/** The driver also reads `query_timeout` of a single query; its types lack it. */
type Query = pg.QueryConfig & { query_timeout: number | undefined };

/**
 * Runs one statement on a connection of the pool; it is atomic by itself. Don't call it inside {@link transaction}:
 * PGlite has only one connection.
 */
export async function run<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return withConnection(pool, undefined, (ask) => ask<Row>(text, values));
}

/**
 * Runs statements in one transaction. `work` must wait for nothing but its own statements. `statementTimeoutMs`
 * replaces the pool's limits for each of them.
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
      // If the rollback fails, the connection is gone, and the transaction with it. The first error says why.
      if (!isLost()) await ask('rollback').catch(() => {});
      throw error;
    }
  });
}

/**
 * Keeps the connection after an error that the server reported, e.g. a violated constraint. Drops it after any other
 * error: the connection is lost, or the statement timed out and is still running. `pool.query` would drop it after both.
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

/** Tests the fields of the error: PGlite's errors have another class than the driver's. */
function leavesConnection(error: unknown): boolean {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return false;
  // 08 and 57P: the connection or the server is ending. 25P03: the connection was idle in a transaction for too long.
  return !/^(08|57P|25P03)/.test(String(error.code));
}

/** Epoch ms as a timestamptz parameter, independent of the process's time zone. @throws RangeError if it is no instant. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : instant(ms);
}

/** A value as a jsonb parameter. @throws RangeError if a number isn't finite: JSON would make it null. */
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
