/** A Graph call. Its parameters come from the query and the body and are decoded. */
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
  /** The connection is closed without an answer. */
  | { kind: 'drop' }
  /** There is never an answer. */
  | { kind: 'hang' };

/** Null if the path has no version: the SDK doesn't use Graph's paths without a version. */
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

/** Decodes form fields and query parameters: they are text, but lists and objects in them are JSON. */
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

/** A list from an array or from comma-separated text; empty for anything else. */
export function listParam(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? splitFields(value) : [];
}

/** The fields that `b{c,d}` selects of an object: `[c, d]`; empty if the field is absent or selects nothing. */
export function nestedFields(value: unknown, name: string): string[] {
  const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : '';
  const selected = new RegExp(`(?:^|,)\\s*${name}\\{([^{}]*)\\}`).exec(text)?.[1] ?? '';
  return splitFields(selected);
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
