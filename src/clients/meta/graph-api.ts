import { createHmac } from 'node:crypto';
import { FacebookAdsApi } from 'facebook-nodejs-business-sdk';
import { type Failure, invalid, mustWait, toMetaError, transient } from './errors.js';
import { accessTierOf, Quota, waitFromFailure, waitFromHeaders } from './quota.js';
import { createScrub, type Scrub } from './scrub.js';
import { type HttpAnswer, isLoopback, send, TransportFailure } from './transport.js';
import type { MetaError } from './types.js';

export interface GraphApiConfig {
  accessToken: string;
  /** Adds `appsecret_proof` to every call. */
  appSecret?: string;
  /** Without a version, e.g. `https://graph.facebook.com`. */
  graphUrl: string;
  /** E.g. `v24.0`. */
  apiVersion: string;
  /** Real milliseconds that a write may take from first to last byte. */
  socketTimeoutMs: number;
  /**
   * The same of a call that changes nothing: shorter, since it is safely asked again, and since its caller has other
   * calls to make in its time. Unset: as long as a write.
   */
  readTimeoutMs?: number;
  /** Experiment time, epoch ms, in which Meta's waits are counted; unset: the machine's clock. */
  now?: () => number | Promise<number>;
}

/**
 * The SDK's api object, sending its calls to the configured address. Its calls resolve with a JSON object
 * and reject with {@link MetaError} alone. It holds the token: it never leaves the client.
 */
export class GraphApi extends FacebookAdsApi {
  readonly #base: URL;
  readonly #credentials: ReadonlyArray<[name: string, value: string]>;
  readonly #timeouts: { readMs: number; writeMs: number };
  readonly #scrub: Scrub;
  readonly #quota: Quota;
  #accessTier: string | null = null;

  /** @throws Error where the configuration is malformed; the message names the setting. */
  constructor(config: GraphApiConfig) {
    if (config.accessToken === '') throw new Error('The access token is empty.');
    // The third argument keeps the SDK from installing a process-wide handler of uncaught exceptions.
    super(config.accessToken, 'en_US', false);
    this.#base = baseOf(config);
    const { socketTimeoutMs: writeMs, readTimeoutMs: readMs = writeMs } = config;
    this.#timeouts = { readMs, writeMs };
    this.#quota = new Quota(config.now ?? Date.now);
    this.#credentials = [['access_token', config.accessToken]];
    const secrets = [config.accessToken];
    if (config.appSecret) {
      const proof = createHmac('sha256', config.appSecret).update(config.accessToken).digest('hex');
      this.#credentials = [...this.#credentials, ['appsecret_proof', proof]];
      secrets.push(config.appSecret, proof);
    }
    this.#scrub = createScrub(secrets);
  }

  /**
   * What every object and cursor of the SDK calls: a path of segments, or the whole address of a next page.
   */
  override async call<T>(
    method: string,
    path: string | string[],
    params: Record<string, unknown> = {},
  ): Promise<T> {
    if (method !== 'GET' && method !== 'POST') throw invalid('Only GET and POST are sent to Meta.');
    const url = typeof path === 'string' ? this.#nextPage(path) : new URL(`./${path.join('/')}`, this.#base);
    if (method === 'GET') {
      for (const [name, value] of Object.entries(params)) {
        if (value !== undefined)
          url.searchParams.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
      }
    }
    for (const [name, value] of this.#credentials) url.searchParams.set(name, value);
    await this.#admit(method, url);

    const failure = async (
      parts: Partial<Failure> & Pick<Failure, 'source' | 'text'>,
      answer?: HttpAnswer,
    ): Promise<MetaError> => {
      const failed: Failure = {
        method,
        path: url.pathname,
        httpStatus: answer?.status ?? null,
        headers: answer?.headers ?? {},
        code: null,
        subcode: null,
        isTransient: false,
        traceId: null,
        ...parts,
      };
      const error = toMetaError(failed, this.#scrub);
      const asked = waitFromFailure(failed, { kind: error.kind, retryAfterMs: error.details.retryAfterMs });
      await this.#quota.heed(waitFromHeaders(failed.headers), asked);
      return error;
    };

    const answer = await send({
      method,
      url,
      body: method === 'POST' ? JSON.stringify(params) : null,
      timeoutMs: changesNothing(method, url, params) ? this.#timeouts.readMs : this.#timeouts.writeMs,
    }).catch(async (error: unknown) => {
      const reason = error instanceof TransportFailure ? error.message : 'the request could not be sent';
      throw await failure({ source: 'network', text: reason });
    });
    this.#accessTier = accessTierOf(answer.headers) ?? this.#accessTier;
    const body = parseObject(answer.body);
    const error = body === null ? null : graphError(body);
    if (error) throw await failure({ source: 'graph', ...error }, answer);
    if (body === null || answer.status < 200 || answer.status > 299) {
      throw await failure({ source: 'foreign', text: "the answer isn't one of Graph's" }, answer);
    }
    if (body.success === false) {
      throw await failure({ source: 'unsuccessful', text: 'Meta answered success: false' }, answer);
    }
    await this.#quota.heed(waitFromHeaders(answer.headers));
    return body as T;
  }

  /** How far the app's calls are let, e.g. `standard_access`, by the latest answer that says so; null before one. */
  get accessTier(): string | null {
    return this.#accessTier;
  }

  /** Experiment time. @throws MetaError */
  async now(): Promise<number> {
    try {
      return await this.#quota.now();
    } catch {
      throw transient('The clock did not answer.', 'not_applied');
    }
  }

  /** @throws MetaError where the account still has to wait */
  async #admit(method: string, url: URL): Promise<void> {
    const left = await this.#quota.left(url.pathname.endsWith('/insights')).catch(() => {
      throw transient('The clock did not answer.', 'not_applied');
    });
    if (left > 0) throw mustWait(method, this.#scrub(url.pathname), left);
  }

