import { z } from '@hono/zod-openapi';
import { DRAFT_LIMITS } from '../../domain/forecast/forecast.js';
import { OBJECTIVES } from '../../domain/metric.js';
import { CreativeBody } from '../experiments/requests.js';
import { bounded, oneOf, text, whole } from '../http/fields.js';

const { least, most } = DRAFT_LIMITS;
const count = `must be a list of ${least} to ${most} drafts`;

const MOST_PATTERNS = 20;
const patternsForm = `must be a list of at most ${MOST_PATTERNS} ids of patterns`;

/** A creative that says something, and the patterns that it was made from. */
const DraftBody = CreativeBody.extend({
  pattern_ids: z
    .array(text(100), patternsForm)
    .max(MOST_PATTERNS, patternsForm)
    .optional()
    .openapi({
      description:
        'the patterns that it was made from (content_id): a test with this draft then counts how often they win. The same creative again with others gets those too',
      example: ['question_mark'],
    }),
})
  .refine(
    ({ hook, headline, text, script }) => [hook, headline, text, script].some(Boolean),
    'must have a headline, a hook, a text or a script',
  )
  .openapi('Draft');

export const ForecastBody = z
  .strictObject({
    drafts: z.array(DraftBody, count).min(least, count).max(most, count).openapi({
      description: 'the creatives that are compared; they are kept, so that a test can name them',
    }),
    places: whole(least, most, 'drafts, and at most as many as there are')
      .optional()
      .openapi({ description: 'how many can be tested; 2 if it is left out' }),
    objective: oneOf(OBJECTIVES)
      .optional()
      .openapi({ description: 'what decides the test; click_through_rate if it is left out' }),
    traffic: z
      .strictObject({
        impressions_per_day: whole(1, 1_000_000_000, 'impressions per ad and day'),
        clicks_per_day: bounded(0.001, 1_000_000_000, 'clicks per ad and day'),
      })
      .refine(({ impressions_per_day: shown, clicks_per_day: clicks }) => clicks <= shown, {
        path: ['clicks_per_day'],
        message: 'must be at most impressions_per_day',
      })
      .optional()
      .openapi({ description: 'what each ad is expected to do: then the answer says how long a test takes' }),
  })
  .refine(({ drafts, places }) => places === undefined || places <= drafts.length, {
    path: ['places'],
    message: 'must be at most the number of drafts',
  })
  .openapi('DraftsToForecast');
