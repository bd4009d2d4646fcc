import type { ConnectionLike } from '@temporalio/client';
import {
  encodeSearchAttributeIndexedValueType,
  type SearchAttributeKey,
  type SearchAttributeType,
} from '@temporalio/common/lib/search-attributes.js';
import { msToTs } from '@temporalio/common/lib/time.js';

export type SearchAttributeKeys = readonly SearchAttributeKey<SearchAttributeType>[];

const GRPC_INVALID_ARGUMENT = 3;
const GRPC_ALREADY_EXISTS = 6;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_UNIMPLEMENTED = 12;
const GRPC_UNAUTHENTICATED = 16;

/** Which search attributes a namespace has. */
export interface SearchAttributesFound {
  missing: SearchAttributeKeys;
  /** Registered with another type; empty if the server doesn't report types. */
  ofAnotherType: SearchAttributeKeys;
  /** False if the server lets this client neither list nor register them (Temporal Cloud). */
  mayRegister: boolean;
}

/** Compares the keys with those of the namespace. Reads only. */
export async function findSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
  keys: SearchAttributeKeys,
): Promise<SearchAttributesFound> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const registered = (name: string) => customAttributes?.[name] ?? null;
    return {
      missing: keys.filter(({ name }) => registered(name) === null),
      ofAnotherType: keys.filter(
        ({ name, type }) =>
          registered(name) !== null && registered(name) !== encodeSearchAttributeIndexedValueType(type),
      ),
      mayRegister: true,
    };
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  const missing: SearchAttributeKeys[number][] = [];
  for (const key of keys) if (!(await canBeAskedFor(connection, namespace, key.name))) missing.push(key);
  return { missing, ofAnotherType: [], mayRegister: false };
}

/** A query by an attribute that isn't registered is invalid. */
async function canBeAskedFor(connection: ConnectionLike, namespace: string, name: string): Promise<boolean> {
  try {
    await connection.workflowService.countWorkflowExecutions({ namespace, query: `${name} IS NOT NULL` });
    return true;
  } catch (error) {
    if (codeOf(error) === GRPC_INVALID_ARGUMENT) return false;
    throw error;
  }
}

/** The commands that register them, on a self-hosted server and in Temporal Cloud. */
export function registrationCommands(namespace: string, keys: SearchAttributeKeys): string {
  // The commands write Keyword for KEYWORD.
  const typeOf = ({ type }: SearchAttributeKeys[number]) => type[0] + type.slice(1).toLowerCase();
  const own = keys.map((key) => `--name ${key.name} --type ${typeOf(key)}`).join(' ');
  const cloud = keys.map((key) => `--search-attribute ${key.name}=${typeOf(key)}`).join(' ');
  return (
    `temporal operator search-attribute create --namespace ${namespace} ${own}; in Temporal Cloud: ` +
    `tcld namespace search-attributes add --namespace ${namespace} ${cloud}`
  );
}

/**
 * Registers the missing ones. A workflow that sets an unregistered attribute fails its task again and again.
 * @throws Error if one is registered with another type, or is missing and this client may not register it.
 */
export async function registerSearchAttributes(
  connection: ConnectionLike,
  namespace: string,
  keys: SearchAttributeKeys,
): Promise<void> {
  if (keys.length === 0) return;
  const { missing, ofAnotherType, mayRegister } = await findSearchAttributes(connection, namespace, keys);
  for (const { name, type } of ofAnotherType)
    throw new Error(
      `Search attribute ${name} must be of type ${type}, but has another type in ${namespace}.`,
    );
  if (missing.length === 0) return;
  const refused = () => {
    const names = missing.map(({ name }) => name).join(', ');
    const commands = registrationCommands(namespace, missing);
    return new Error(
      `Search attributes are missing in ${namespace}, and this service may not register them: ${names}. Register them: ${commands}`,
    );
  };
  if (!mayRegister) throw refused();
  try {
    await addSearchAttributes(connection, namespace, missing);
  } catch (error) {
    // Another process has registered them since they were listed.
    if (codeOf(error) === GRPC_ALREADY_EXISTS) return;
    throw isRefused(error) ? refused() : error;
  }
}

function isRefused(error: unknown): boolean {
  const code = codeOf(error);
  return code === GRPC_PERMISSION_DENIED || code === GRPC_UNIMPLEMENTED || code === GRPC_UNAUTHENTICATED;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

/** Registers them in a namespace that has none of them yet. */
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

/** Keeps ended workflows in the Web UI for at least this many days. A longer retention stays. */
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