  /** The address of a next page, which comes from the answer: only to the configured origin goes the token. */
  #nextPage(link: string): URL {
    let url: URL;
    try {
      url = new URL(link);
    } catch {
      throw invalid("Meta's answer has a malformed paging link.");
    }
    if (url.origin !== this.#base.origin) throw invalid("Meta's answer has a paging link to another origin.");
    url.username = '';
    url.password = '';
    url.hash = '';
    return url;
  }
}

function baseOf(config: GraphApiConfig): URL {
  let base: URL;
  try {
    base = new URL(config.graphUrl);
  } catch {
    throw new Error('The Graph URL is not a URL.');
  }
  const secure = base.protocol === 'https:' || (base.protocol === 'http:' && isLoopback(base));
  if (!secure) throw new Error('The Graph URL must be https (http only to loopback): it carries the token.');
  if (base.search !== '' || base.hash !== '' || base.username !== '') {
    throw new Error('The Graph URL has no query, fragment or user.');
  }
  if (!/^v\d{1,3}\.\d{1,3}$/.test(config.apiVersion)) throw new Error('The API version looks like v24.0.');
  for (const [name, ms] of [
    ['socket', config.socketTimeoutMs],
    ['read', config.readTimeoutMs ?? config.socketTimeoutMs],
  ] as const) {
    if (!Number.isInteger(ms) || ms <= 0) {
      throw new Error(`The ${name} time-out is a positive integer of milliseconds.`);
    }
  }
  return new URL(`${base.href.replace(/\/+$/, '')}/${config.apiVersion}/`);
}

/** A read; a report, which is begun by a POST; a write that Meta is only to validate. */
function changesNothing(method: string, url: URL, params: Record<string, unknown>): boolean {
  const { execution_options: options } = params;
  const isValidation = Array.isArray(options) && options.includes('validate_only');
  return method === 'GET' || isValidation || url.pathname.endsWith('/insights');
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Graph's error object, its documented fields only. */
function graphError(
  body: Record<string, unknown>,
): Pick<Failure, 'code' | 'subcode' | 'isTransient' | 'traceId' | 'text'> | null {
  const { error } = body;
  if (typeof error !== 'object' || error === null) return null;
  const { message, error_user_msg, code, error_subcode, is_transient, fbtrace_id } = error as Record<
    string,
    unknown
  >;
  const texts = [message, error_user_msg].filter((text) => typeof text === 'string' && text !== '');
  return {
    code: Number.isSafeInteger(code) ? Number(code) : null,
    subcode: Number.isSafeInteger(error_subcode) ? Number(error_subcode) : null,
    isTransient: is_transient === true,
    traceId: typeof fbtrace_id === 'string' && /^[\w-]{1,64}$/.test(fbtrace_id) ? fbtrace_id : null,
    text: texts.length > 0 ? texts.join(' / ') : 'Meta refused the call',
  };
}
