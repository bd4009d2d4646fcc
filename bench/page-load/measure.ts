import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../../src/api/app.js';
import type { ApiDependencies } from '../../src/api/dependencies.js';
import type { Gateway } from '../../src/api/temporal/gateway.js';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import { startPostgres } from '../../src/sandbox/postgres.js';
import { HAS_BROWSER, startBrowser } from '../../test/support/browser.js';
import { ACCOUNT, LOOKS, NOW, seedAccount } from './seed.js';

interface Timing {
  /** The queries alone. */
  queries_ms: number;
  /** Until the first byte of the answer. */
  first_byte_ms: number;
  /** Until its last byte. */
  answer_ms: number;
  kilobytes: number;
  /** Until the browser's load event, without a cache, the median of a few visits; null without a browser. */
  browser_load_ms: number | null;
  /** The answer over its queries. */
  ratio: number;
}

/** Of a browser, each in a profile of its own. */
const VISITS = 5;

/** The pages of the embedded service, over loopback. */
export async function measurePageLoad(experiments: number, repeats: number) {
  const database = await startPostgres({ directory: undefined });
  const pool = createPool(database.config);
  await migrate(pool);
  const store = createStore(pool, { environment: 'sandbox', accountId: ACCOUNT });
  const longest = await seedAccount(store, experiments);
  const app = createApp(dependenciesOf(store), SILENT);
  const server = createServer(getRequestListener(app.fetch));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = HAS_BROWSER ? await startBrowser(origin) : null;

  const inBrowser = async (path: string): Promise<number | null> => {
    if (browser === null) return null;
    const visits: number[] = [];
    for (let visit = 0; visit < VISITS; visit++) {
      const { page, close } = await browser.visitor();
      await page.goto(path, { waitUntil: 'load' });
      visits.push(Number(await page.evaluate('performance.getEntriesByType("navigation")[0].loadEventEnd')));
      await close();
    }
    return Math.round(median(visits));
  };
  const measure = async (path: string, queries: () => Promise<unknown>): Promise<Timing> => {
    const bare = await medianOf(repeats, queries);
    const answers: Awaited<ReturnType<typeof timed>>[] = [];
    for (let i = 0; i < repeats; i++) answers.push(await timed(`${origin}${path}`));
    const middle = (pick: (answer: (typeof answers)[number]) => number) => median(answers.map(pick));
    const answer = middle(({ last }) => last);
    return {
      queries_ms: round(bare),
      first_byte_ms: round(middle(({ first }) => first)),
      answer_ms: round(answer),
      kilobytes: Math.round(answers[0]!.bytes / 1024),
      browser_load_ms: await inBrowser(path),
      ratio: round(answer / bare),
    };
  };
  try {
    return {
      experiments,
      home: await measure('/', () => store.overview(5_000)),
      looks: LOOKS,
      experiment: await measure(`/experiments/${longest}`, async () => {
        await store.getExperiment(longest);
        await store.listDecisions(longest, { limit: 2_200, offset: 0 });
        await store.listLedger(longest);
        await store.listGates(longest);
        await store.listControls(longest);
      }),
    };
  } finally {
    await browser?.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await store.close();
    await database.stop();
  }
}

/** Temporal doesn't answer: the page of an experiment shows its state on record. */
const SILENT = { status: async () => ({ kind: 'unreachable' }) } as unknown as Gateway;

function dependenciesOf(store: ApiDependencies['store']): ApiDependencies {
  return {
    store,
    meta: {
      accountId: ACCOUNT,
      getAccount: async () => ({ currency: 'USD', timezone: 'Europe/Berlin' }),
    } as unknown as ApiDependencies['meta'],
    clock: { scale: 1, now: async () => NOW },
    timeBase: { epochMs: NOW, scale: 1 },
    temporal: {} as ApiDependencies['temporal'],
    environment: 'sandbox',
    tokens: [],
    checkIntervalHours: 6,
    accountEnvelope: null,
    maxChecksAtOnce: 8,
    writesAllowed: true,
  };
}

async function timed(url: string): Promise<{ first: number; last: number; bytes: number }> {
  const began = performance.now();
  const response = await fetch(url);
  const first = performance.now() - began;
  const bytes = (await response.arrayBuffer()).byteLength;
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { first, last: performance.now() - began, bytes };
}

async function medianOf(repeats: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return median(times);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
