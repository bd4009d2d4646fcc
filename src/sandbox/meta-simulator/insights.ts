import { dayName } from './calendar.js';
import type { Delivered } from './delivery.js';
import { invalidParameter } from './graph-error.js';
import { majorUnits } from './money.js';
import { parseFiltering } from './nodes.js';
import { effectiveStatus, type MarketObject } from './objects.js';
import { type Page, paginate } from './paging.js';
import { type Period, periodsOf } from './periods.js';
import { type GraphRequest, listParam } from './request.js';
import { ONE_SEGMENT, type Segment } from './segments.js';
import type { World } from './world.js';

const HOURLY = 'hourly_stats_aggregated_by_advertiser_time_zone';
/** The breakdowns that Meta allows together, as its documentation lists them: no others, and hours with none of them. */
const COMBINATIONS: readonly (readonly string[])[] = [
  [],
  [HOURLY],
  ['age'],
  ['gender'],
  ['age', 'gender'],
  ['publisher_platform'],
  ['publisher_platform', 'platform_position'],
];
const KNOWN = [HOURLY, 'age', 'gender', 'publisher_platform', 'platform_position'];

/** Meta counts one purchase under each of these names: their sum counts it three times. */
const PURCHASE_TYPES = ['omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase'];
/** The names of a lead from a website. */
const LEAD_TYPES = ['lead', 'offsite_conversion.fb_pixel_lead'];

/** The names of the conversions that an ad brings: purchases, unless its ad set promotes another event. */
function conversionTypesOf(ad: MarketObject, at: number): string[] {
  const promoted = ad.ancestor('adset').get('promoted_object', at) as Record<string, unknown> | null;
  const custom = promoted?.custom_conversion_id;
  if (typeof custom === 'string') return [`offsite_conversion.custom.${custom}`];
  return promoted?.custom_event_type === 'LEAD' ? LEAD_TYPES : PURCHASE_TYPES;
}

/** One row of the answer before its fields are picked. `spend` is whole minor units, rounded per hour. */
interface InsightsRow extends Delivered {
  /** At level `campaign`: one of the campaign's ads. */
  ad: MarketObject;
  period: Period;
  hour: number | null;
  /** Values of the asked breakdowns of the audience. */
  segment: Partial<Segment>;
}

/**
 * `/{object}/insights`: one row per ad or campaign and period (and per hour of the account's day) with delivery. `at` is
 * the instant whose figures the listing shows; the current hour is included as far as it is over.
 */
export function readInsights(
  object: MarketObject,
  request: GraphRequest,
  at: number,
  world: World,
  origin: string,
): Page<Record<string, unknown>> {
  const { params } = request;
  const level = params.level ?? (object.kind === 'ad' ? 'ad' : object.kind);
  if (level !== 'ad' && level !== 'campaign') {
    throw invalidParameter(`param level ${String(level)} is not supported here: use ad or campaign`);
  }
  const breakdowns = readBreakdowns(params.breakdowns);
  const calendar = world.calendar;
  const periods = periodsOf(params, calendar.localDay(at), calendar.localDay(world.openedAt()));
  const fields = fieldsOf(params.fields, level);
  const byAd = adsOf(object, params.filtering, at).flatMap((ad) =>
    rowsOf(ad, periods, breakdowns, at, world),
  );
  const rows = level === 'ad' ? byAd : byCampaign(byAd);
  const picked = rows.map((row) => pick(row, fields, at, world));
  return paginate(picked, request, at, origin);
}

function byCampaign(rows: InsightsRow[]): InsightsRow[] {
  const sums = new Map<string, InsightsRow>();
  for (const row of rows) {
    const key = [
      row.ad.ancestor('campaign').id,
      row.period.since,
      row.period.until,
      row.hour,
      ...Object.values(row.segment),
    ].join('/');
    const sum = sums.get(key);
    if (!sum) sums.set(key, { ...row });
    else for (const name of AMOUNTS) sum[name] += row[name];
  }
  return [...sums.values()];
}

