import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../../src/api/app.js';
import { type Api, startApi } from '../api/support/harness.js';

/** A page as a browser gets it. */
export interface GottenPage {
  status: number;
  headers: Headers;
  html: string;
  /** The same without its tags, and with single spaces. */
  text: string;
  /** The value of each figure of a field of the API, in the order of the page; within the part that `inside` begins. */
  figures(field: string, inside?: string): string[];
}

export interface WebApi extends Api {
  /** It keeps cookies. */
  page(path: string, init?: RequestInit): Promise<GottenPage>;
  /** Sends a form of a page, with the hidden token that this page gives. */
  form(page: string, action: string, fields: Record<string, string>): Promise<GottenPage>;
}

/** The whole app with its pages, on a real store and a real market. */
export async function startWeb(changes: Parameters<typeof startApi>[0] = {}): Promise<WebApi> {
  const api = await startApi(changes);
  const app = createApp(api.dependencies, api.gateway);
  const cookies = new Map<string, string>();
  const page: WebApi['page'] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0 && !headers.has('cookie'))
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await app.request(path, { ...init, headers });
    for (const header of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      cookies.set(name, value);
    }
    const html = await response.text();
    const text = html.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ');
    return { status: response.status, headers: response.headers, html, text, figures: figuresOf(html) };
  };
  return {
    ...api,
    page,
    async form(from, action, fields) {
      const csrf = /name="csrf" value="([^"]+)"/.exec((await page(from)).html)?.[1];
      if (csrf === undefined) throw new Error(`${from} has no form`);
      return page(action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ csrf, ...fields }).toString(),
      });
    },
  };
}

/** The app behind a real server, for a browser. */
export async function serveWeb({
  dependencies,
  gateway,
}: Pick<Api, 'dependencies' | 'gateway'>): Promise<{ origin: string; stop(): Promise<void> }> {
  const app = createApp(dependencies, gateway);
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function figuresOf(html: string): GottenPage['figures'] {
  return (field, inside) => {
    const from = inside === undefined ? 0 : html.indexOf(inside);
    if (from === -1) throw new Error(`the page has no ${inside}`);
    const figures = new RegExp(`<data value="([^"]*)" data-field="${field}">`, 'g');
    return [...html.slice(from).matchAll(figures)].map((match) => match[1]!);
  };
}
