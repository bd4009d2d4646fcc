import { z } from '@hono/zod-openapi';
import { READ_FIRST } from '../../domain/creative/compared-texts.js';
import { BASES } from '../../domain/patterns/evidence.js';
import { instant } from '../http/responses.js';

const lift = z.number().openapi({ description: 'percent above the mean of the ads, e.g. 12.5' });
const basis = z.enum(BASES);

const Reason = z.object({
  attribute: z.string(),
  statement: z.string().openapi({ example: 'The headline contains a question mark' }),
  value: z.number().openapi({ description: '1 or 0, or a number of steps' }),
  contribution: z.number().openapi({ description: 'log rate less the mean of the ads' }),
  evidence: basis.openapi({ description: 'whose tests the reason rests on' }),
  message: z
    .string()
    .openapi({ description: 'the reason as users read it, with its contribution in percent' }),
});

const DraftForecast = z.object({
  id: z.string(),
  chance_best: z.number().openapi({ description: '0 to 1; those of all ads add up to 1' }),
  expected: z.number().openapi({ description: 'log rate less the mean of the ads' }),
  sd: z.number().openapi({ description: 'standard deviation of that difference' }),
  expected_pct: lift,
  interval_pct: z.tuple([z.number(), z.number()]).openapi({ description: '90 %, percent' }),
  reasons: z.array(Reason),
  remainder: z.number().openapi({ description: 'what the reasons leave: with them it adds up to expected' }),
  remainder_message: z.string(),
});

const Choice = z.object({
  ids: z.array(z.string()),
  expected_best_pct: lift,
});

const common = {
  made_at: instant,
  model_version: z.int().nullable().openapi({ description: 'null: nothing was learned' }),
  learned_from_tests: z.int(),
  evidence: basis,
  evidence_message: z.string().openapi({ description: 'whose tests it was learned from' }),
  compared: z.enum(READ_FIRST).nullable().openapi({ description: 'the text that was compared' }),
  notes: z.array(z.string()).openapi({ description: 'why nothing or little is known' }),
  drafts: z.array(DraftForecast),
};

export const ForecastAnswer = z
  .object({
    ...common,
    draft_ids: z
      .array(z.string())
      .openapi({ description: 'in the order of the request, for a test of them' }),
    opportunities: z
      .array(
        z.object({
          attribute: z.string(),
          statement: z.string(),
          direction: z.enum(['add', 'drop']),
          effect_pct: z.number(),
          evidence: basis,
          message: z.string(),
        }),
      )
      .openapi({
        description: 'what no draft makes use of: what holds here, then what was learned elsewhere',
      }),
    which_to_test: z.object({
      together: Choice.openapi({ description: 'the drafts whose best is expected to be best' }),
      one_by_one: Choice.openapi({ description: 'the best drafts, each taken by itself' }),
      message: z.string(),
    }),
    pair: z
      .object({
        ids: z.tuple([z.string(), z.string()]),
        chance: z.number().openapi({ description: 'that a test tells them apart by the horizon, 0 to 1' }),
        days: z.number().openapi({ description: 'mean days to the end of the test' }),
        looks_hopeless: z.boolean(),
        message: z.string(),
      })
      .nullable()
      .openapi({ description: 'a test of the best pair, by the default policy; null without traffic' }),
  })
  .openapi('Forecast');

const Score = z.object({
  scored_at: instant,
  brier: z.number(),
  log_score: z.number(),
  uniform_brier: z.number(),
  uniform_log_score: z.number(),
  measured_best: z.array(z.string()),
  first_choice: z
    .object({
      ids: z.array(z.string()),
      lift: z.number().openapi({ description: 'log rate of the first choice less the mean of the others' }),
      se: z.number(),
      lift_pct: z.number().openapi({ description: 'the same lift in percent' }),
      interval_pct: z.tuple([z.number(), z.number()]).openapi({ description: '90 %, percent' }),
    })
    .nullable()
    .openapi({ description: 'null: the forecast preferred none' }),
});

export const ExperimentForecastAnswer = z
  .object({
    experiment_id: z.string(),
    forecast: z
      .object(common)
      .nullable()
      .openapi({ description: 'made before the first look; null if none was made' }),
    message: z.string(),
    score: Score.nullable().openapi({ description: 'null until the test is decided' }),
  })
  .openapi('ExperimentForecast');

export type ExperimentForecastJson = z.output<typeof ExperimentForecastAnswer>;
