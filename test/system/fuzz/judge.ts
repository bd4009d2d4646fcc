/** Judges whether an answer matches `/openapi.json`, or is a page that a browser can show. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isPage } from '../../../src/api/http/paths.js';
import { type Call, MARKUP } from './calls.js';
import type { Seen } from './send.js';

interface Operation {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
export interface Description {
  paths: Record<string, Record<string, Operation>>;
}

/** 5xx answers that name an unavailable part; any other 5xx is a fault of the service. */
const UNAVAILABLE = [
  'temporal_unavailable',
  'postgres_unavailable',
  'meta_rate_limited',
  'meta_unavailable',
].map((kind) => `urn:auto-promotion:problem:${kind}`);

export class Judge {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: true });
  private readonly forms: { path: string; form: RegExp }[];

  constructor(private readonly description: Description) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(description, 'openapi');
    this.forms = Object.keys(description.paths).map((path) => ({
      path,
      form: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
  }

  /** What is wrong with an answer, in a sentence; null if nothing is wrong. */
  fault(call: Call, seen: Seen): string | null {
    if (call.bytes) return seen.status >= 500 ? `Bytes get the answer ${seen.status}.` : null;
    if (seen.status === 0) return `There is no answer: ${seen.text}.`;
    if (seen.status >= 500 && !this.isUnavailability(call, seen))
      return `It is ${seen.status}: ${seen.text.slice(0, 200)}`;
    const path = call.path.split('?')[0]!;
    if (seen.type === 'text/html' || (seen.status >= 300 && seen.status < 400))
      return pageFault(path, call, seen);
    if (seen.type === 'text/event-stream') return path === '/api/events' ? null : 'It is a stream of events.';
    const known = this.forms.find(({ form }) => form.test(path))?.path;
    const method = call.method === 'HEAD' ? 'get' : call.method.toLowerCase();
    const operation = known === undefined ? undefined : this.description.paths[known]![method];
    if (!operation) return this.faultElsewhere(call, seen);
    const declared = operation.responses[String(seen.status)];
    if (!declared) return `${seen.status} is not declared.`;
    if (call.method === 'HEAD') return null;
    if (!declared.content?.[seen.type])
      return `${seen.status} comes as ${seen.type || 'nothing'}, which is not declared.`;
    // Of a picture or a table, only the type is declared.
    if (!/\bjson$/.test(seen.type)) return null;
    const at = ['paths', known!, method, 'responses', String(seen.status), 'content', seen.type, 'schema'];
    return this.mismatch(`openapi#/${at.map(pointerPart).join('/')}`, seen);
  }

  private faultElsewhere(call: Call, seen: Seen): string | null {
    const isFile = /^\/(openapi\.json|metrics|assets\/[\w.-]+)(\?|$)/.test(call.path);
    if (seen.status < 400) return seen.status === 200 && isFile ? null : `It is ${seen.status}.`;
    if (seen.status === 405 && !seen.allow) return '405 comes without Allow.';
    return call.method === 'HEAD' ? null : this.mismatch('openapi#/components/schemas/Problem', seen);
  }

  private isUnavailability({ method }: Call, { status, text, type }: Seen): boolean {
    // An answer to HEAD has no body that could name the part.
    if (method === 'HEAD') return status > 500;
    if (status === 503 && type === 'application/json') return true;
    return UNAVAILABLE.some((kind) => text.includes(`"${kind}"`));
  }

  private mismatch(schema: string, { text }: Seen): string | null {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return `The body is not JSON: ${text.slice(0, 100)}`;
    }
    const validate = this.ajv.getSchema(schema)!;
    return validate(body) ? null : `The body is not as declared: ${this.ajv.errorsText(validate.errors)}`;
  }
}

/** What is wrong with a page or a redirect. */
function pageFault(
  path: string,
  { method }: Call,
  { status, location, unframed, text }: Seen,
): string | null {
  if (!isPage(path)) return `A page comes from ${path}.`;
  if (!unframed) return 'A page of another site may frame it.';
  if (status >= 300 && status < 400)
    return location !== undefined && /^\/(?!\/)/.test(location) ? null : `It leads to ${location}.`;
  if (text.includes(MARKUP)) return 'It shows markup of the caller.';
  if (method === 'HEAD') return null;
  return /^<!doctype html>/.test(text) ? null : `It is no document: ${text.slice(0, 100)}`;
}

function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
