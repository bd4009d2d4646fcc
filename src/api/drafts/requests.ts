import { z } from '@hono/zod-openapi';
import { BRIEF_LIMITS } from '../../domain/drafts/brief.js';
import { counted, experimentId, requesterName, text, whole } from '../http/fields.js';

const { drafts, entries, entry } = BRIEF_LIMITS;
const listForm = `must be a list of at most ${entries} entries`;
const words = (description: string) =>
  z.array(text(entry), listForm).max(entries, listForm).default([]).openapi({ description });

/** Challengers that a test has room for beside its control. */
const MOST_PLACES = 5;

/** What drafts are asked for. `withTokens`: the owner of the token is recorded. */
export const briefBody = (withTokens: boolean) =>
  z
    .strictObject({
      product: text(BRIEF_LIMITS.product).openapi({ example: 'trail shoes' }),
      audience: text(BRIEF_LIMITS.audience).nullish().openapi({ example: 'runners' }),
      offer: text(BRIEF_LIMITS.offer).nullish().openapi({
        description: 'what is offered, in words that are true: drafts claim nothing else',
        example: '20% off until Sunday',
      }),
      must_say: words('words that every draft must have'),
      must_not_say: words('words that no draft may have'),
      tone: text(BRIEF_LIMITS.tone).nullish().openapi({ description: 'only Claude reads it' }),
      count: whole(drafts.least, drafts.most, 'drafts').default(drafts.usual),
      places: whole(1, MOST_PLACES, 'drafts that can be tested').default(2),
      experiment_id: experimentId()
        .optional()
        .openapi({ description: 'the test whose winner they start from; unset: the latest winner' }),
      by: requesterName(withTokens),
    })
    .openapi('Brief');

export const DraftSetParams = z.object({
  id: experimentId().openapi({ param: { name: 'id', in: 'path' }, example: 'drafts_0123456789abcdef' }),
});

export const DraftSetsQuery = z.object({ limit: counted(1, 100, 20) });
