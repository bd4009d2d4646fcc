import { z } from '@hono/zod-openapi';
import { GROUPS } from '../../domain/overview/attention.js';
import { counted, oneOf } from '../http/fields.js';

export const SORTS = ['urgency', 'newest', 'name', 'lift', 'budget'] as const;
export type Sort = (typeof SORTS)[number];

export const OverviewQuery = z.object({
  group: oneOf(GROUPS).optional(),
  q: z.string().trim().max(200, 'must have at most 200 characters').optional().openapi({
    description: 'a text in the name, the id, or a headline; upper and lower case are the same',
  }),
  sort: oneOf(SORTS).default('urgency'),
  limit: counted(1, 1000, 1000),
});
export type OverviewQuery = z.output<typeof OverviewQuery>;
