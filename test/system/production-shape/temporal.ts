import { randomInt } from 'node:crypto';
import path from 'node:path';
import { claimPort, PortTaken } from '../../../src/sandbox/ports.js';
import { type Child, runToEnd, startChild } from './child.js';

export interface TemporalServer {
  address: string;
  server: Child;
}

/**
 * Starts the production server on PostgreSQL as its image does: with its built-in configuration, filled from the
 * environment, and with schema and namespace made by the scripts of `deploy/`.
 */
export async function startTemporalServer(options: {
  root: string;
  /** PATH with `temporal`, `temporal-server` and `temporal-sql-tool`. */
  programs: string;
  /** A folder for this run only. */
  home: string;
  postgresPort: number;
  password: string;
  namespace: string;
  log(line: string): void;
}): Promise<TemporalServer> {
  const { root, programs, home, postgresPort, password, namespace, log } = options;
  const deploy = path.join(root, 'deploy');
  // Twice, because a deployment runs it at every start.
  for (const name of ['schema', 'schema again']) {
    await runToEnd(name, ['/bin/sh', path.join(deploy, 'temporal-schema.sh')], {
      env: {
        PATH: programs,
        SQL_HOST: '127.0.0.1',
        SQL_PORT: String(postgresPort),
        SQL_USER: 'temporal',
        SQL_PASSWORD: password,
      },
      log: () => {},
    });
  }
  const ports = await choosePorts();
  const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;
  const server = startChild('temporal', ['temporal-server', 'start'], {
    cwd: root,
    env: {
      PATH: programs,
      ...ports,
      DB: 'postgres12',
      POSTGRES_SEEDS: '127.0.0.1',
      DB_PORT: String(postgresPort),
      POSTGRES_USER: 'temporal',
      POSTGRES_PWD: password,
      NUM_HISTORY_SHARDS: '16',
      BIND_ON_IP: '127.0.0.1',
      TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1',
      LOG_LEVEL: 'error',
      DYNAMIC_CONFIG_FILE_PATH: path.join(deploy, 'temporal-dynamic-config.yaml'),
    },
    log,
  });
  try {
    for (const name of ['namespace', 'namespace again']) {
      const namespaceMade = startChild(name, ['/bin/sh', path.join(deploy, 'temporal-namespace.sh')], {
        // The CLI looks for its settings in the home folder.
        env: { PATH: programs, HOME: home, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
        log,
      });
      const code = await Promise.race([namespaceMade.exited, server.exited.then(() => null)]);
      await namespaceMade.stop();
      if (code !== 0) {
        throw new Error(code === null ? 'The Temporal server ended.' : 'The namespace could not be made.');
      }
    }
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { address, server };
}

const SERVICES = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'];
const PORTS = [
  ...SERVICES.flatMap((service) => [`${service}_GRPC_PORT`, `${service}_MEMBERSHIP_PORT`]),
  'FRONTEND_HTTP_PORT',
];
/** The server stores its ports in Postgres as smallint. */
const PORT_RANGE = { least: 20_000, most: 32_767 };

async function choosePorts(): Promise<Record<string, string>> {
  const ports: Record<string, string> = {};
  const chosen = new Set<number>();
  for (const setting of PORTS) {
    for (;;) {
      const candidate = randomInt(PORT_RANGE.least, PORT_RANGE.most + 1);
      if (chosen.has(candidate)) continue;
      try {
        await claimPort(candidate, setting);
      } catch (error) {
        if (error instanceof PortTaken) continue;
        throw error;
      }
      chosen.add(candidate);
      ports[setting] = String(candidate);
      break;
    }
  }
  return ports;
}
