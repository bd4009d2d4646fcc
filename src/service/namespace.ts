import type { ConnectionLike } from '@temporalio/client';
import {
  encodeSearchAttributeIndexedValueType,
  type SearchAttributeKey,
  type SearchAttributeType,
} from '@temporalio/common/lib/search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';

export type SearchAttributeKeys = readonly SearchAttributeKey<SearchAttributeType>[];

const GRPC_ALREADY_EXISTS = 6;

/**
 * Registers the ones that are missing. A workflow that sets an unregistered one fails its task for ever.
 * @throws where one is registered with another type.
 */
export async function registerSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
  keys: SearchAttributeKeys,
): Promise<void> {
  if (keys.length === 0) return;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = keys.filter(({ name, type }) => {
    const registered = customAttributes?.[name];
    if (registered === undefined || registered === null) return true;
    if (registered === encodeSearchAttributeIndexedValueType(type)) return false;
    throw new Error(`Search attribute ${name} is registered in ${namespace} with another type than ${type}.`);
  });
  try {
    await addSearchAttributes(connection, namespace, missing);
  } catch (error) {
    // Another process registered them between the two calls.
    if (!(error instanceof Error && 'code' in error && error.code === GRPC_ALREADY_EXISTS)) throw error;
  }
}

/** Registers them on a namespace that has none of them yet. */
export async function addSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
  keys: SearchAttributeKeys,
): Promise<void> {
  if (keys.length === 0) return;
  const types = keys.map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type)]);
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(types),
  });
}

/** Ended workflows stay in the Web UI for at least this long. A longer retention is left as it is. */
export async function raiseRetention(
  connection: ConnectionLike,
  namespace: string,
  days: number,
): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const have = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  if (have >= days * 86_400) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(days * 86_400_000) },
  });
}
