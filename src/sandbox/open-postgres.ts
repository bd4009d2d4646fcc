import { existsSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { acquireLock } from './lock.js';
import { startPostgres } from './postgres.js';

/**
 * Opens the embedded database of a data folder on which no service runs, for a command that only needs the record.
 * @throws DataFolderInUse; Error if the folder has no database
 */
export async function openEmbeddedPostgres(
  dataDirectory: string,
): Promise<{ config: pg.PoolConfig; close(): Promise<void> }> {
  const directory = path.join(dataDirectory, 'postgres');
  if (!existsSync(directory)) throw new Error(`No service answers, and ${dataDirectory} has no record.`);
  const lock = await acquireLock(dataDirectory);
  try {
    const database = await startPostgres({ directory });
    return {
      config: database.config,
      async close() {
        await database.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
