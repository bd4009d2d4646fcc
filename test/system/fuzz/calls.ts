/** The calls of the fuzz: some are close to the API's own, others no client would make. Drawn from a seed. */
import { Random } from '../../../src/sandbox/random.js';

/** A call as a client sends it; only `bytes` if no client would send it. */
export interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | null;
  bytes?: Buffer;
}

/** An operation of the API's description, and existing ids. */
export interface Known {
  operations: readonly { method: string; path: string }[];
  ids: readonly string[];
  /** Sent with most calls; null if the API requires none. */
  token: string | null;
  /** Pages, forms and what pages load, `METHOD /path/:parameter`. */
  pages: readonly { method: string; path: string }[];
  /** What a browser sends with each call to a page, and with each form. */
  session: { cookie: string; csrf: string; origin: string };
}

/** No page may show it as it is. */
export const MARKUP = '"><script>alert(1)</script>';

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u001b[2J',
  '\r\nX-Forged: 1',
  '\ud800',
  '\u2028',
  'constructor',
  '__proto__',
  'toString',
  '../../etc/passwd',
  "' or 1=1 --",
  MARKUP,
  '𝒳'.repeat(40),
  'x'.repeat(3_000),
  'null',
  '-1',
  '1e999',
  'NaN',
];
const ODD_METHODS = ['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'LINK'];
const ODD_TYPES = [
  'text/plain',
  'application/octet-stream',
  'application/json-patch',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  '',
  'json',
];
const ODD_HOSTS = [
  '',
  'a b',
  'rebound.example',
  '127.0.0.1:99999',
  'localhost.',
  '[::1',
  'x'.repeat(300),
  '@',
];
const FIELDS = [
  'by',
  'reason',
  'budgets',
  'action',
  'variant_id',
  'engaged',
  'experiment_id',
  'force_promotion',
  'name',
  'id',
  'variants',
  'policy',
  'account_id',
  'currency',
  'accept_differences',
  'earlier_delivery',
  '__proto__',
  'constructor',
];
const QUERIES = [
  'limit',
  'offset',
  'state',
  'days_back',
  'cursor',
  'to',
  'sent',
  'q',
  'sort',
  'group',
  'all',
  'x',
];

export class Drawer {
  private readonly random: Random;

  constructor(
    seed: number,
    private readonly known: Known,
  ) {
    this.random = new Random(`fuzz:${seed}`);
  }

  call(): Call {
    if (this.chance(0.06)) return { method: '', path: '', headers: {}, body: null, bytes: this.rawRequest() };
    if (this.known.pages.length > 0 && this.chance(0.3)) return this.pageCall();
    const { method, path } = this.operation();
    const call: Call = {
      method: this.chance(0.08) ? this.pick(ODD_METHODS) : method,
      path: `${this.path(path)}${this.chance(0.3) ? this.query() : ''}`,
      headers: this.headers(),
      body: null,
    };
    if (method === 'POST' && !this.chance(0.05)) {
      call.body = this.body();
      if (!this.chance(0.1)) call.headers['content-type'] = 'application/json';
      else if (this.chance(0.7)) call.headers['content-type'] = this.pick(ODD_TYPES);
    }
    return call;
  }

  /** As a browser calls a page or posts a form, with some of it odd. */
  private pageCall(): Call {
    const { method, path } = this.pick(this.known.pages);
    const { session } = this.known;
    const call: Call = {
      method: this.chance(0.05) ? this.pick(ODD_METHODS) : method,
      path: `${this.path(path.replaceAll(/:(\w+)/g, '{$1}'))}${this.chance(0.3) ? this.query() : ''}`,
      headers: { accept: this.chance(0.85) ? 'text/html,application/xhtml+xml' : '*/*' },
      body: null,
    };
    if (!this.chance(0.1)) call.headers.cookie = session.cookie;
    else if (this.chance(0.5))
      call.headers.cookie = this.pick([
        '',
        'x',
        '=',
        session.cookie.slice(0, -2),
        `${session.cookie}x; a=%00`,
      ]);
    if (this.chance(0.03)) call.headers.host = this.pick(ODD_HOSTS);
    if (this.chance(0.1)) call.headers['sec-fetch-site'] = 'cross-site';
    if (this.chance(0.1)) call.headers['sec-fetch-mode'] = 'navigate';
    if (this.chance(0.1)) call.headers.referer = this.pick([`${session.origin}/docs`, 'x', 'http://a\u00ff']);
    if (method === 'POST') {
      call.headers.origin = this.chance(0.9)
        ? session.origin
        : this.pick(['null', 'https://elsewhere.example']);
      call.headers['content-type'] = this.chance(0.9)
        ? 'application/x-www-form-urlencoded'
        : this.pick(['application/json', ...ODD_TYPES]);
      call.body = this.form(session.csrf);
    }
    return call;
  }

  /** The fields of a form, mostly with the value that makes it one of this session. */
  private form(csrf: string): Buffer {
    if (this.chance(0.05)) return this.bytes(1 + this.below(300));
    const fields = Array.from({ length: this.below(5) }, () => {
      const name = this.pick([...FIELDS, 'to', 'csrf', 'budget', 'x']);
      return `${name}=${this.chance(0.5) ? this.id() : 'ana'}`;
    });
    if (!this.chance(0.15)) fields.unshift(`csrf=${this.chance(0.1) ? this.id() : csrf}`);
    return Buffer.from(fields.join('&'));
  }

  /** Rarely the ones that check every experiment: they take a hundred times as long as others and hardly differ. */
  private operation(): Known['operations'][number] {
    const drawn = this.pick(this.known.operations);
    const isLong = /(check-all|trigger)$/.test(drawn.path);
    return isLong && this.chance(0.9) ? this.operation() : drawn;
  }

  private path(form: string): string {
    const filled = form.replaceAll(/\{(\w+)\}/g, (_, name) =>
      name === 'look' && this.chance(0.7) ? this.pick(['latest', '1', '2', '999999']) : this.id(),
    );
    if (!this.chance(0.05)) return filled;
    return this.pick([
      `${filled}/`,
      `/${filled}`,
      filled.toUpperCase(),
      `${filled}%`,
      `${filled}/%2e%2e/x`,
      '/',
    ]);
  }

  private id(): string {
    if (this.chance(0.5) && this.known.ids.length > 0) return encodeURIComponent(this.pick(this.known.ids));
    const text = this.pick(ODD_TEXTS);
    const odd = [...text].map((one) => (/[\w.~-]/.test(one) ? one : percent(one))).join('');
    return odd === '' ? this.pick(['%', '%00', '%E0%A4%A', '%ff', 'nobody']) : odd;
  }

  private query(): string {
    const value = () => (this.chance(0.5) ? String(this.below(2_000) - 500) : this.id());
    const pairs = Array.from({ length: 1 + this.below(3) }, () => `${this.pick(QUERIES)}=${value()}`);
    return `?${pairs.join('&')}`;
  }

  private headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    const { token } = this.known;
    if (token !== null && !this.chance(0.05)) headers.authorization = `Bearer ${token}`;
    if (this.chance(0.04)) headers.authorization = this.pick(['Bearer', 'Bearer x', 'Basic eDp5', '\u00ff']);
    if (this.chance(0.04)) headers.host = this.pick(ODD_HOSTS);
    if (this.chance(0.04))
      headers.origin = this.pick(['null', 'https://elsewhere.example', 'x', 'http://127.0.0.1']);
    if (this.chance(0.1))
      headers['idempotency-key'] = this.pick([`k-${this.below(50)}`, 'two words', 'x'.repeat(300), '\u00e9']);
    if (this.chance(0.02)) headers.accept = this.pick(['text/html', 'application/xml;q=0', '*']);
    if (this.chance(0.01)) headers['content-encoding'] = 'gzip';
    return headers;
  }

  private body(): Buffer {
    const which = this.random.uniform();
    if (which < 0.05) return this.bytes(1 + this.below(200));
    if (which < 0.07) return Buffer.from(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
    if (which < 0.09) return Buffer.from(`${'{"by":'.repeat(2_000)}1${'}'.repeat(2_000)}`);
    if (which < 0.095) return Buffer.from(JSON.stringify({ by: 'x'.repeat(1_100_000) }));
    if (which < 0.13) return Buffer.from(JSON.stringify(this.value(2)).slice(0, -1));
    if (which < 0.2) return Buffer.from(JSON.stringify(this.value(3)));
    return Buffer.from(JSON.stringify(this.near()));
  }

  /** A body that the API accepts, with some fields changed. */
  private near(): Record<string, unknown> {
    const body: Record<string, unknown> = this.pick([
      { by: 'ana', reason: 'fuzz' },
      { by: 'ana', reason: 'fuzz', budgets: this.pick(['keep', 'restore']) },
      { by: 'ana', reason: 'fuzz', action: this.pick(['accept_current', 'retry_restore']) },
      { by: 'ana', reason: 'fuzz', variant_id: 'challenger' },
      { engaged: this.chance(0.5), by: 'ana', reason: 'fuzz' },
      { experiment_id: this.known.ids.length > 0 ? this.pick(this.known.ids) : 'nobody' },
      {
        name: 'fuzz',
        variants: [
          { role: 'control', ad_id: '1' },
          { role: 'challenger', ad_id: '2' },
        ],
        policy: { confidence: 0.95, horizon_hours: this.below(3_000) },
      },
    ]);
    const changed = { ...body };
    for (let changes = this.below(3); changes > 0; changes--) {
      const field = this.pick(this.chance(0.6) ? Object.keys(body) : FIELDS);
      if (this.chance(0.3)) delete changed[field];
      else
        Object.defineProperty(changed, field, { value: this.value(2), enumerable: true, configurable: true });
    }
    return changed;
  }

  private value(depth: number): unknown {
    const which = this.random.uniform();
    if (which < 0.3) return this.pick(ODD_TEXTS);
    if (which < 0.45) return this.pick([0, -0, -1, 1e308, 5e-324, 0.5, 2 ** 53, 1e21]);
    if (which < 0.6) return this.pick([true, false, null]);
    if (depth === 0) return 'x';
    const length = this.below(4);
    if (which < 0.8) return Array.from({ length }, () => this.value(depth - 1));
    return Object.fromEntries(Array.from({ length }, () => [this.pick(FIELDS), this.value(depth - 1)]));
  }

  /** Bytes that may not even be HTTP. */
  private rawRequest(): Buffer {
    const host = 'Host: 127.0.0.1\r\n';
    return this.pick([
      () => this.bytes(1 + this.below(300)),
      () => Buffer.from(`GET /api/ab/experiments/a\u0000b HTTP/1.1\r\n${host}\r\n`, 'latin1'),
      () => Buffer.concat([Buffer.from('GET /'), this.bytes(20), Buffer.from(` HTTP/1.1\r\n${host}\r\n`)]),
      () => Buffer.from(`GET /healthz HTTP/1.1\r\n\r\n`),
      () => Buffer.from(`GET http://elsewhere.example/healthz HTTP/1.1\r\n${host}\r\n`),
      () => Buffer.from(`OPTIONS * HTTP/1.1\r\n${host}\r\n`),
      () => Buffer.from(`POST /api/ab/experiments HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n{}`),
      () =>
        Buffer.from(`POST /api/ab/experiments HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n`),
      () => Buffer.from(`GET /healthz HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`),
      () => Buffer.from(`CONNECT 127.0.0.1:1 HTTP/1.1\r\n${host}\r\n`),
    ])();
  }

  private bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  private below(limit: number): number {
    return Math.floor(this.random.uniform() * limit);
  }

  private pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  private chance(probability: number): boolean {
    return this.random.uniform() < probability;
  }
}

/** The percent-encoded UTF-8 of a character; half of a surrogate pair becomes bytes that are not UTF-8. */
function percent(character: string): string {
  const bytes = /\p{Cs}/u.test(character) ? [0xed, 0xa0, 0x80] : [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
