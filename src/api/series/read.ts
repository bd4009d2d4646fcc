import type { z } from '@hono/zod-openapi';
import { adName } from '../../domain/ad-name.js';
import { currencyOffset } from '../../domain/budget.js';
import { bucketsOf, type Experiment } from '../../domain/experiment.js';
import type { VariantMetrics } from '../../domain/metric.js';
import { MEASURES, type SeriesBucket, seriesOf } from '../../domain/reporting/series.js';
import { accountZone } from '../account/zone.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import { ApiProblem } from '../http/problems.js';
import { looksOf } from '../looks/read.js';
import type { LooksAnswer } from '../looks/responses.js';
import { ledgerOf } from '../rollouts/read.js';
import type { LedgerAnswer } from '../rollouts/responses.js';
import type { SeriesAnswer } from './responses.js';

export type SeriesJson = z.output<typeof SeriesAnswer>;

/** The most buckets of an answer: 125 days of hours, longer than any test. */
export const MOST_BUCKETS = 3_000;
/** More looks than any horizon has at the shortest interval of an hour. */
const ALL_LOOKS = 2_200;
/** Every instant of the product lies before it. */
const ALWAYS = Date.UTC(2200, 0);

type Marks = Pick<SeriesJson, 'looks' | 'writes' | 'unreadable'>;

/**
 * What each ad did per hour or local day, from the newest reading of each row. If there are more than
 * {@link MOST_BUCKETS}, the newest are given.
 * @throws ApiProblem 404; 400 if hours are asked of a test that counts days
 */
export async function experimentSeries(
  context: ApiContext,
  id: string,
  bucket: SeriesBucket,
): Promise<SeriesJson> {
  const experiment = await experimentOf(context, id);
  const [values, looks, ledger] = await Promise.all([
    readValues(context, experiment, bucket),
    looksOf(context, id, { limit: ALL_LOOKS, offset: 0 }),
    ledgerOf(context, id),
  ]);
  return { ...values, ...marksOf(experiment, looks, ledger) };
}

/** The looks and budget writes of a series, from the answers that have them. */
export function marksOf(
  { variants }: Pick<Experiment, 'variants'>,
  { looks, unreadable }: z.output<typeof LooksAnswer>,
  { ledger, unreadable: more }: z.output<typeof LedgerAnswer>,
): Marks {
  const variantOf = new Map(variants.map(({ adSetId, id }) => [adSetId, id]));
  return {
    looks: [...looks].reverse().map(({ look_number, due_at, verdict }) => ({ look_number, due_at, verdict })),
    writes: ledger
      .filter(({ outcome }) => outcome === 'applied')
      .map(({ sequence, at, ad_set_id, before, intended }) => ({
        sequence,
        at,
        variant_id: variantOf.get(ad_set_id) ?? null,
        before,
        intended,
      })),
    unreadable: [...unreadable, ...more],
  };
}

/** A series without its marks. Throws as {@link experimentSeries} does. */
export async function readValues(
  { store, meta }: Pick<ApiContext, 'store' | 'meta'>,
  experiment: Experiment,
  bucket: SeriesBucket,
): Promise<Omit<SeriesJson, keyof Marks>> {
  const { id, currency, variants } = experiment;
  const granularity = bucketsOf(experiment.policy);
  if (bucket === 'hour' && granularity === 'day') {
    const message = 'must be day: this test counts days, so no hours are on record';
    throw new ApiProblem('invalid_request', `bucket ${message}.`, { errors: [{ field: 'bucket', message }] });
  }
  const [zone, rows] = await Promise.all([
    accountZone(meta),
    store.observationsAsKnown({
      experimentId: id,
      granularity,
      since: experiment.startedAt,
      endedBy: ALWAYS,
      seenUntil: ALWAYS,
    }),
  ]);
  const timezone = zone ?? 'UTC';
  const { buckets, byVariant } = seriesOf({
    rows,
    variantIds: variants.map((variant) => variant.id),
    bucket,
    timezone,
  });
  const leftOut = Math.max(0, buckets.length - MOST_BUCKETS);
  const notes = [
    ...(zone === null ? ['Meta has not given the time zone of the account: days and times are UTC.'] : []),
    ...(leftOut > 0 ? [`The newest ${MOST_BUCKETS} are shown; ${leftOut} older ones are left out.`] : []),
  ];
  return {
    experiment_id: id,
    currency,
    bucket,
    timezone,
    note: notes.length === 0 ? null : notes.join(' '),
    read_until: isoOrNull(
      rows.reduce<number | null>((last, row) => Math.max(last ?? 0, row.bucketEnd), null),
    ),
    buckets: buckets.slice(leftOut).map(({ start, end, hours }) => ({
      start: isoOf(start),
      end: isoOf(end),
      hours,
    })),
    variants: variants.map(({ id: variantId, role }) => ({
      id: variantId,
      role,
      name: adName(variants, variantId),
      ...valuesOf(byVariant[variantId]!.slice(leftOut), currency),
    })),
  };
}

type Values = Omit<SeriesJson['variants'][number], 'id' | 'role' | 'name'>;

function valuesOf(rows: readonly (VariantMetrics | null)[], currency: string): Values {
  const offset = currencyOffset(currency);
  const each = (of: (row: VariantMetrics) => number | null) => rows.map((row) => row && of(row));
  const ratio = (of: (row: VariantMetrics) => number | null, factor: number, digits: number) =>
    each((row) => {
      const value = of(row);
      return value === null ? null : rounded(value * factor, digits);
    });
  return {
    impressions: each(MEASURES.impressions.of),
    clicks: each(MEASURES.clicks.of),
    conversions: each(MEASURES.conversions.of),
    spend: ratio(MEASURES.spend.of, 1 / offset, 2),
    spend_cents: each(MEASURES.spend.of),
    revenue_cents: each(({ revenue }) => revenue),
    ctr: ratio(MEASURES.ctr.of, 100, 4),
    conversion_rate: ratio(MEASURES.conversion_rate.of, 100, 4),
    cost_per_conversion: ratio(MEASURES.cost_per_conversion.of, 1 / offset, 2),
    roas: ratio(MEASURES.roas.of, 1, 4),
  };
}
