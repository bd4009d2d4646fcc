import type { z } from '@hono/zod-openapi';
import { GROUPS } from '../../domain/overview/attention.js';
import { windowsOf } from '../../domain/rollout/freeze.js';
import type { ApiContext } from '../dependencies.js';
import { isoOf } from '../http/format.js';
import { showRows } from '../http/show-rows.js';
import type { OverviewQuery, Sort } from './requests.js';
import type { OverviewAnswer } from './responses.js';
import { type OverviewRowJson, overviewRowToJson } from './to-json.js';

/** The most experiments that one list reads; those that have not ended come first. */
const MOST = 5_000;

/** The experiments as a list shows them, in the order of the query. */
export async function overviewOf(
  context: Pick<ApiContext, 'store' | 'clock' | 'onInternalError'>,
  { group, q, sort, limit }: OverviewQuery,
): Promise<z.output<typeof OverviewAnswer>> {
  const now = await context.clock.now();
  const [events, killSwitch] = await Promise.all([context.store.freezeEvents(), context.store.killSwitch()]);
  const account = { windows: windowsOf(events), killSwitch, now };
  const { shown, unreadable } = showRows(
    context,
    await context.store.overview(MOST),
    ({ experiment }) => experiment.id,
    (row) => overviewRowToJson(row, account),
  );
  const countOf = (name: string) => shown.filter((row) => row.group === name).length;
  const wanted = q?.toLowerCase() ?? '';
  const found = shown.filter(
    (row) => (group === undefined || row.group === group) && textOf(row).includes(wanted),
  );
  return {
    now: isoOf(now),
    experiments: sorted(found, sort).slice(0, limit),
    counts: {
      act: countOf('act'),
      rollout: countOf('rollout'),
      running: countOf('running'),
      paused: countOf('paused'),
      ended: countOf('ended'),
    },
    unreadable,
  };
}

/** What a search looks at, in lower case. */
function textOf({ name, experiment_id, variants }: OverviewRowJson): string {
  return [name, experiment_id, ...variants.map(({ headline }) => headline ?? '')].join('\n').toLowerCase();
}

function sorted(rows: OverviewRowJson[], sort: Sort): OverviewRowJson[] {
  const most = (of: (row: OverviewRowJson) => number) =>
    [...rows].sort((one, other) => of(other) - of(one) || newestFirst(one, other));
  switch (sort) {
    case 'urgency':
      return most(({ group }) => -GROUPS.indexOf(group));
    case 'newest':
      return [...rows].sort(newestFirst);
    case 'name':
      return [...rows].sort((one, other) => one.name.localeCompare(other.name));
    case 'lift':
      return most(({ lift }) => lift ?? Number.NEGATIVE_INFINITY);
    case 'budget':
      return most(({ total_budget_cents }) => total_budget_cents ?? -1);
  }
}

function newestFirst(one: OverviewRowJson, other: OverviewRowJson): number {
  return Date.parse(other.start_date) - Date.parse(one.start_date);
}
