import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Hono } from 'hono';
import { ApiProblem } from '../api/http/problems.js';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface Asset {
  body: string;
  type: string;
  etag: string;
}

/** The files of `assets/`, which the pages load. They are read once: a release replaces the whole process. */
function readAssets(): Map<string, Asset> {
  const folder = new URL('assets/', import.meta.url);
  const found = new Map<string, Asset>();
  for (const name of readdirSync(folder)) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(new URL(name, folder), 'utf8');
    found.set(name, { body, type, etag: `"${createHash('sha256').update(body).digest('base64url')}"` });
  }
  return found;
}

/** `/assets/:file`. */
export function assetRoutes(): Hono {
  const assets = readAssets();
  return new Hono().get('/assets/:file', (c) => {
    const asset = assets.get(c.req.param('file'));
    if (!asset) throw new ApiProblem('not_found', `There is nothing at ${c.req.path}.`);
    const { body, type, etag } = asset;
    c.header('etag', etag);
    // Browsers ask again, and mostly get 304: after an update no page is left with an old style.
    c.header('cache-control', 'no-cache');
    if (c.req.header('if-none-match') === etag) return c.body(null, 304);
    c.header('content-type', type);
    return c.body(body);
  });
}
