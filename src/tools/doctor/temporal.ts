import { Connection, type ConnectionLike } from '@temporalio/client';
import type { Addresses } from '../../service/collaborators.js';
import {
  findSearchAttributes,
  registrationCommands,
  type SearchAttributesFound,
} from '../../service/namespace.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../workflows/search-attributes.js';
import { type Finding, fail, messageOf, ok, warn } from './finding.js';

const GRPC_NOT_FOUND = 5;
const DAY_S = 86_400;

/** Checks server, namespace and search attributes; only reads. `timeoutMs`: limit for connecting. */
export async function checkTemporal(
  { address, namespace, access = {} }: Addresses['temporal'],
  timeoutMs: number,
): Promise<Finding[]> {
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...access, address, connectTimeout: timeoutMs });
  } catch (error) {
    return [
      fail('Temporal', `${address}: ${messageOf(error)}`, 'start Temporal, or correct TEMPORAL_ADDRESS'),
    ];
  }
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    const server = ok('Temporal', `server ${serverVersion ?? 'of unknown version'} at ${address}`);
    const found = await describeNamespace(connection, namespace);
    return found.level === 'fail'
      ? [server, found]
      : [server, found, await describeAttributes(connection, namespace)];
  } finally {
    await connection.close();
  }
}

async function describeNamespace(connection: Connection, namespace: string): Promise<Finding> {
  const what = 'Namespace';
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_S;
    return ok(what, `${namespace}, ended workflows are kept for ${days} d`);
  } catch (error) {
    const cure =
      codeOf(error) === GRPC_NOT_FOUND
        ? `create it (temporal operator namespace create --namespace ${namespace} --retention 30d), or correct TEMPORAL_NAMESPACE`
        : "check Temporal's API key and certificates (TEMPORAL_API_KEY, TEMPORAL_TLS…)";
    return fail(what, `${namespace}: ${messageOf(error)}`, cure);
  }
}

/** Checks which of the service's search attributes are registered. */
export async function describeAttributes(connection: ConnectionLike, namespace: string): Promise<Finding> {
  const what = 'Search attributes';
  let found: SearchAttributesFound;
  try {
    found = await findSearchAttributes(connection, namespace, SEARCH_ATTRIBUTE_KEYS);
  } catch (error) {
    const commands = registrationCommands(namespace, SEARCH_ATTRIBUTE_KEYS);
    return warn(
      what,
      `could not be read: ${messageOf(error)}`,
      `make sure that they are registered: ${commands}`,
    );
  }
  const { missing, ofAnotherType, mayRegister } = found;
  if (ofAnotherType.length > 0) {
    const names = ofAnotherType.map(({ name, type }) => `${name} (must be ${type})`).join(', ');
    return fail(what, `wrong type: ${names}`, 'remove them, or use another namespace');
  }
  const figure = `${SEARCH_ATTRIBUTE_KEYS.length - missing.length} of ${SEARCH_ATTRIBUTE_KEYS.length} registered`;
  if (missing.length === 0) return ok(what, figure);
  const names = missing.map(({ name }) => name).join(', ');
  const commands = registrationCommands(namespace, missing);
  return mayRegister
    ? warn(what, figure, `the worker registers ${names} when it starts; if it may not: ${commands}`)
    : fail(what, `${figure}, and the service may not register ${names}`, commands);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
