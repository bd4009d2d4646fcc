/** The parts of an OpenAPI 3.1 document that the page about the API shows. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

type Content = Record<string, { schema?: Schema }>;

export interface Operation {
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

export interface Description {
  info: { title: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface OperationOfGroup {
  /** Anchor on the page. */
  id: string;
  method: string;
  path: string;
  operation: Operation;
}

/** The operations by the resource that they are about, in the order of the document. */
export function groupsOf({ paths }: Description): Map<string, OperationOfGroup[]> {
  const groups = new Map<string, OperationOfGroup[]>();
  for (const [path, item] of Object.entries(paths))
    for (const [method, operation] of Object.entries(item)) {
      const group = groupOf(method, path);
      const id = `${method}${path}`.replaceAll(/[^\w-]+/g, '-').replace(/-$/, '');
      const entry = { id, method: method.toUpperCase(), path, operation };
      groups.set(group, [...(groups.get(group) ?? []), entry]);
    }
  return groups;
}

const NAMES: Readonly<Record<string, string>> = { 'auto-promote': 'Checks, results and jobs' };

function groupOf(method: string, path: string): string {
  if (method === 'post' && /^\/api\/ab\/experiments\/\{id\}\/[\w-]+$/.test(path)) return 'Controls';
  const resource = /^\/api\/(?:ab\/)?([\w-]+)/.exec(path)?.[1];
  if (resource === undefined) return 'Health of the service';
  return NAMES[resource] ?? resource.charAt(0).toUpperCase() + resource.slice(1).replaceAll('-', ' ');
}

/** One field of a body or an answer; `path` as callers write it, e.g. `variants[].ad_id`. */
export interface Field {
  path: string;
  schema: Schema;
  required: boolean;
}

/** The fields of a schema and of the objects in it. A named schema isn't opened: it has a table of its own. */
export function fieldsOf(schema: Schema, path = ''): Field[] {
  const inside = schema.type === 'array' ? schema.items : schema;
  const at = schema.type === 'array' ? `${path}[]` : path;
  const parts = (schema.allOf ?? []).filter((part) => part.$ref === undefined);
  return [inside, ...parts].flatMap((part) =>
    Object.entries(part?.properties ?? {}).flatMap(([name, field]) => {
      const own = at === '' ? name : `${at}.${name}`;
      const opened = withoutNull(field);
      return [
        { path: own, schema: field, required: part?.required?.includes(name) ?? false },
        ...(opened ? fieldsOf(opened, own) : []),
      ];
    }),
  );
}

/** The one schema beside null; undefined if there are several. */
function withoutNull(schema: Schema): Schema | undefined {
  const others = (schema.anyOf ?? schema.oneOf ?? [schema]).filter(({ type }) => type !== 'null');
  return others.length === 1 ? others[0] : undefined;
}

/** A part of the name of a type: text, or the name of a schema with a table of its own. */
export type TypePart = string | { name: string };

/** The type of a schema in words. */
export function typeOf(schema: Schema | undefined): TypePart[] {
  if (!schema) return ['any value'];
  if (schema.$ref !== undefined) return [{ name: schema.$ref.split('/').at(-1)! }];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((each, index) => [...(index > 0 ? [' or '] : []), ...typeOf(each)]);
  if (schema.allOf) return typeOf(schema.allOf.find(({ $ref }) => $ref !== undefined) ?? { type: 'object' });
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(', ')];
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (Array.isArray(schema.type)) return [schema.type.join(' or ')];
  if (schema.type === 'array') return ['list of ', ...typeOf(schema.items)];
  return [schema.type ?? 'any value'];
}

/** The limits of a value in words, e.g. `1 to 100 characters`; empty if there is none. */
export function limitsOf(schema: Schema | undefined): string {
  if (!schema) return '';
  const parts = [
    range(schema.minimum, schema.maximum, ''),
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' entries'),
    schema.format === undefined ? '' : schema.format,
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  // What has no practical limit is described by the largest whole number.
  const top = most !== undefined && Math.abs(most) >= Number.MAX_SAFE_INTEGER ? undefined : most;
  const bottom = least !== undefined && Math.abs(least) >= Number.MAX_SAFE_INTEGER ? undefined : least;
  if (bottom === undefined && top === undefined) return '';
  if (top === undefined) return `at least ${bottom}${unit}`;
  if (bottom === undefined) return `at most ${top}${unit}`;
  return `${bottom} to ${top}${unit}`;
}
