import { creativeBody } from './creative-forms.js';
import type { ChangeEvent, FieldValue } from './events.js';
import type { MarketObject, ObjectKind } from './objects.js';
import type { AuditRow } from './types.js';
import type { World } from './world.js';

type FieldRule = 'text' | 'amount' | 'instant' | 'flag' | 'list' | 'object' | 'creative';

const SHARED: Record<string, FieldRule> = { name: 'text', status: 'text', effective_status: 'text' };
const BUDGETS: Record<string, FieldRule> = {
  daily_budget: 'amount',
  lifetime_budget: 'amount',
  is_budget_schedule_enabled: 'flag',
  budget_schedules: 'list',
};

/** The fields that a user can change in Ads Manager. `account_id` moves an object to an account that is not visible. */
const EDITABLE: Record<ObjectKind, Record<string, FieldRule>> = {
  ad: { ...SHARED, account_id: 'text', creative: 'creative' },
  adset: {
    ...SHARED,
    ...BUDGETS,
    account_id: 'text',
    start_time: 'instant',
    end_time: 'instant',
    targeting: 'object',
    optimization_goal: 'text',
    promoted_object: 'object',
    bid_strategy: 'text',
    bid_amount: 'amount',
    attribution_spec: 'list',
    adset_schedule: 'list',
    pacing_type: 'list',
  },
  campaign: {
    ...SHARED,
    ...BUDGETS,
    account_id: 'text',
    is_adset_budget_sharing_enabled: 'flag',
    spend_cap: 'amount',
    start_time: 'instant',
    stop_time: 'instant',
  },
  account: { name: 'text', account_status: 'amount', disable_reason: 'amount', spend_cap: 'amount' },
};

/**
 * A user's edit in Ads Manager, as an event. Amounts are minor units (text is read as a number); instants are epoch ms
 * or text with a date; null removes a value. Graph's limits don't apply to it, but an edited budget counts as one of the
 * ad set's changes within the hour. A changed creative is a new one, with an id of its own. Throws if the object or a field is unknown, or a value is malformed.
 */
export function editEvent(
  world: World,
  edit: { objectId: string; fields: Record<string, unknown>; actor?: string },
  now: number,
): ChangeEvent {
  const { objectId, fields, actor } = edit;
  const object = world.objects.get(objectId);
  if (!object) throw new RangeError(`no object ${objectId}`);
  const values: Record<string, FieldValue> = {};
  for (const [field, value] of Object.entries(fields)) {
    const rule = Object.hasOwn(EDITABLE[object.kind], field) ? EDITABLE[object.kind][field] : undefined;
    if (!rule) throw new RangeError(`${object.kind} has no field ${field} that a user can edit`);
    values[field] = value === null ? null : read(field, value, rule);
  }
  if (values.creative) values.creative_id = world.newId('object');
  const amount = values.daily_budget;
  const audit =
    object.kind === 'adset' && typeof amount === 'number' ? userRow(world, object, amount, now, actor) : null;
  return { type: 'change', at: now, objectId, fields: values, effectiveAt: now, audit, tally: null };
}

function read(field: string, value: unknown, rule: FieldRule): FieldValue {
  if (rule === 'text' && typeof value === 'string') return value;
  if (rule === 'flag' && typeof value === 'boolean') return value;
  if (rule === 'list' && Array.isArray(value)) return value as Record<string, unknown>[];
  if (rule === 'object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  if (rule === 'creative') {
    const creative = creativeBody.safeParse(value);
    if (creative.success) return creative.data;
  }
  if (rule === 'instant' && typeof value === 'string' && !Number.isNaN(Date.parse(value))) {
    return Date.parse(value);
  }
  if (rule === 'amount' || rule === 'instant') {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  }
  throw new RangeError(`${field} can't be ${JSON.stringify(value)}`);
}

function userRow(
  world: World,
  adSet: MarketObject,
  amount: number,
  at: number,
  actorName: string | undefined,
): AuditRow {
  return {
    sequence: world.audit.length + 1,
    at,
    adSetId: adSet.id,
    actor: 'person',
    ...(actorName === undefined ? {} : { actorName }),
    before: adSet.number('daily_budget', at) ?? 0,
    requested: amount,
    outcome: 'applied',
    appliedAt: at,
    code: null,
    subcode: null,
    fault: null,
  };
}
