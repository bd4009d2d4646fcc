import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { startPostgresServer } from '../../support/postgres-server.js';
import { runToEnd } from './child.js';

/** Passwords of the two roles that `deploy/databases.sh` makes. */
export interface Passwords {
  temporal: string;
  service: string;
}

export interface Postgres {
  port: number;
  version: string;
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL as in docker-compose.yml: with the roles and databases of `deploy/`, and passwords required. */
export async function startPostgres(
  root: string,
  passwords: Passwords,
  programs: string,
  log: (line: string) => void,
): Promise<Postgres> {
  const server = await startPostgresServer({ durable: true });
  try {
    const { host, port, user } = server.config;
    await runToEnd('databases', ['/bin/sh', path.join(root, 'deploy', 'databases.sh')], {
      env: {
        PATH: programs,
        PGHOST: String(host),
        PGPORT: String(port),
        POSTGRES_USER: String(user),
        TEMPORAL_DB_PASSWORD: passwords.temporal,
        SERVICE_DB_PASSWORD: passwords.service,
      },
      log,
    });
    const administrator = new pg.Client(server.config);
    await administrator.connect();
    try {
      const ask = async (question: string) => {
        const { rows } = await administrator.query<{ answer: string }>(question);
        return rows[0]!.answer;
      };
      await writeFile(
        await ask(`select current_setting('hba_file') as answer`),
        'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n',
      );
      await administrator.query('select pg_reload_conf()');
      const version = await ask(`select split_part(current_setting('server_version'), ' ', 1) as answer`);
      return { port: port!, version, stop: () => server.stop() };
    } finally {
      await administrator.end();
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
}
