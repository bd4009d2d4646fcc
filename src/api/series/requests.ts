import { z } from '@hono/zod-openapi';
import { SERIES_BUCKETS } from '../../domain/reporting/series.js';
import { oneOf } from '../http/fields.js';

export const SeriesQuery = z.object({
  bucket: oneOf(SERIES_BUCKETS).default('day').openapi({
    description: 'a test whose policy counts days has no hours',
  }),
});
