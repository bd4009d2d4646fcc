import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** Files of packages, by the name under which pages load them. */
const OF_PACKAGES: Readonly<Record<string, string>> = {
  'uplot.js': 'uplot/dist/uPlot.iife.min.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

/** What the pages load: the files of `assets/`, and those of packages. They are read once: a release replaces the whole process. */
function readAssets(): Map<string, Asset> {
  const folder = new URL('assets/', import.meta.url);
  const { resolve } = createRequire(import.meta.url);
  const files = [
    ...readdirSync(folder).map((name) => [name, new URL(name, folder)] as const),
    ...Object.entries(OF_PACKAGES).map(([name, file]) => [name, resolve(file)] as const),
  ];
  const found = new Map<string, Asset>();
  for (const [name, file] of files) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const body = readFileSync(file, 'utf8');
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