function readBreakdowns(value: unknown): string[] {
  const breakdowns = listParam(value);
  const other = breakdowns.find((breakdown) => !KNOWN.includes(breakdown));
  if (other !== undefined) throw invalidParameter(`param breakdowns ${other} is not supported`);
  const allowed = COMBINATIONS.some(
    (one) => one.length === breakdowns.length && one.every((name) => breakdowns.includes(name)),
  );
  if (!allowed) {
    throw invalidParameter(
      `Current combination of data breakdown columns (${breakdowns.join(', ')}) is invalid`,
    );
  }
  return breakdowns;
}

function adsOf(object: MarketObject, filtering: unknown, at: number): MarketObject[] {
  const filters = parseFiltering(filtering);
  const ads = object.kind === 'ad' ? [object] : object.descendants('ad');
  return ads.filter((ad) =>
    filters.every(({ field, accepts }) => {
      switch (field) {
        case 'ad.id':
          return accepts(ad.id);
        case 'adset.id':
          return accepts(ad.ancestor('adset').id);
        case 'campaign.id':
          return accepts(ad.ancestor('campaign').id);
        case 'ad.effective_status':
          return accepts(effectiveStatus(ad, at));
        default:
          throw invalidParameter(`Filtering field ${field} is not supported`);
      }
    }),
  );
}

function rowsOf(
  ad: MarketObject,
  periods: Period[],
  breakdowns: readonly string[],
  at: number,
  world: World,
): InsightsRow[] {
  const hourly = breakdowns.includes(HOURLY);
  const groups = new Map<string, { row: InsightsRow; spends: Map<string, number> }>();
  const byDay = new Map<number, number[]>();
  const valuesOf = segmentValues(breakdowns);
  for (const quarter of world.delivery.quarters(ad, at)) {
    const day = Math.floor(quarter.localHour / 24);
    let containing = byDay.get(day);
    if (!containing) {
      containing = [...periods.keys()].filter((i) => day >= periods[i]!.since && day <= periods[i]!.until);
      byDay.set(day, containing);
    }
    for (const index of containing) {
      const period = periods[index]!;
      const hour = hourly ? quarter.localHour % 24 : null;
      for (const part of quarter.parts ?? [{ segment: ONE_SEGMENT, delivered: quarter }]) {
        const { id, key: segmentKey, values } = valuesOf(part.segment);
        const key = `${index}/${hour}/${segmentKey}`;
        let group = groups.get(key);
        if (!group) {
          const row = { ...NOTHING, ad, period, hour, segment: values };
          group = { row, spends: new Map() };
          groups.set(key, group);
        }
        add(group, part.delivered, `${quarter.localHour}/${id}`);
      }
    }
  }
  for (const { row, spends } of groups.values()) {
    for (const spend of spends.values()) row.spend += Math.round(spend);
  }
  return [...groups.values()]
    .map(({ row }) => row)
    .sort((a, b) => a.period.since - b.period.since || (a.hour ?? 0) - (b.hour ?? 0));
}

/** Spend is rounded per hour and segment, whatever the breakdown, so that every listing has the same sum. */
function add(
  { row, spends }: { row: InsightsRow; spends: Map<string, number> },
  delivered: Delivered,
  cell: string,
): void {
  row.impressions += delivered.impressions;
  row.clicks += delivered.clicks;
  row.linkClicks += delivered.linkClicks;
  row.conversions += delivered.conversions;
  row.revenue += delivered.revenue;
  spends.set(cell, (spends.get(cell) ?? 0) + delivered.spend);
}

/** A segment's number, and its values of the asked breakdowns. */
function segmentValues(
  breakdowns: readonly string[],
): (segment: Segment) => { id: number; key: string; values: Partial<Segment> } {
  const names = SEGMENT_FIELDS.filter((name) => breakdowns.includes(name));
  const known = new Map<Segment, { id: number; key: string; values: Partial<Segment> }>();
  return (segment) => {
    let found = known.get(segment);
    if (!found) {
      const values = Object.fromEntries(names.map((name) => [name, segment[name]]));
      found = { id: known.size, key: Object.values(values).join('/'), values };
      known.set(segment, found);
    }
    return found;
  };
}

