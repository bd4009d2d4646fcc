import { readActivities } from './activities.js';
import { DAY_MS } from './calendar.js';
import { readCreative } from './creatives.js';
import { invalidParameter, unknownObject } from './graph-error.js';
import { effectiveStatus, type MarketObject, type ObjectKind } from './objects.js';
import { type Page, paginate } from './paging.js';
import { type GraphRequest, listParam, nestedFields } from './request.js';
import type { World } from './world.js';

type FieldReader = (object: MarketObject, at: number, world: World) => unknown;

const DEFAULT_TARGETING = { age_min: 18, age_max: 65, geo_locations: { countries: ['US'] } };
/** Meta's own default: 7 days after a click, 1 day after a view. */
const DEFAULT_ATTRIBUTION = [
  { event_type: 'CLICK_THROUGH', window_days: 7 },
  { event_type: 'VIEW_THROUGH', window_days: 1 },
];

/** Fields of Graph's nodes. Undefined: Graph leaves the field out of its answer. */
const SHARED: Record<string, FieldReader> = {
  id: (object) => object.id,
  name: (object, at) => object.text('name', at),
  status: (object, at) => object.text('status', at),
  configured_status: (object, at) => object.text('status', at),
  effective_status: effectiveStatus,
  account_id: (object, at, world) => object.get('account_id', at) ?? accountNumber(world),
  created_time: (object, _at, world) => world.calendar.format(object.createdAt),
};

const FIELDS: Record<ObjectKind, Record<string, FieldReader>> = {
  ad: {
    ...SHARED,
    adset_id: (ad) => ad.ancestor('adset').id,
    campaign_id: (ad) => ad.ancestor('campaign').id,
    // The fields that a request selects of it: see readNode.
    creative: (ad, at) => ({ id: ad.text('creative_id', at) }),
  },
  adset: {
    ...SHARED,
    campaign_id: (adSet) => adSet.ancestor('campaign').id,
    daily_budget: (adSet, at) => adSetBudget(adSet, 'daily_budget', at),
    lifetime_budget: (adSet, at) => adSetBudget(adSet, 'lifetime_budget', at),
    start_time: (adSet, at, world) =>
      world.calendar.format(adSet.number('start_time', at) ?? adSet.createdAt),
    end_time: (adSet, at, world) => instant(adSet.number('end_time', at), world),
    is_budget_schedule_enabled: (adSet, at) =>
      adSet.get('is_budget_schedule_enabled', at) === true || schedules(adSet, at).length > 0,
    learning_stage_info: learningStage,
    targeting: (adSet, at) => adSet.get('targeting', at) ?? DEFAULT_TARGETING,
    optimization_goal: (adSet, at) => adSet.get('optimization_goal', at) ?? 'LINK_CLICKS',
    promoted_object: (adSet, at) => adSet.get('promoted_object', at) ?? undefined,
    billing_event: () => 'IMPRESSIONS',
    bid_strategy: (adSet, at) => adSet.get('bid_strategy', at) ?? 'LOWEST_COST_WITHOUT_CAP',
    bid_amount: (adSet, at) => adSet.get('bid_amount', at) ?? undefined,
    attribution_spec: (adSet, at) => adSet.get('attribution_spec', at) ?? DEFAULT_ATTRIBUTION,
    adset_schedule: (adSet, at) => adSet.get('adset_schedule', at) ?? undefined,
    pacing_type: (adSet, at) => adSet.get('pacing_type', at) ?? ['standard'],
  },
  campaign: {
    ...SHARED,
    daily_budget: (campaign, at) => campaignBudget(campaign, 'daily_budget', at),
    lifetime_budget: (campaign, at) => campaignBudget(campaign, 'lifetime_budget', at),
    is_adset_budget_sharing_enabled: (campaign, at) =>
      campaign.get('is_adset_budget_sharing_enabled', at) === true,
    is_budget_schedule_enabled: (campaign, at) =>
      campaign.get('is_budget_schedule_enabled', at) === true || schedules(campaign, at).length > 0,
    spend_cap: (campaign, at) => positiveText(campaign.number('spend_cap', at)),
    start_time: (campaign, at, world) =>
      world.calendar.format(campaign.number('start_time', at) ?? Math.min(...startsOf(campaign, at))),
    stop_time: (campaign, at, world) =>
      instant(campaign.number('stop_time', at) ?? stopOf(campaign, at), world),
    objective: () => 'OUTCOME_TRAFFIC',
    buying_type: () => 'AUCTION',
    bid_strategy: () => 'LOWEST_COST_WITHOUT_CAP',
    special_ad_categories: () => [],
  },
  account: {
    id: SHARED.id!,
    name: SHARED.name!,
    account_id: (_account, _at, world) => accountNumber(world),
    account_status: (account, at) => account.number('account_status', at),
    currency: (_account, _at, world) => world.account.currency,
    timezone_name: (_account, _at, world) => world.account.timezone,
    timezone_offset_hours_utc: (_account, at, world) => world.calendar.offsetAt(at) / 3_600_000,
    min_daily_budget: (_account, _at, world) => world.account.minDailyBudget,
    spend_cap: (account, at) => String(account.number('spend_cap', at) ?? 0),
    amount_spent: (account, at, world) => String(Math.round(world.delivery.spent(account, at))),
    disable_reason: (account, at) => account.number('disable_reason', at) ?? 0,
  },
};

