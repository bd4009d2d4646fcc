import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacebookAdsApi } from 'facebook-nodejs-business-sdk';
import type { ExperimentClock } from '../../../src/clients/clock.js';
import { startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import type {
  Market,
  MarketAccount,
  MarketOptions,
  MarketTest,
} from '../../../src/sandbox/meta-simulator/types.js';

// axios sends even calls to loopback through a proxy that the environment names.
process.env.NO_PROXY = '127.0.0.1';

export const TOKEN = 'token-of-the-tests';
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** 2026-11-23 00:00 in UTC, a Monday. */
export const START = Date.UTC(2026, 10, 23);

/** A clock that stands still until it is moved. */
export class ManualClock implements ExperimentClock {
  readonly scale = 1;
  constructor(public instant = START) {}
  async now(): Promise<number> {
    return this.instant;
  }
  pass(ms: number): void {
    this.instant += ms;
  }
}

export interface Answer {
  status: number;
  headers: Headers;
  body: GraphBody;
}

/** Possible content of Graph's bodies; a test reads only the fields that it asked for. */
export interface GraphBody {
  data: Record<string, string>[];
  paging: { next?: string; cursors?: { before: string; after: string } };
  error: Record<string, string | number | boolean>;
  [field: string]: unknown;
}

/** A new market in UTC, with a manual clock and two ads (5 % and 4 % click rate). */
export class Stage {
  readonly clock: ManualClock;
  market!: Market;
  test!: MarketTest;
  directory = '';

  constructor(
    readonly options: {
      seed?: number;
      account?: Partial<MarketAccount>;
      start?: number;
      market?: Pick<MarketOptions, 'refuseBelowSpent' | 'scopes' | 'rephraseError' | 'world'>;
    } = {},
  ) {
    this.clock = new ManualClock(options.start);
  }

  async open(): Promise<this> {
    this.directory = await mkdtemp(join(tmpdir(), 'market-'));
    await this.start();
    this.test = await this.market.createTest({
      name: 'hooks',
      ads: [
        { name: 'control', dailyBudget: 5_000, trueClickRate: 0.04 },
        { name: 'challenger', dailyBudget: 5_000, trueClickRate: 0.05 },
      ],
    });
    return this;
  }

  async start(): Promise<void> {
    this.market = await startMarket({
      directory: this.directory,
      clock: this.clock,
      seed: this.options.seed ?? 1,
      port: 0,
      accessToken: TOKEN,
      account: { timezone: 'UTC', ...this.options.account },
      ...this.options.market,
    });
  }

  async restart(): Promise<void> {
    await this.market.close();
    await this.start();
  }

  async dispose(): Promise<void> {
    await this.market.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  get adSets(): [string, string] {
    return [this.test.adSetIds[0]!, this.test.adSetIds[1]!];
  }

  get ads(): [string, string] {
    return [this.test.adIds[0]!, this.test.adIds[1]!];
  }

  async get(path: string, params: Record<string, unknown> = {}): Promise<Answer> {
    const url = new URL(`${this.market.url}/v24.0/${path}`);
    for (const [key, value] of Object.entries({ access_token: TOKEN, ...params })) {
      url.searchParams.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
    return answer(await fetch(url));
  }

  async post(path: string, body: Record<string, unknown>, token = TOKEN): Promise<Answer> {
    const url = `${this.market.url}/v24.0/${path}?access_token=${token}`;
    const headers = { 'content-type': 'application/json' };
    return answer(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  }

  setBudget(adSetId: string, amount: unknown): Promise<Answer> {
    return this.post(adSetId, { daily_budget: amount, id: adSetId });
  }

  async budget(adSetId: string): Promise<number> {
    return (await this.market.budgets([adSetId]))[adSetId]!;
  }

  /** Hourly rows of both ads, from the start to now. */
  async hours(more: Record<string, unknown> = {}): Promise<HourRow[]> {
    const { body } = await this.get(`${this.market.account.id}/insights`, {
      level: 'ad',
      time_range: { since: '2026-11-20', until: '2027-12-31' },
      time_increment: 1,
      breakdowns: ['hourly_stats_aggregated_by_advertiser_time_zone'],
      fields: 'ad_id,impressions,clicks,inline_link_clicks,spend',
      limit: 5_000,
      ...more,
    });
    return body.data.map((row) => ({
      adId: row.ad_id!,
      day: row.date_start!,
      hour: Number(row.hourly_stats_aggregated_by_advertiser_time_zone?.slice(0, 2)),
      impressions: Number(row.impressions),
      clicks: Number(row.clicks),
      linkClicks: Number(row.inline_link_clicks ?? 0),
      spend: Number(row.spend),
    }));
  }

  /** The real SDK, which calls the market. */
  sdk(token = TOKEN): FacebookAdsApi {
    return new LocalApi(this.market.url, token);
  }
}

export interface HourRow {
  adId: string;
  day: string;
  hour: number;
  impressions: number;
  clicks: number;
  linkClicks: number;
  /** Major units. */
  spend: number;
}

export function total(rows: HourRow[], field: 'impressions' | 'clicks' | 'linkClicks' | 'spend'): number {
  return rows.reduce((sum, row) => sum + row[field], 0);
}

async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : { text } };
}

class LocalApi extends FacebookAdsApi {
  constructor(
    readonly origin: string,
    token: string,
  ) {
    super(token, 'en_US', false);
  }

  override call<T>(
    method: string,
    path: string | string[],
    params: Record<string, unknown> = {},
    files: Record<string, unknown> = {},
    multipart = false,
  ): Promise<T> {
    return super.call<T>(method, path, params, files, multipart, this.origin);
  }
}
