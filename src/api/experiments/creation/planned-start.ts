/** From when the delivery before the handover counts, if a user declares that the test was planned. */
import type { InsightRow, MetaClient } from '../../../clients/meta/types.js';
import type { Store } from '../../../clients/postgres/types.js';
import { dayAround } from '../../../domain/calendar.js';
import { firstCommonBucket } from '../../../domain/earlier-delivery.js';
import { bucketsOf, conversionEventOf, type Policy } from '../../../domain/experiment.js';
import { HOUR_MS, instantOf } from '../../../domain/time.js';
import type { CreationFacts, CreationProblem } from './facts.js';

/** Meta keeps insights for 37 months. */
const OLDEST_MS = 36 * 30 * 24 * HOUR_MS;

export type PlannedStart =
  | { startedAt: number; problems: [] }
  | { startedAt: null; problems: CreationProblem[] };

/**
 * The start of the first whole bucket in which all ads delivered, wherever it lies, or why none counts. Days find the first
 * day; its hours, or with day buckets the day itself, find the start. @throws MetaError
 */
export async function plannedStart(
  { store, meta }: { store: Pick<Store, 'testsOfAdSets'>; meta: Pick<MetaClient, 'getInsights'> },
  policy: Policy,
  { account, variants }: CreationFacts,
  now: number,
): Promise<PlannedStart> {
  const known = variants.flatMap((facts) => facts ?? []);
  // Then other problems say so.
  if (known.length < variants.length) return { startedAt: null, problems: [] };
  const { timezone } = account;
  const adIds = known.map(({ ad }) => ad.id);
  const read = (since: number, granularity: InsightRow['granularity']) =>
    meta.getInsights({ adIds, since, until: now, granularity, timezone, event: conversionEventOf(policy) });
  // Before the last ad set began, not all ads could deliver.
  const began = Math.max(now - OLDEST_MS, ...known.map(({ adSet }) => adSet.settings.startTime ?? 0));
  const days = began < now ? await read(dayAround(began, timezone).since, 'day') : [];
  const horizonMs = policy.horizonHours * HOUR_MS;
  const day = firstCommonBucket(adIds, days, Number.POSITIVE_INFINITY);
  if (day === null) return refused(noCommonBucket(policy));
  if (day.end <= now - horizonMs) return refused(tooLong(policy, day.start));
  const byDay = bucketsOf(policy) === 'day';
  const first = firstCommonBucket(adIds, byDay ? days : await read(day.start, 'hour'), now);
  if (first === null) return refused(noCommonBucket(policy));
  if (first.start <= now - horizonMs) return refused(tooLong(policy, first.start));
  const adSetIds = known.map(({ adSet }) => adSet.id);
  const [earlier] = await store.testsOfAdSets({ adSetIds, since: first.start });
  if (earlier) return refused(lookedAt(earlier));
  return { startedAt: first.start, problems: [] };
}

function refused(message: string): PlannedStart {
  return { startedAt: null, problems: [{ field: 'earlier_delivery', message }] };
}

function noCommonBucket(policy: Policy): string {
  return `Delivery before the handover can't count: there is no whole ${bucketsOf(policy)} before the handover in which all ads delivered. Leave earlier_delivery out: the test then counts from now on`;
}

function tooLong({ horizonHours }: Policy, since: number): string {
  return `Delivery before the handover can't count: the ads have delivered together since ${instantOf(since)}, so the planned ${horizonHours} hours (policy.horizon_hours) are over. Leave earlier_delivery out: the test then counts from now on`;
}

function lookedAt({ adSetId, experimentId }: { adSetId: string; experimentId: string }): string {
  return `Delivery before the handover can't count: ad set ${adSetId} was part of the test ${experimentId} in that time, which has looked at its delivery. Leave earlier_delivery out: the test then counts from now on`;
}
