import { Agent } from 'node:http';
import { NEEDED_ROLES } from '../../../src/api/http/needed-roles.js';
import { isPage } from '../../../src/api/http/paths.js';
import { VISITOR_COOKIE, visitorCsrf } from '../../../src/api/http/session.js';
import { type Call, Drawer, type Known } from './calls.js';
import { type Description, Judge } from './judge.js';
import { type Seen, send } from './send.js';

export interface FuzzReport {
  seed: number;
  calls: number;
  /** Number of answers per status; 0: no answer, as to some bytes. */
  statuses: Record<string, number>;
  violations: number;
  /** The first faults, with the calls. */
  first: { fault: string; call: string }[];
}

/** Everything that a browser asks for, by the table of roles: a new page is in it. */
const PAGES = Object.keys(NEEDED_ROLES)
  .map((route) => ({ method: route.split(' ')[0]!, path: route.split(' ')[1]! }))
  .filter(({ path }) => isPage(path) || path.startsWith('/assets/') || path === '/metrics');

const AT_A_TIME = 8;
const SHOWN = 20;

/**
 * Sends drawn calls to a running sandbox and judges each answer by the API's own description.
 * @throws if it isn't a sandbox on this machine.
 */
export async function fuzz(options: {
  url: string;
  seed: number;
  calls: number;
  token: string | null;
}): Promise<FuzzReport> {
  const { seed, calls, token } = options;
  const url = new URL(options.url);
  if (!['127.0.0.1', 'localhost'].includes(url.hostname))
    throw new Error('--url must be an address of this machine.');
  const ask = async <Body>(path: string) => {
    const response = await fetch(
      new URL(path, url),
      token === null ? {} : { headers: { authorization: `Bearer ${token}` } },
    );
    if (!response.ok) throw new Error(`${path} answers ${response.status}.`);
    return (await response.json()) as Body;
  };
  const { environment } = await ask<{ environment: string }>('/api/ab/account');
  if (environment !== 'sandbox') throw new Error('Only a sandbox may be fuzzed: controls move budgets.');
  const description = await ask<Description>('/openapi.json');
  const { experiments } = await ask<{ experiments: { experiment_id: string }[] }>('/api/ab/experiments');
  const operations = Object.entries(description.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path })),
  );
  const ids = experiments.map(({ experiment_id }) => experiment_id).sort();
  const session = await sessionOf(url, token);
  const drawer = new Drawer(seed, { operations, ids, token, pages: PAGES, session });
  const drawn = Array.from({ length: calls }, () => drawer.call());

  const judge = new Judge(description);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
  const report: FuzzReport = { seed, calls, statuses: {}, violations: 0, first: [] };
  const enter = (call: Call, seen: Seen) => {
    report.statuses[seen.status] = (report.statuses[seen.status] ?? 0) + 1;
    const fault = judge.fault(call, seen);
    if (fault === null) return;
    report.violations += 1;
    if (report.first.length < SHOWN) report.first.push({ fault, call: tell(call) });
  };
  let next = 0;
  const work = async () => {
    for (let index = next++; index < drawn.length; index = next++) {
      const call = drawn[index]!;
      enter(call, await send(url, call, agent));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  agent.destroy();
  return report;
}

/** Signs in with the token; without one, a browser has a cookie that the service gave it. */
async function sessionOf(url: URL, token: string | null): Promise<Known['session']> {
  const cookies = new Map<string, string>();
  const cookie = () => [...cookies].map((pair) => pair.join('=')).join('; ');
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { accept: 'text/html', origin: url.origin, cookie: cookie() };
    const answer = await fetch(new URL(path, url), { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return answer.text();
  };
  const csrfIn = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const first = await ask('/sign-in');
  if (token === null)
    return { cookie: cookie(), csrf: visitorCsrf(cookies.get(VISITOR_COOKIE) ?? ''), origin: url.origin };
  await ask('/sign-in', { method: 'POST', body: new URLSearchParams({ csrf: csrfIn(first), token }) });
  return { cookie: cookie(), csrf: csrfIn(await ask('/docs')), origin: url.origin };
}

function tell({ method, path, headers, body, bytes }: Call): string {
  if (bytes) return bytes.toString('latin1').slice(0, 200);
  const { authorization: _, cookie: __, ...shown } = headers;
  return `${method} ${path.slice(0, 200)} ${JSON.stringify(shown).slice(0, 200)} ${body?.toString('utf8').slice(0, 200) ?? ''}`;
}
