import { createHmac } from 'node:crypto';
import {
  invalid,
  type JsonObject,
  mustWait,
  readAnswer,
  readNoAnswer,
  toMetaError,
  transient,
  waitFromFailure,
} from './errors.js';
import { accessTierOf, Quota, waitFromHeaders } from './quota.js';
import { createScrub, type Scrub } from './scrub.js';
import { isLoopback, send } from './transport.js';

export interface GraphClientConfig {
  accessToken: string;
  /** If set, every call carries its `appsecret_proof`. */
  appSecret?: string;
  /** Without a version, e.g. `https://graph.facebook.com`. */
  graphUrl: string;
  /** E.g. `v24.0`. */
  apiVersion: string;
  /** Real milliseconds that a write may take from first to last byte. */
  socketTimeoutMs: number;
  /**
   * The same for a call that changes nothing. It can be shorter: such a call is safe to repeat, and its caller has
   * other calls to make in the same time. Unset: as long as a write.
   */
  readTimeoutMs?: number;
  /** The clock for Meta's waits: experiment time, epoch ms. Unset: the machine's clock. */
  now?: () => number | Promise<number>;
}

export type Params = Readonly<Record<string, unknown>>;

type Method = 'GET' | 'POST';

/** Most pages of one list: far above a window of insights, so that only a list that never ends reaches it. */
const MOST_PAGES = 200;

/**
 * The only way to Meta: GET, POST and whole lists, each with credentials, a time-out, the account's wait, and failures
 * as {@link MetaError} and nothing else. It knows paths and parameters, but no objects of Meta.
 */
export class GraphClient {
  readonly #base: URL;
  readonly #credentials: ReadonlyArray<[name: string, value: string]>;
  readonly #timeouts: { readMs: number; writeMs: number };
  readonly #scrub: Scrub;
  readonly #quota: Quota;
  #accessTier: string | null = null;

  /** @throws Error if the configuration is malformed; the message names the setting and holds no secret. */
  constructor(config: GraphClientConfig) {
    const { accessToken, appSecret, socketTimeoutMs: writeMs, readTimeoutMs: readMs = writeMs } = config;
    if (accessToken === '') throw new Error('The access token is empty.');
    this.#base = baseOf(config);
    requireTimeout('socket', writeMs);
    requireTimeout('read', readMs);
    this.#timeouts = { readMs, writeMs };
    this.#quota = new Quota(config.now ?? Date.now);
    this.#credentials = [['access_token', accessToken]];
    const secrets = [accessToken];
    if (appSecret) {
      const proof = createHmac('sha256', appSecret).update(accessToken).digest('hex');
      this.#credentials = [...this.#credentials, ['appsecret_proof', proof]];
      secrets.push(appSecret, proof);
    }
    this.#scrub = createScrub(secrets);
  }

  /** @throws MetaError */
  async get(path: readonly string[], params: Params = {}): Promise<JsonObject> {
    const url = this.#address(path);
    for (const [name, value] of Object.entries(params)) {
      if (value !== undefined)
        url.searchParams.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    return this.#call('GET', url);
  }

  /** @throws MetaError */
  async post(path: readonly string[], params: Params): Promise<JsonObject> {
    return this.#call('POST', this.#address(path), params);
  }

  /** The rows of all pages. `subject` names the list in errors. @throws MetaError */
  async list(path: readonly string[], params: Params, subject: string): Promise<unknown[]> {
    const rows: unknown[][] = [];
    const links = new Set<string>();
    let page = await this.get(path, params);
    for (;;) {
      if (!Array.isArray(page.data)) {
        throw invalid(`Meta's answer for ${subject}: field data is missing or malformed.`);
      }
      rows.push(page.data);
      const link = (page.paging as { next?: unknown } | null | undefined)?.next;
      if (!link) return rows.flat();
      const next = this.#nextPage(link);
      if (rows.length >= MOST_PAGES || links.has(next.href)) {
        throw invalid(`Meta's list of ${subject} does not end.`);
      }
      links.add(next.href);
      page = await this.#call('GET', next);
    }
  }

  /** The app's access tier from the latest answer that gives it, e.g. `standard_access`; null before that. */
  get accessTier(): string | null {
    return this.#accessTier;
  }

  /** Experiment time. @throws MetaError */
  async now(): Promise<number> {
    return this.#clocked(this.#quota.now);
  }

  /** Sends one call, unless the account has to wait. */
  async #call(method: Method, url: URL, body: Params | null = null): Promise<JsonObject> {
    const { pathname } = url;
    const left = await this.#clocked(() => this.#quota.left(isInsights(pathname)));
    if (left > 0) throw mustWait(method, this.#scrub(pathname), left);
    for (const [name, value] of this.#credentials) url.searchParams.set(name, value);
    const { readMs, writeMs } = this.#timeouts;
    const result = await send({
      method,
      url,
      body: body === null ? null : JSON.stringify(body),
      timeoutMs: changesNothing(method, pathname, body) ? readMs : writeMs,
    }).then(readAnswer, readNoAnswer);
    this.#accessTier = accessTierOf(result.headers) ?? this.#accessTier;
    if ('object' in result) {
      await this.#quota.heed(waitFromHeaders(result.headers));
      return result.object;
    }
    const failure = { method, path: pathname, ...result };
    const error = toMetaError(failure, this.#scrub);
    await this.#quota.heed(waitFromHeaders(result.headers), waitFromFailure(failure, error));
    throw error;
  }

  async #clocked<T>(read: () => T | Promise<T>): Promise<T> {
    try {
      return await read();
    } catch {
      throw transient('The clock did not answer.', 'not_applied');
    }
  }

  #address(path: readonly string[]): URL {
    return new URL(`./${path.join('/')}`, this.#base);
  }

  /** The address of a next page comes from an answer: the token is sent to the configured origin only. */
  #nextPage(link: unknown): URL {
    const url = typeof link === 'string' && URL.canParse(link) ? new URL(link) : null;
    if (url === null) throw invalid("Meta's answer has a malformed paging link.");
    if (url.origin !== this.#base.origin) throw invalid("Meta's answer has a paging link to another origin.");
    url.username = '';
    url.password = '';
    url.hash = '';
    return url;
  }
}

function baseOf({ graphUrl, apiVersion }: GraphClientConfig): URL {
  if (!URL.canParse(graphUrl)) throw new Error('The Graph URL is not a URL.');
  const base = new URL(graphUrl);
  const secure = base.protocol === 'https:' || (base.protocol === 'http:' && isLoopback(base));
  if (!secure) throw new Error('The Graph URL must be https (http only to loopback): it carries the token.');
  if (base.search !== '' || base.hash !== '' || base.username !== '') {
    throw new Error('The Graph URL must have no query, fragment or user.');
  }
  if (!/^v\d{1,3}\.\d{1,3}$/.test(apiVersion)) throw new Error('The API version must look like v24.0.');
  return new URL(`${base.href.replace(/\/+$/, '')}/${apiVersion}/`);
}

function requireTimeout(name: string, ms: number): void {
  if (Number.isInteger(ms) && ms > 0) return;
  throw new Error(`The ${name} time-out must be a positive integer of milliseconds.`);
}

/** A read, a POST that starts a report, or a write that Meta is asked only to validate. */
function changesNothing(method: Method, path: string, body: Params | null): boolean {
  const options = body?.execution_options;
  const isValidation = Array.isArray(options) && options.includes('validate_only');
  return method === 'GET' || isValidation || isInsights(path);
}

function isInsights(path: string): boolean {
  return path.endsWith('/insights');
}
