import { z } from '@hono/zod-openapi';
import { instant } from '../http/responses.js';

const estimate = z
  .object({
    pct: z.number(),
    interval_pct: z.tuple([z.number(), z.number()]).openapi({ description: '90 %' }),
  })
  .nullable();

const gain = z
  .object({
    mean: z.number(),
    uniform: z.number().openapi({ description: 'of the forecast that knows nothing' }),
    gain: z.number(),
    gain_interval: z.tuple([z.number(), z.number()]).openapi({ description: '90 %' }),
  })
  .nullable();

export const ModelAnswer = z
  .object({
    model: z
      .object({
        version: z.int(),
        recipe: z.string(),
        made_at: instant,
        training_set: z.object({
          tests: z.int(),
          texts: z.int(),
          rate: z.string().nullable().openapi({
            description:
              'what these tests are decided by, e.g. "clicks per impression"; tests of other rates are left out. Null: all are mixed',
          }),
          hash: z.string().openapi({ description: 'SHA-256 of the ads, their figures and the recipe' }),
        }),
        encoders: z.array(z.string()),
        accuracy: z.number().nullable().openapi({
          description: 'share of pairs of held-out tests, different at 95 %, that it orders right',
        }),
        pairs: z.int(),
        weights: z.record(z.string(), z.number()),
        explained: z.number().openapi({ description: 'share of its predictions that attributes explain' }),
      })
      .nullable()
      .openapi({ description: 'null: nothing was learned yet' }),
    learned_elsewhere: z.string().nullable().openapi({
      description: 'what forecasts rest on beside own tests; null if nothing ships for the encoder',
    }),
    encoder: z.object({
      setting: z.string().nullable(),
      problem: z.string().nullable().openapi({ description: 'what is missing, and how to get it' }),
      texts: z.int().openapi({ description: 'texts of decided tests' }),
      encoded: z.int().openapi({ description: 'of these, encoded by every encoder of the setting' }),
    }),
    worth: z.object({
      verdict: z.enum(['too_few', 'worth', 'not_shown', 'worth_nothing']),
      message: z.string(),
      tests: z.int().openapi({ description: 'scored forecasts that knew something: all figures are theirs' }),
      knew_nothing: z.int().openapi({ description: 'scored forecasts that knew nothing' }),
      since: instant.nullable(),
      lift_of_first_choice: estimate.openapi({
        description:
          'rate of the first choice above the mean of the others; the interval holds at every look',
      }),
      brier: gain,
      log_score: gain,
      pairs: z.object({ right: z.int(), wrong: z.int() }),
      calibration: z.array(
        z.object({
          low: z.number(),
          high: z.number(),
          count: z.int(),
          forecast: z.number().nullable(),
          happened: z.number().nullable(),
          error: z.number().nullable(),
        }),
      ),
      curve: z
        .array(z.object({ from: z.int(), to: z.int().nullable(), tests: z.int(), lift: estimate }))
        .openapi({ description: 'lift of the first choice by own tests learned from' }),
    }),
  })
  .openapi('Model');

export type ModelJson = z.output<typeof ModelAnswer>;
