import { z } from '@hono/zod-openapi';
import { DRAFT_LIMITS } from '../../domain/forecast/forecast.js';
import { CreativeBody } from '../experiments/requests.js';

const { least, most } = DRAFT_LIMITS;
const count = `must be a list of ${least} to ${most} drafts`;

/** A creative that says something. */
const DraftBody = CreativeBody.refine(
  ({ hook, headline, text, script }) => [hook, headline, text, script].some(Boolean),
  'must have a headline, a hook, a text or a script',
);

export const ForecastBody = z
  .strictObject({
    drafts: z.array(DraftBody, count).min(least, count).max(most, count).openapi({
      description: 'the creatives that are compared; they are kept, so that a test can name them',
    }),
  })
  .openapi('DraftsToForecast');
