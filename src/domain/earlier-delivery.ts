/**
 * What the ads of a test delivered before it was handed over to this service. By default it is shown and doesn't count: who
 * hands a test over because it looks good has looked at it without spending error. Instants are epoch ms of experiment time.
 */
import type { VariantMetrics } from './metric.js';
import { type Observed, totalsOf } from './pair-rows.js';
import { HOUR_MS, instantOf } from './time.js';

/** The record of it. If it counts, the test's `startedAt` is its start; otherwise that is the handover. */
export interface EarlierDelivery {
  handedOverAt: number;
  /** No bucket that starts earlier is imported. */
  since: number;
  /** What Meta gave; null until it gave an answer. */
  read: ReadDelivery | null;
  /** By whose declaration it counts; null: it doesn't. */
  declared: Declaration | null;
}

/** The whole buckets between `since` and the handover, as Meta had them once. */
export interface ReadDelivery {
  at: number;
  /** The first and the last bucket in which an ad delivered; null if none did. */
  span: { from: number; to: number } | null;
  /** By variant id. */
  totals: Record<string, VariantMetrics>;
}

/** A user's word that the test was planned, and would have been handed over whatever it showed. */
export interface Declaration {
  by: string;
  reason: string;
  at: number;
}

/** The start of the import if the delivery doesn't count: one planned duration before the handover. */
export function importedSince(handedOverAt: number, horizonHours: number): number {
  return handedOverAt - Math.round(horizonHours * HOUR_MS);
}

/** A bucket in which one ad delivered. */
type Bucket = Pick<Observed, 'bucketStart' | 'bucketEnd' | 'impressions'> & { adId: string };

/**
 * The first bucket in which all ads delivered and that ended by `until`; null if there is none. No other instant may be the
 * start of the delivery that counts: whoever could choose the date would choose the one that looks best.
 */
export function firstCommonBucket(
  adIds: readonly string[],
  rows: readonly Bucket[],
  until: number,
): { start: number; end: number } | null {
  const ads = new Map<number, { end: number; seen: Set<string> }>();
  for (const { adId, bucketStart, bucketEnd, impressions } of rows) {
    if (impressions <= 0 || bucketEnd > until) continue;
    const bucket = ads.get(bucketStart) ?? { end: bucketEnd, seen: new Set() };
    bucket.seen.add(adId);
    ads.set(bucketStart, bucket);
  }
  const common = [...ads].filter(([, { seen }]) => adIds.every((id) => seen.has(id)));
  if (common.length === 0) return null;
  const [start, { end }] = common.reduce((first, other) => (other[0] < first[0] ? other : first));
  return { start, end };
}

/** What the variants did in these buckets. */
export function readDelivery(
  variantIds: readonly string[],
  rows: readonly Observed[],
  at: number,
): ReadDelivery {
  const delivered = rows.filter(({ impressions }) => impressions > 0);
  return {
    at,
    span:
      delivered.length === 0
        ? null
        : {
            from: Math.min(...delivered.map(({ bucketStart }) => bucketStart)),
            to: Math.max(...delivered.map(({ bucketEnd }) => bucketEnd)),
          },
    totals: totalsOf(variantIds, rows),
  };
}

/** An experiment, as far as it matters here. Tests that began before the record existed have none. */
interface Adopted {
  earlierDelivery?: EarlierDelivery;
  startedAt: number;
}

/** The sentence of every verdict that rests on delivery before the handover; null if none does. */
export function declarationSentence({ earlierDelivery, startedAt }: Adopted): string | null {
  const declared = earlierDelivery?.declared;
  return declared ? countedSince(startedAt, declared) : null;
}

/** From when delivery before the handover counts, and by whose declaration. */
export function countedSince(startedAt: number, { by }: Pick<Declaration, 'by'>): string {
  return `Counts delivery since ${instantOf(startedAt)}, before the handover: ${by} declared that the test was planned so.`;
}

/** Why delivery before the handover doesn't count. `confidence`: the policy's, whose promise it would break. */
export function whyNotCounted(confidence: number): string {
  const promise = Math.round((1 - confidence) * 1_000) / 10;
  return `Delivery before the handover, the start of the test here, isn't counted: if tests were started because an ad already looks good, more than ${promise} % of equal ads would be called winners.`;
}

/** What users read about it; null if the test has no record of it. */
export function earlierDeliverySentence(
  experiment: Adopted & { policy: { confidence: number } },
): string | null {
  const { earlierDelivery, policy } = experiment;
  if (!earlierDelivery) return null;
  const { read } = earlierDelivery;
  const said = declarationSentence(experiment) ?? whyNotCounted(policy.confidence);
  if (read === null)
    return `${said} Meta has not given its figures yet; they are read again at the next look.`;
  return read.span === null ? 'The ads did not deliver before the handover.' : said;
}

/** What a user has to know before the handover can be declared planned. */
export const PLANNED =
  'It may count only if the test was planned: its ads, its duration and its handover were fixed before anyone saw its figures. It then counts from the first whole hour or day in which all ads delivered. The first look weighs all of it at once, in place of the looks that would have come until then.';