const SEGMENT_FIELDS = ['age', 'gender', 'publisher_platform', 'platform_position'] as const;

const NOTHING: Delivered = { impressions: 0, clicks: 0, linkClicks: 0, spend: 0, conversions: 0, revenue: 0 };
const AMOUNTS = Object.keys(NOTHING) as (keyof Delivered)[];

type RowReader = (row: InsightsRow, at: number, world: World) => unknown;

/** Readers of the fields. Undefined: the field is left out of the row, as Graph does if it has no value. */
const FIELDS: Record<string, RowReader> = {
  ad_id: ({ ad }) => ad.id,
  ad_name: ({ ad }, at) => ad.text('name', at),
  adset_id: ({ ad }) => ad.ancestor('adset').id,
  adset_name: ({ ad }, at) => ad.ancestor('adset').text('name', at),
  campaign_id: ({ ad }) => ad.ancestor('campaign').id,
  campaign_name: ({ ad }, at) => ad.ancestor('campaign').text('name', at),
  account_id: (_row, _at, world) => world.account.id.replace(/^act_/, ''),
  account_name: (_row, _at, world) => world.account.name,
  account_currency: (_row, _at, world) => world.account.currency,
  attribution_setting: () => '7d_click_1d_view',
  impressions: ({ impressions }) => String(impressions),
  clicks: ({ clicks }) => String(clicks),
  inline_link_clicks: ({ linkClicks }) => (linkClicks === 0 ? undefined : String(linkClicks)),
  spend: ({ spend }, _at, world) => majorUnits(spend, world.account.currency),
  ctr: ({ clicks, impressions }) => ((100 * clicks) / impressions).toFixed(6),
  inline_link_click_ctr: ({ linkClicks, impressions }) => ((100 * linkClicks) / impressions).toFixed(6),
  actions: ({ ad, linkClicks, conversions }, at) =>
    orNothing([
      ...action('link_click', linkClicks, String),
      ...conversionTypesOf(ad, at).flatMap((type) => action(type, conversions, String)),
    ]),
  action_values: ({ ad, revenue }, at, world) =>
    orNothing(
      (conversionTypesOf(ad, at) === PURCHASE_TYPES ? PURCHASE_TYPES : []).flatMap((type) =>
        action(type, revenue, (minor) => majorUnits(minor, world.account.currency)),
      ),
    ),
  date_start: ({ period }) => dayName(period.since),
  date_stop: ({ period }) => dayName(period.until),
};

/** Fields that exist only at level `ad`. */
const OF_AN_AD = ['ad_id', 'ad_name', 'adset_id', 'adset_name'];
const DEFAULT_FIELDS = ['account_id', 'campaign_id', 'adset_id', 'ad_id', 'impressions', 'spend'];

function action(type: string, amount: number, write: (amount: number) => string) {
  return amount === 0 ? [] : [{ action_type: type, value: write(amount) }];
}

function orNothing<Item>(items: Item[]): Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function fieldsOf(value: unknown, level: 'ad' | 'campaign'): string[] {
  const asked = listParam(value);
  const unknown = asked.find((field) => !Object.hasOwn(FIELDS, field));
  if (unknown !== undefined) throw invalidParameter(`${unknown} is not valid for fields param.`);
  const wanted = asked.length > 0 ? asked : DEFAULT_FIELDS;
  const there = level === 'ad' ? wanted : wanted.filter((field) => !OF_AN_AD.includes(field));
  return [...there, 'date_start', 'date_stop'];
}

function pick(row: InsightsRow, fields: string[], at: number, world: World): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) picked[field] = FIELDS[field]?.(row, at, world);
  Object.assign(picked, row.segment);
  if (row.hour !== null) {
    const hour = String(row.hour).padStart(2, '0');
    picked[HOURLY] = `${hour}:00:00 - ${hour}:59:59`;
  }
  return picked;
}
