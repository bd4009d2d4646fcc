import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config.js';
import type { TimeBase } from '../domain/time-base.js';
import type { Addresses } from './collaborators.js';

/**
 * Addresses of a real deployment. Temporal's own variables and file (TLS, API key, headers, a profile) complete the
 * configuration of Temporal.
 * @throws Error that names each missing setting, or says what is wrong with Temporal's file.
 */
export function realAddresses(config: Config): Addresses {
  const { databaseUrl, meta, mode } = config;
  const temporal = temporalAt(config);
  const missing = [
    ...(databaseUrl ? [] : ['DATABASE_URL']),
    ...(temporal.address ? [] : ['TEMPORAL_ADDRESS']),
    ...(meta.accessToken ? [] : ['META_ACCESS_TOKEN']),
    ...(meta.accountId ? [] : ['META_AD_ACCOUNT_ID']),
    ...(meta.graphUrl ? [] : ['META_GRAPH_URL']),
    ...(config.timeScale !== 1 && config.timeEpochMs === null ? ['TIME_EPOCH'] : []),
  ];
  if (missing.length > 0) throw new Error(`These settings are required but not set: ${missing.join(', ')}.`);
  const timeBase: TimeBase = { epochMs: config.timeEpochMs ?? 0, scale: config.timeScale };
  return {
    environment: mode,
    timeBase,
    notifications: config.notifications,
    postgres: { connectionString: databaseUrl! },
    temporal,
    meta: {
      accessToken: meta.accessToken!,
      appSecret: meta.appSecret,
      accountId: meta.accountId!,
      name: meta.name,
      graphUrl: meta.graphUrl!,
      apiVersion: meta.apiVersion,
      socketTimeoutMs: meta.socketTimeoutMs,
      readTimeoutMs: meta.readTimeoutMs,
    },
  };
}

/**
 * Temporal's address, namespace and credentials. The address is empty if no setting names one.
 * @throws Error if Temporal's own file or variables can't be read.
 */
export function temporalAt(config: Config): Addresses['temporal'] {
  let found: ClientConnectConfig;
  try {
    found = loadClientConnectConfig({ overrideEnvVars: withoutBlanks(process.env) });
  } catch (error) {
    throw new Error(
      `Temporal's own settings can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { tls, apiKey, metadata, address } = found.connectionOptions;
  return {
    address: config.temporalAddress ?? address ?? '',
    namespace: found.namespace ?? config.temporalNamespace,
    access: { tls, apiKey, metadata },
  };
}

/** An empty variable counts as unset, for Temporal's own variables too: a copy of .env.example has empty ones. */
function withoutBlanks(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).flatMap(([name, value]) => (value?.trim() ? [[name, value]] : []));
  return Object.fromEntries(given);
}
