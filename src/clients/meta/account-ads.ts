import { addDays, localDate, localHourStart } from '../../domain/calendar.js';
import { DEFAULT_CONVERSION_EVENT } from '../../domain/conversion-event.js';
import type { VariantMetrics } from '../../domain/metric.js';
import { NOTHING_DELIVERED } from '../../domain/metric.js';
import type { AccountAd, AccountAds } from '../../domain/setup/account.js';
import { type ReportSource, Reports } from './async-reports.js';
import { BRIEF_CREATIVE, contentOf } from './creative.js';
import { invalid } from './errors.js';
import { FieldReader } from './field-reader.js';
import type { Params } from './graph-client.js';
import { conversionsOf, INSIGHT_FIELDS, ROWS_PER_PAGE } from './insight-row.js';
import { AD_FIELDS, AD_SET_FIELDS, adOf, adSetOf, CAMPAIGN_FIELDS, campaignOf } from './objects.js';
import type { Sdk } from './sdk.js';
import { MetaError } from './types.js';

/** Today and the days before it. */
const DAYS = 7;
const NODES_PER_PAGE = 200;

/** The addresses of an ad's picture, the best first. */
export interface PictureAddresses {
  adId: string;
  urls: string[];
}

/**
 * The account's campaigns, ad sets and ads, in four lists, whatever their number: the fields of the creatives come with
 * their ads, and the last days of all ads in one query. `now`: epoch ms.
 */
export async function readAccountAds(
  source: ReportSource,
  { timezone, now }: { timezone: string; now: number },
): Promise<AccountAds & { pictures: PictureAddresses[] }> {
  const { sdk, accountId } = source;
  const window = windowOf(now, timezone);
  // Without a filter of statuses Meta leaves out what is deleted or archived.
  const params = { limit: NODES_PER_PAGE };
  const [campaigns, adSets, ads, delivered] = await Promise.all([
    sdk.list('account', accountId, 'getCampaigns', {
      fields: CAMPAIGN_FIELDS,
      params,
      subject: 'campaigns',
    }),
    sdk.list('account', accountId, 'getAdSets', { fields: AD_SET_FIELDS, params, subject: 'ad sets' }),
    sdk.list('account', accountId, 'getAds', {
      fields: [...AD_FIELDS, 'created_time', BRIEF_CREATIVE],
      params,
      subject: 'ads',
    }),
    readDelivered(source, { since: window.first, until: window.last }),
  ]);
  const knownAdSets = adSets.map((data) => adSetOf(new FieldReader('ad set', data)));
  const events = new Map(knownAdSets.map(({ id, resultEvent }) => [id, resultEvent]));
  const found = ads.map((data) => accountAdOf(new FieldReader('ad', data), delivered, events));
  return {
    campaigns: campaigns.map((data) => campaignOf(new FieldReader('campaign', data))),
    adSets: knownAdSets,
    ads: found.map(({ ad }) => ad),
    pictures: found.map(({ ad, urls }) => ({ adId: ad.id, urls })),
    since: window.since,
    until: now,
  };
}

/** The addresses of one ad's picture, the best first. */
export async function readPictureAddresses(sdk: Sdk, adId: string): Promise<string[]> {
  return contentOf(await sdk.read('ad', adId, ['id', BRIEF_CREATIVE])).pictureUrls;
}

function accountAdOf(
  fields: FieldReader,
  delivered: ReadonlyMap<string, (event: string) => VariantMetrics>,
  events: ReadonlyMap<string, string | null>,
): { ad: AccountAd; urls: string[] } {
  const ad = adOf(fields);
  const { title, body, callToAction, pictureUrls: urls } = contentOf(fields);
  const creative = { title, body, callToAction, hasPicture: urls.length > 0 };
  const createdAt = fields.instant('created_time');
  const event = events.get(ad.adSetId) ?? DEFAULT_CONVERSION_EVENT;
  const metrics = delivered.get(ad.id)?.(event) ?? NOTHING_DELIVERED;
  return { ad: { ...ad, createdAt, creative, delivered: metrics }, urls };
}

/** Dates of the account's calendar, and the instant at which the first begins. */
function windowOf(now: number, timezone: string): { first: string; last: string; since: number } {
  try {
    const last = localDate(now, timezone);
    const first = addDays(last, 1 - DAYS);
    return { first, last, since: localHourStart(first, 0, timezone) };
  } catch {
    throw invalid("The account's time zone is not an IANA name.");
  }
}

/** The sums of the window, by ad; an ad without delivery has none. As an asynchronous report if it is too large. */
async function readDelivered(
  source: ReportSource,
  window: { since: string; until: string },
): Promise<Map<string, (event: string) => VariantMetrics>> {
  const params: Params = { level: 'ad', time_range: window };
  const rows = await source.sdk
    .list('account', source.accountId, 'getInsights', {
      fields: INSIGHT_FIELDS,
      params: { ...params, limit: ROWS_PER_PAGE },
      subject: 'insights',
    })
    .catch(async (error: unknown) => {
      if (!(error instanceof MetaError) || error.kind !== 'too_large') throw error;
      const reports = new Reports(source);
      const read = await reports.read(params);
      reports.close();
      return read;
    });
  return new Map(rows.map((data) => deliveredOf(new FieldReader('insights', data))));
}

/** The ad, and what it did if this event counts as a conversion. */
function deliveredOf(fields: FieldReader): [adId: string, of: (event: string) => VariantMetrics] {
  const offset = fields.currencyOffset('account_currency');
  const counts = {
    impressions: fields.count('impressions'),
    clicks: fields.countOrZero('clicks'),
    linkClicks: fields.countOrZero('inline_link_clicks'),
    spend: fields.money('spend', offset),
  };
  return [fields.id('ad_id'), (event) => ({ ...counts, ...conversionsOf(fields, offset, event) })];
}
