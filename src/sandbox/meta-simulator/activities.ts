import { DAY_MS } from './calendar.js';
import { invalidParameter } from './graph-error.js';
import { type GraphRequest, listParam } from './request.js';
import type { AuditRow } from './types.js';
import type { World } from './world.js';

/** The name in the activity log if an edit names nobody. */
const PERSON = 'Ads Manager user';
const APP = 'Auto-promotion';

type FieldReader = (row: AuditRow, world: World) => unknown;

/** Names and types are Meta's own: in its log, the type of an ad set is still CAMPAIGN. */
const FIELDS: Record<string, FieldReader> = {
  event_type: () => 'update_ad_set_budget',
  translated_event_type: () => 'Ad set budget updated',
  event_time: (row) => `${new Date(row.appliedAt!).toISOString().slice(0, 19)}+0000`,
  date_time_in_timezone: (row, world) => world.calendar.format(row.appliedAt!),
  actor_id: ({ actor }) => (actor === 'api' ? '1001' : '1002'),
  actor_name: ({ actor, actorName }) => (actor === 'api' ? APP : (actorName ?? PERSON)),
  application_id: ({ actor }) => (actor === 'api' ? '2001' : '2002'),
  application_name: ({ actor }) => (actor === 'api' ? APP : 'Ads Manager'),
  object_id: ({ adSetId }) => adSetId,
  object_name: ({ adSetId, appliedAt }, world) => world.objects.get(adSetId)?.text('name', appliedAt!),
  object_type: () => 'CAMPAIGN',
  extra_data: (row, world) =>
    JSON.stringify({
      old_value: { old_value: beforeOf(row, world), type: 'Per day' },
      new_value: { new_value: row.requested, type: 'Per day' },
    }),
};

const DEFAULT_FIELDS = ['event_time', 'event_type', 'extra_data', 'object_id'];

/**
 * `/{account}/activities`: the changes of budgets, newest first, at the instants at which they took effect. `since` and
 * `until` are Unix seconds or a date; the default is the last week. `oid`: only changes of this object.
 */
export function readActivities(request: GraphRequest, at: number, world: World): Record<string, unknown>[] {
  const { oid, since, until, fields } = request.params;
  const asked = listParam(fields);
  const unknown = asked.find((field) => !Object.hasOwn(FIELDS, field));
  if (unknown !== undefined) {
    throw invalidParameter(`Tried accessing nonexisting field (${unknown}) on node type (AdActivity)`);
  }
  const last = Math.min(at, readInstant('until', until) ?? at);
  const first = readInstant('since', since) ?? last - 7 * DAY_MS;
  const names = asked.length > 0 ? asked : DEFAULT_FIELDS;
  return world.audit
    .filter((row) => row.appliedAt !== null && row.appliedAt >= first && row.appliedAt <= last)
    .filter((row) => (oid === undefined || row.adSetId === oid) && beforeOf(row, world) !== row.requested)
    .sort((a, b) => b.appliedAt! - a.appliedAt! || b.sequence - a.sequence)
    .map((row) => Object.fromEntries(names.map((name) => [name, FIELDS[name]?.(row, world)])));
}

/** The audit has the budget at the time of the request. When a late change takes effect, the budget may be another. */
function beforeOf(row: AuditRow, world: World): number {
  if (row.appliedAt === row.at) return row.before;
  return world.objects.get(row.adSetId)?.number('daily_budget', row.appliedAt! - 1) ?? row.before;
}

function readInstant(name: string, value: unknown): number | null {
  if (value === undefined) return null;
  const text = String(value);
  const instant = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text);
  if (Number.isNaN(instant)) throw invalidParameter(`param ${name} must be a timestamp or a date`);
  return instant;
}
