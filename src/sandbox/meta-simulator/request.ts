/** A Graph call, its parameters merged from query and body and decoded. */
export interface GraphRequest {
  method: 'GET' | 'POST';
  /** Path without the version: `[id]`, `[id, edge]`, or empty for a batch. */
  path: string[];
  version: string;
  params: Record<string, unknown>;
}

export type GraphAnswer =
  | { kind: 'json'; status: number; body: unknown; headers: Record<string, string> }
  | { kind: 'html'; status: number; body: string }
  /** The connection is cut without an answer. */
  | { kind: 'drop' }
  /** No answer comes, ever. */
  | { kind: 'hang' };

/** Null where the path names no version: Graph's paths without one are not used by the SDK. */
export function parseRequest(
  method: 'GET' | 'POST',
  url: URL,
  body: string,
  contentType: string,
): GraphRequest | null {
  const [version, ...path] = url.pathname.split('/').filter((part) => part !== '');
  if (!version || !/^v\d+\.\d+$/.test(version)) return null;
  const params = decodeAll(url.searchParams);
  if (method === 'POST' && body !== '') Object.assign(params, parseBody(body, contentType));
  return { method, path: path.map(decodeURIComponent), version, params };
}

/** Form fields and query parameters are text; lists and objects in them are JSON. */
export function decodeAll(values: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...values].map(([key, value]) => [key, decode(value)]));
}

function parseBody(body: string, contentType: string): Record<string, unknown> {
  if (!contentType.includes('json')) return decodeAll(new URLSearchParams(body));
  const parsed = decode(body);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

function decode(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A list given as one, as comma-separated text, or not at all. */
export function listParam(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? splitFields(value) : [];
}

/** Splits `a,b{c,d},e` at the outer commas and drops the nested selections. */
function splitFields(text: string): string[] {
  let depth = 0;
  let plain = '';
  for (const char of text) {
    if (char === '{' || char === '(') depth++;
    if (depth === 0) plain += char;
    if (char === '}' || char === ')') depth--;
  }
  return plain
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '');
}