/** Graph's edges, by kind of the object they start from. */
const EDGES: Partial<Record<ObjectKind, Record<string, ObjectKind>>> = {
  adset: { ads: 'ad' },
  campaign: { ads: 'ad', adsets: 'adset' },
  account: { ads: 'ad', adsets: 'adset', campaigns: 'campaign' },
};

/** What a request asks of a node: fields, and those of its creative, as in `name,creative{title,body}`. */
export interface Asked {
  fields: string[];
  creative: string[];
}

export function askedOf({ params }: Pick<GraphRequest, 'params'>): Asked {
  return { fields: listParam(params.fields), creative: nestedFields(params.fields, 'creative') };
}

/** The requested fields and the id. Throws Graph's error for a field that the node doesn't have. */
export function readNode(
  object: MarketObject,
  { fields, creative }: Asked,
  at: number,
  world: World,
  origin: string,
): Record<string, unknown> {
  const readers = FIELDS[object.kind];
  const node: Record<string, unknown> = {};
  for (const field of fields) {
    const reader = Object.hasOwn(readers, field) ? readers[field] : undefined;
    if (!reader) {
      throw invalidParameter(`Tried accessing nonexisting field (${field}) on node type (${object.kind})`);
    }
    node[field] =
      field === 'creative' && creative.length > 0
        ? readCreative(object, creative, at, origin)
        : reader(object, at, world);
  }
  node.id = object.id;
  return node;
}

/** One page of an edge. `at` is the instant that the listing shows. */
export function readEdge(
  object: MarketObject,
  edge: string,
  request: GraphRequest,
  at: number,
  world: World,
  origin: string,
): Page<Record<string, unknown>> {
  if (edge === 'ad_studies') return { data: [] };
  if (edge === 'activities' && object.kind === 'account') {
    return paginate(readActivities(request, at, world), request, at, origin);
  }
  if (edge === 'minimum_budgets' && object.kind === 'account') {
    return paginate([minimumBudgets(world)], request, at, origin);
  }
  if (edge === 'budget_schedules') return { data: schedules(object, at) };
  const edges = EDGES[object.kind] ?? {};
  const kind = Object.hasOwn(edges, edge) ? edges[edge] : undefined;
  if (!kind) throw unknownObject(`${object.id}/${edge}`, 'GET');
  const wanted = filtersOf(request, kind);
  const asked = askedOf(request);
  const rows = object
    .descendants(kind)
    .filter((child) => child.createdAt <= at && wanted(child, at, world))
    .map((child) => readNode(child, asked, at, world, origin));
  return paginate(rows, request, at, origin);
}

/** Graph has a minimum per billing event; the market uses the same for all. */
function minimumBudgets({ account }: World): Record<string, unknown> {
  return {
    currency: account.currency,
    min_daily_budget_imp: account.minDailyBudget,
    min_daily_budget_low_freq: account.minDailyBudget,
    min_daily_budget_high_freq: account.minDailyBudget,
    min_daily_budget_video_views: account.minDailyBudget,
  };
}

type NodeFilter = (object: MarketObject, at: number, world: World) => boolean;

