import { z } from '@hono/zod-openapi';
import { PATTERN_KINDS } from '../../contract/patterns.js';
import { PATTERN_CATEGORIES } from '../../domain/creative/attribute.js';
import { attributeOf } from '../../domain/creative/registry.js';
import { BASES } from '../../domain/patterns/evidence.js';
import { PATTERN_STATES } from '../../domain/patterns/state.js';
import { counted, experimentId, flag, oneOf, requesterName, text } from '../http/fields.js';
import { placeOf } from './cursor.js';

const LONGEST_STATEMENT = 500;
const LONGEST_TITLE = 120;
const LONGEST_TAG = 40;
const MOST_TAGS = 10;

const attribute = z
  .string('must be the id of an attribute, e.g. question_mark')
  .refine((id) => attributeOf(id) !== null, 'must be the id of an attribute, e.g. question_mark')
  .openapi({ example: 'question_mark' });

export const PatternQuery = z.object({
  q: text(LONGEST_STATEMENT).optional().openapi({
    description: 'what to look for, in words; without it, the most certain patterns come first',
    example: 'ask the reader something',
  }),
  attribute: attribute.optional(),
  state: oneOf(PATTERN_STATES).optional(),
  kind: oneOf(PATTERN_KINDS).optional(),
  basis: oneOf(BASES).optional().openapi({ description: 'whose tests it rests on' }),
  category: oneOf(PATTERN_CATEGORIES).optional(),
  tag: text(LONGEST_TAG).optional(),
  limit: counted(1, 100, 20),
  cursor: z
    .string()
    .refine((value) => placeOf(value) !== null, 'must be the next_cursor of an earlier answer')
    .optional()
    .openapi({ description: 'next_cursor of the answer before; the other parameters stay as they were' }),
});

export const PatternParams = z.object({
  id: experimentId().openapi({ param: { name: 'id', in: 'path' }, example: 'question_mark' }),
});

const tagsForm = `must be a list of at most ${MOST_TAGS} tags`;

/** A statement about creatives. `withTokens`: the owner of the token is recorded. */
export const statementBody = (withTokens: boolean) =>
  z
    .strictObject({
      statement: text(LONGEST_STATEMENT).openapi({
        description: 'something that is true of some creatives',
        example: 'The picture shows the product in use.',
      }),
      title: text(LONGEST_TITLE).optional().openapi({ description: 'unset: the beginning of the statement' }),
      attribute_id: attribute.optional().openapi({
        description: 'the attribute that it is about: tests that vary it then test the statement',
      }),
      direction: oneOf(['higher', 'lower']).optional().openapi({
        description:
          'whether such creatives have a higher or a lower rate; unset: the statement does not say',
      }),
      category: oneOf(PATTERN_CATEGORIES).default('best_practice'),
      tags: z.array(text(LONGEST_TAG), tagsForm).max(MOST_TAGS, tagsForm).default([]),
      same_as: text(100)
        .optional()
        .openapi({ description: 'content_id of the pattern that says the same in other words' }),
      as_new: flag.default(false).openapi({
        description: 'true: it says something else than any pattern with other words',
      }),
      dry_run: flag.default(false).openapi({
        description:
          'true: nothing is stored; the answer says which pattern it would join, and which are similar',
      }),
      by: requesterName(withTokens),
    })
    .refine(({ same_as: sameAs, as_new: asNew }) => sameAs === undefined || !asNew, {
      path: ['same_as'],
      message: 'must be left out if as_new is true',
    })
    .openapi('PatternStatement');
