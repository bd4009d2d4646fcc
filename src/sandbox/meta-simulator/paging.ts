import { invalidParameter } from './graph-error.js';
import type { GraphRequest } from './request.js';

const DEFAULT_LIMIT = 25;
const GREATEST_LIMIT = 5_000;

/** The start of a page, and the instant whose state all pages of the listing show. */
interface Cursor {
  offset: number;
  asOf: number;
}

export interface Page<Row> {
  data: Row[];
  paging?: { cursors: { before: string; after: string }; next?: string };
}

/** The instant that a listing shows: now, or the instant of its first page, so that no row is lost between pages. */
export function listingInstant(request: GraphRequest, now: number): number {
  return Math.min(now, readCursor(request)?.asOf ?? now);
}

/** One page of the rows. As at Graph, `next` is an absolute URL that contains the token. */
export function paginate<Row>(rows: Row[], request: GraphRequest, asOf: number, origin: string): Page<Row> {
  const limit = readLimit(request.params.limit);
  const offset = readCursor(request)?.offset ?? 0;
  const data = rows.slice(offset, offset + limit);
  if (data.length === 0) return { data };
  const after = writeCursor({ offset: offset + data.length, asOf });
  const cursors = { before: writeCursor({ offset, asOf }), after };
  if (offset + data.length >= rows.length) return { data, paging: { cursors } };
  const url = new URL(`${origin}/${[request.version, ...request.path].join('/')}`);
  for (const [key, value] of Object.entries({ ...request.params, limit, after })) {
    url.searchParams.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  return { data, paging: { cursors, next: url.href } };
}

function readLimit(value: unknown): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1) throw invalidParameter('limit must be a positive integer');
  return Math.min(limit, GREATEST_LIMIT);
}

function writeCursor({ offset, asOf }: Cursor): string {
  return Buffer.from(`${offset}.${asOf}`).toString('base64url');
}

function readCursor(request: GraphRequest): Cursor | null {
  const { after } = request.params;
  if (after === undefined) return null;
  const [offset, asOf] = Buffer.from(String(after), 'base64url').toString('utf8').split('.').map(Number);
  if (offset === undefined || asOf === undefined || !Number.isInteger(offset) || !Number.isFinite(asOf)) {
    throw invalidParameter('Invalid cursors values passed to after');
  }
  return { offset, asOf };
}
