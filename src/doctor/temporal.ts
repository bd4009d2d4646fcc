import { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import type { Addresses } from '../service/collaborators.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../workflows/search-attributes.js';
import { type Finding, fail, messageOf, ok, warn } from './finding.js';

const GRPC_NOT_FOUND = 5;
const DAY_S = 86_400;

/** Server, namespace, search attributes. Reads only. `timeoutMs`: of connecting. */
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

async function describeAttributes(connection: Connection, namespace: string): Promise<Finding> {
  const what = 'Search attributes';
  let registered: Record<string, unknown>;
  try {
    const answer = await connection.operatorService.listSearchAttributes({ namespace });
    registered = answer.customAttributes ?? {};
  } catch (error) {
    const names = SEARCH_ATTRIBUTE_KEYS.map(({ name }) => name).join(', ');
    return warn(what, `can't be listed: ${messageOf(error)}`, `see to it that they are registered: ${names}`);
  }
  const wrong = SEARCH_ATTRIBUTE_KEYS.filter(
    ({ name, type }) => registered[name] && registered[name] !== encodeSearchAttributeIndexedValueType(type),
  );
  if (wrong.length > 0) {
    const names = wrong.map(({ name, type }) => `${name} (must be ${type})`).join(', ');
    return fail(what, `of another type: ${names}`, 'remove them, or use another namespace');
  }
  const missing = SEARCH_ATTRIBUTE_KEYS.filter(({ name }) => !registered[name]);
  const figure = `${SEARCH_ATTRIBUTE_KEYS.length - missing.length} of ${SEARCH_ATTRIBUTE_KEYS.length} registered`;
  return missing.length === 0
    ? ok(what, figure)
    : warn(what, figure, 'the worker registers the rest when it starts; nothing is to be done');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
