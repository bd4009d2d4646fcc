import { z } from '@hono/zod-openapi';
import { SERIES_BUCKETS } from '../../domain/reporting/series.js';
import { instant, minorUnits, orNull, unreadable } from '../http/responses.js';

/** One entry per bucket; null if no row of the ad is on record for it. */
const values = (entry: z.ZodType<number>, description: string) =>
  z.array(orNull(entry)).openapi({ description });

export const SeriesAnswer = z
  .object({
    experiment_id: z.string(),
    currency: z.string(),
    bucket: z.enum(SERIES_BUCKETS),
    timezone: z.string().openapi({ description: "the account's; UTC as long as Meta has not given it" }),
    note: z
      .string()
      .nullable()
      .openapi({ description: 'says so if the time zone is not known, or if older buckets are left out' }),
    read_until: instant.nullable().openapi({
      description:
        'end of the newest row on record. It may lie after the cut-off of the last look: the series shows the newest reading; null without rows',
    }),
    buckets: z.array(
      z.object({
        start: instant,
        end: instant,
        hours: z.number().openapi({ description: 'hours that are counted, of a day that may have more' }),
      }),
    ),
    variants: z.array(
      z.object({
        id: z.string(),
        role: z.enum(['control', 'challenger']),
        name: z.string(),
        impressions: values(z.int(), 'null: no row of the ad is on record for the bucket'),
        clicks: values(z.int(), "clicks that lead to the advertiser's destination"),
        conversions: values(z.number(), 'those of the conversion event of the policy'),
        spend: values(z.number(), 'major units'),
        spend_cents: values(minorUnits, "minor units of the account's currency"),
        revenue_cents: values(minorUnits, "minor units of the account's currency"),
        ctr: values(z.number(), 'percent; null without impressions'),
        conversion_rate: values(z.number(), 'percent of clicks; null without clicks'),
        cost_per_conversion: values(z.number(), 'major units; null without conversions'),
        roas: values(z.number(), 'revenue per spend; null without spend'),
      }),
    ),
    looks: z.array(z.object({ look_number: z.int(), due_at: instant, verdict: z.string() })),
    writes: z.array(
      z.object({
        sequence: z.int(),
        at: instant,
        variant_id: z.string().nullable(),
        before: minorUnits,
        intended: minorUnits,
      }),
    ),
    unreadable,
  })
  .openapi('Series');