/** Applies `effective_status` and `filtering`. Deleted and archived objects are shown only if one of them is given. */
function filtersOf(request: GraphRequest, kind: ObjectKind): NodeFilter {
  const statuses = listParam(request.params.effective_status);
  const filters = parseFiltering(request.params.filtering).map(({ field, accepts }): NodeFilter => {
    const name = field.replace(/^(ad|adset|campaign)\./, (prefix) => (prefix === `${kind}.` ? '' : prefix));
    const readers = FIELDS[kind];
    const key = name.replace('.', '_');
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!reader) throw invalidParameter(`Filtering field ${field} is not supported`);
    return (object, at, world) => accepts(String(reader(object, at, world)));
  });
  const asksForStatus = statuses.length > 0 || filters.length > 0;
  return (object, at, world) => {
    const status = effectiveStatus(object, at);
    if (statuses.length > 0 && !statuses.includes(status)) return false;
    if (!asksForStatus && (status === 'DELETED' || status === 'ARCHIVED')) return false;
    return filters.every((filter) => filter(object, at, world));
  };
}

/** Graph's `filtering`: a list of {field, operator, value}. Throws Graph's error if it is malformed. */
export function parseFiltering(value: unknown): { field: string; accepts: (value: string) => boolean }[] {
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) throw invalidParameter('param filtering must be an array.');
  return value.map((item: Record<string, unknown>) => {
    const { field, operator, value: operand } = item;
    if (typeof field !== 'string') throw invalidParameter('param filtering[0][field] must be a string.');
    const operands = (Array.isArray(operand) ? operand : [operand]).map(String);
    if (operator === 'IN' || operator === 'EQUAL') {
      return { field, accepts: (candidate) => operands.includes(candidate) };
    }
    if (operator === 'NOT_IN' || operator === 'NOT_EQUAL') {
      return { field, accepts: (candidate) => !operands.includes(candidate) };
    }
    throw invalidParameter(`param filtering[0][operator] ${String(operator)} is not supported`);
  });
}

function accountNumber(world: World): string {
  return world.account.id.replace(/^act_/, '');
}

export function hasCampaignBudget(campaign: MarketObject, at: number): boolean {
  return campaign.number('daily_budget', at) !== null || campaign.number('lifetime_budget', at) !== null;
}

/** As text; "0" for the kind of budget that the ad set doesn't use. Left out if the campaign has a budget. */
function adSetBudget(adSet: MarketObject, field: string, at: number): string | undefined {
  if (hasCampaignBudget(adSet.ancestor('campaign'), at)) return undefined;
  return String(adSet.number(field, at) ?? 0);
}

function campaignBudget(campaign: MarketObject, field: string, at: number): string | undefined {
  if (!hasCampaignBudget(campaign, at)) return undefined;
  return String(campaign.number(field, at) ?? 0);
}

function schedules(object: MarketObject, at: number): Record<string, unknown>[] {
  const value = object.get('budget_schedules', at);
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function instant(at: number | null, world: World): string | undefined {
  return at === null ? undefined : world.calendar.format(at);
}

/** A campaign without a cap lacks this field; an account without one has "0". */
function positiveText(amount: number | null): string | undefined {
  return amount ? String(amount) : undefined;
}

/** The starts of its ad sets. Graph derives the times of a campaign from them if it has no times of its own. */
function startsOf(campaign: MarketObject, at: number): number[] {
  return campaign.children.map((adSet) => adSet.number('start_time', at) ?? adSet.createdAt);
}

/** The last end of its ad sets; null if one of them has no end. */
function stopOf(campaign: MarketObject, at: number): number | null {
  const ends = campaign.children.map((adSet) => adSet.number('end_time', at));
  return ends.includes(null) ? null : Math.max(...ends.map(Number));
}

/** Meta publishes no threshold for a significant edit; third parties say a fifth of the budget. */
const SIGNIFICANT_EDIT = 0.2;
/** Meta's rule of thumb: about 50 results in the week after the last significant edit. */
const LEARNED_RESULTS = 50;

function learningStage(adSet: MarketObject, at: number, world: World): Record<string, unknown> {
  const edits = adSet.history('daily_budget')?.changes(0, at) ?? [];
  let since = adSet.createdAt;
  for (const { at: editedAt, from, to } of edits) {
    if (typeof from !== 'number' || typeof to !== 'number' || Math.abs(to / from - 1) > SIGNIFICANT_EDIT) {
      since = editedAt;
    }
  }
  let results = 0;
  const firstHour = world.calendar.localHour(since);
  for (const ad of adSet.children) {
    for (const quarter of world.delivery.quarters(ad, at)) {
      if (quarter.localHour >= firstHour) results += quarter.linkClicks;
    }
  }
  const week = at - since >= 7 * DAY_MS;
  const status = results >= LEARNED_RESULTS ? 'SUCCESS' : week ? 'FAIL' : 'LEARNING';
  return { status, conversions: results, last_sig_edit_ts: Math.floor(since / 1_000) };
}
