import { createApp } from '../../src/api/app.js';
import { type Api, startApi } from '../api/support/harness.js';

/** A page as a browser gets it. */
export interface GottenPage {
  status: number;
  headers: Headers;
  html: string;
  /** The value of each figure of a field of the API, in the order of the page; within the part that `inside` begins. */
  figures(field: string, inside?: string): string[];
}

export interface WebApi extends Api {
  page(path: string, init?: RequestInit): Promise<GottenPage>;
}

/** The whole app with its pages, on a real store and a real market. */
export async function startWeb(changes: Parameters<typeof startApi>[0] = {}): Promise<WebApi> {
  const api = await startApi(changes);
  const app = createApp(api.dependencies, api.gateway);
  return {
    ...api,
    async page(path, init) {
      const response = await app.request(path, init);
      const html = await response.text();
      return { status: response.status, headers: response.headers, html, figures: figuresOf(html) };
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
