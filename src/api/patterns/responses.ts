import { z } from '@hono/zod-openapi';
import { PATTERN_KINDS } from '../../contract/patterns.js';
import { PATTERN_CATEGORIES } from '../../domain/creative/attribute.js';
import { BASES } from '../../domain/patterns/evidence.js';
import { LATER_RESULTS, PATTERN_STATES } from '../../domain/patterns/state.js';
import { instant, orNull, unreadable } from '../http/responses.js';
import { SEARCHES } from './cursor.js';

const relative = z.number().openapi({ description: 'relative change of the rate: −0.108 is −10.8 %' });
const interval = z.array(z.number()).length(2).openapi({ description: '95 %, as relative changes' });
const direction = orNull(z.enum(['higher', 'lower']));

const EffectAnswer = z.object({ effect: relative, interval, tests: z.int() }).openapi('PatternEffect');

const PatternAnswer = z
  .object({
    content_id: z.string().openapi({ example: 'question_mark' }),
    kind: z.enum(PATTERN_KINDS).openapi({
      description: '`measured`: finished tests gave it; `stated`: someone put it in words first',
    }),
    title: z.string(),
    content: z.string().openapi({ description: 'the statement' }),
    attribute_id: z.string().nullable(),
    category: z.enum(PATTERN_CATEGORIES),
    tags: z.array(z.string()),
    source: z.literal('ab_test_learning'),
    state: z.enum(PATTERN_STATES),
    state_reason: z.string(),
    basis: z.enum(BASES).openapi({ description: 'whose tests the expectation rests on' }),
    evidence: z.string().openapi({ description: 'in a sentence; what was learned elsewhere is called so' }),
    own: orNull(EffectAnswer).openapi({ description: 'by own tests; null if fewer than 2 vary it' }),
    foreign: orNull(z.object({ effect: relative, learned_from: z.string() })),
    expected: orNull(z.object({ effect: relative, interval })).openapi({
      description: 'what to expect here; null if nothing is known',
    }),
    q: z.number().nullable().openapi({
      description:
        'of patterns as uncertain as this one, the share that may be false (false discovery rate), however often it is looked at; null if fewer than 10 tests vary it',
    }),
    shrunk_effect: z.number().nullable().openapi({ description: 'relative change, shrunk towards 0' }),
    tests: z.int().openapi({ description: 'own tests that vary it' }),
    tests_for: z.int(),
    tests_against: z.int(),
    stated_at: instant.nullable().openapi({
      description:
        'when it was first stated, or when someone first gave it a direction; null if it never was',
    }),
    stated_by: z.string().nullable().openapi({ description: 'null if tests gave it' }),
    stated_direction: direction,
    later: z.object({ result: z.enum(LATER_RESULTS), by: orNull(EffectAnswer) }).openapi({
      description: 'what tests that began after it was first stated say; valid however often it is looked at',
    }),
    wordings: z
      .array(
        z.object({
          ...{ text: z.string(), by: z.string(), at: instant, direction },
          opposes: z.boolean().openapi({
            description: 'it claims the opposite: tests against the pattern speak for it',
          }),
        }),
      )
      .openapi({ description: 'other statements about the same' }),
    confidence_score: z.number().openapi({ description: 'probability of its sign; 0.5 if nothing is known' }),
    usage_count: z.int().openapi({
      description:
        'ads made from it (drafts with its id in pattern_ids) in tests that are decided or have ended',
    }),
    wins: z.int().openapi({ description: 'uses whose ad became the winner by its test' }),
    success_rate: z.number().openapi({ description: 'posterior mean' }),
    success_interval: z.array(z.number()).length(2).openapi({ description: '90 %' }),
    created_at: instant,
    updated_at: instant,
  })
  .openapi('Pattern');

const FoundPatternAnswer = PatternAnswer.extend({
  similarity: z.number().nullable().openapi({ description: 'cosine, if it was found by meaning' }),
}).openapi('FoundPattern');

export const PatternsAnswer = z
  .object({
    patterns: z.array(FoundPatternAnswer),
    searched_by: z.enum(SEARCHES).openapi({ description: '`certainty`: without q' }),
    note: z.string().nullable().openapi({ description: 'why words were searched and not meanings' }),
    limit: z.int(),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: '`cursor` of the next page; null if this is the last one' }),
    unreadable,
  })
  .openapi('Patterns');

export const PatternWithTestsAnswer = PatternAnswer.extend({
  test_results: z
    .array(
      z.object({
        experiment_id: z.string(),
        name: z.string(),
        href: z.string().openapi({ description: 'the test', example: '/api/ab/experiments/exp_12345' }),
        effect: relative,
        interval,
        supports: z
          .enum(['for', 'against', 'neither'])
          .openapi({ description: 'by the sign of its effect alone' }),
        began_after_stated: z.boolean(),
        start_date: instant,
        end_date: instant.nullable(),
      }),
    )
    .openapi({ description: 'what each own test says by itself, the latest start first' }),
}).openapi('PatternWithTests');

export const StatedPatternAnswer = z
  .object({
    stored: z.boolean().openapi({ description: 'false in a dry run' }),
    pattern: orNull(PatternAnswer).openapi({
      description: 'null in a dry run of a statement that joins no pattern',
    }),
    is_new: z.boolean(),
    matched_by: orNull(z.enum(['attribute', 'words', 'given'])).openapi({
      description:
        'why the statement was added to a pattern that was there (`given`: same_as); null if it is new',
    }),
    opposes: z
      .boolean()
      .openapi({ description: 'it claims the opposite of that pattern, and is shown there as such' }),
    similar: z
      .array(
        z.object({
          ...{ content_id: z.string(), content: z.string(), stated_direction: direction },
          similarity: z.number().openapi({ description: 'cosine' }),
        }),
      )
      .openapi({ description: 'patterns that may say the same, the nearest first' }),
    note: z.string().nullable().openapi({ description: 'why meanings were not compared; null if they were' }),
  })
  .openapi('StatedPattern');
