import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A file that pages link to. */
export interface Asset {
  body: Uint8Array<ArrayBuffer>;
  type: string;
  /** Changes with the content: browsers ask whether their copy is still right. */
  tag: string;
}

const OWN = new URL('./assets/', import.meta.url);

const FILES: Record<string, { from: URL; type: string }> = {
  'style.css': { from: new URL('style.css', OWN), type: 'text/css; charset=utf-8' },
  'page.js': { from: new URL('page.js', OWN), type: 'text/javascript; charset=utf-8' },
  'countdown.js': { from: new URL('countdown.js', OWN), type: 'text/javascript; charset=utf-8' },
  'icon.svg': { from: new URL('icon.svg', OWN), type: 'image/svg+xml' },
};

/** The files by their names, read once. */
export function assets(): Map<string, Asset> {
  return new Map(
    Object.entries(FILES).map(([name, { from, type }]) => {
      const body = new Uint8Array(readFileSync(from));
      const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`;
      return [name, { body, type, tag }];
    }),
  );
}
