import { z } from '@hono/zod-openapi';
import type { Draft } from '../../clients/postgres/learning.js';
import { EVENT_FORM, NAMED_EVENTS, OWN_RESULT } from '../../domain/conversion-event.js';
import { CONFIDENCE_THRESHOLDS, RULE_NAMES } from '../../domain/evidence/types.js';
import {
  BUCKETS,
  EXPERIMENT_STATES,
  LONGEST_HORIZON_DAYS,
  SAMPLE_SIZES,
  STRATA,
} from '../../domain/experiment.js';
import { GUARDRAIL_METRICS, OBJECTIVES } from '../../domain/metric.js';
import { WINNER_SHARES } from '../../domain/rollout/phases.js';
import {
  bounded,
  flag,
  oneOf,
  optionalRequester,
  Page,
  requester,
  slug,
  text,
  whole,
} from '../http/fields.js';
import { placeOf } from './cursor.js';

const cursor = z
  .string()
  .refine((text) => placeOf(text) !== null, 'must be the next_cursor of an earlier answer')
  .openapi({ description: 'next_cursor of the answer before: the page after it, whatever was added since' });

export const ExperimentQuery = Page.extend({
  state: oneOf(EXPERIMENT_STATES).optional(),
  cursor: cursor.optional(),
}).refine((query) => query.cursor === undefined || query.offset === 0, {
  path: ['offset'],
  message: 'has no meaning with cursor: leave one of them out',
});

const note = (maximum: number) => text(maximum).nullish();

export const CreativeBody = z
  .strictObject({
    hook: note(500),
    headline: note(500),
    text: note(5_000),
    script: note(20_000),
    visual_notes: note(5_000),
  })
  .openapi('Creative');

const VariantBody = z
  .strictObject({
    id: slug().optional(),
    role: z.enum(['control', 'challenger'], 'must be control or challenger'),
    ad_id: z
      .string("must be a string: write the ad's id in quotes")
      .regex(/^\d{1,32}$/, 'must be the id of an ad, which has only digits'),
    creative: CreativeBody.optional(),
  })
  .openapi('NewVariant');

const GuardrailBody = z
  .strictObject({
    metric: oneOf(GUARDRAIL_METRICS),
    mode: z.enum(['no_harm', 'non_inferiority'], 'must be no_harm or non_inferiority'),
    margin: bounded(0.005, 0.5, '(a fraction of the rate)').optional(),
  })
  .refine(({ mode, margin }) => (mode === 'non_inferiority') === (margin !== undefined), {
    path: ['margin'],
    message: 'is required in non_inferiority and has no meaning in no_harm',
  })
  .openapi('Guardrail');

const EVENT_MESSAGE = `must be ${OWN_RESULT}, ${NAMED_EVENTS.join(', ')}, or one of Meta's action types, e.g. offsite_conversion.custom.1234`;

/** The bounds of each field; `policy-problems.ts` checks the fields against each other. */
export const PolicyBody = z
  .strictObject({
    objective: oneOf(OBJECTIVES).optional(),
    rule: oneOf(RULE_NAMES).optional(),
    strict: flag.optional(),
    buckets: oneOf(BUCKETS).optional(),
    strata: oneOf(STRATA).optional().openapi({
      description:
        'what the objective is compared by: hour (or day, as buckets), or segment, i.e. whole days by age and gender or by placement',
    }),
    confidence: z
      .number('must be 0.90, 0.95 or 0.99')
      .refine(
        (value) => CONFIDENCE_THRESHOLDS.some((threshold) => threshold === value),
        "must be 0.90, 0.95 or 0.99: the rule's error rates were confirmed only for these",
      )
      .optional(),
    minimum_run_hours: bounded(24, 2_160, 'hours: the rule declares no winner in less than a day').optional(),
    minimum_impressions: whole(SAMPLE_SIZES.least, SAMPLE_SIZES.most, 'impressions per variant').optional(),
    minimum_clicks: whole(25, 1_000_000, 'clicks per variant: the rule needs 25').optional(),
    minimum_conversions: whole(25, 1_000_000, 'conversions per variant: the rule needs 25').optional(),
    conversion_event: z
      .string(EVENT_MESSAGE)
      .regex(EVENT_FORM, EVENT_MESSAGE)
      .optional()
      .openapi({ description: 'what counts as a conversion; result: what Meta optimises the ad sets for' }),
    attribution_window_hours: bounded(0, 672, 'hours').optional(),
    guardrails: z
      .array(GuardrailBody, 'must be a list of guardrails')
      .max(GUARDRAIL_METRICS.length, `can have at most ${GUARDRAIL_METRICS.length} guardrails`)
      .refine(
        (list) => new Set(list.map(({ metric }) => metric)).size === list.length,
        'must not have a metric twice',
      )
      .optional(),
    guardrail_wait_hours: bounded(0, 672, 'hours').optional(),
    horizon_hours: bounded(48, LONGEST_HORIZON_DAYS * 24, 'hours').optional(),
    check_every_hours: bounded(1, 168, 'hours: looks are at least an hour apart').optional(),
    minimum_detectable_effect: bounded(0.01, 1, '(a relative lift)').optional(),
    indifference: bounded(0, 0.2, '(a relative lift; 0: the winner must beat every ad)').optional(),
    drop_beaten: flag.optional(),
    phases: z
      .array(
        z.strictObject({
          winner_share: bounded(WINNER_SHARES.least, WINNER_SHARES.most, '(a fraction of the total budget)'),
          wait_hours: bounded(0, 168, 'hours'),
        }),
        'must be a list of phases',
      )
      .min(1, 'must have at least one phase')
      .max(10, 'can have at most 10 phases')
      .optional(),
    max_step_factor: bounded(1.1, 10, '(times the previous budget)').optional(),
    approval_required: flag.optional(),
    approval_hours: bounded(1, 720, 'hours').optional(),
    at_risk_limit_cents: whole(0, 1_000_000_000, 'minor units per day').nullish(),
    verification: z
      .strictObject({
        settle_hours: bounded(0, 168, 'hours').optional(),
        window_hours: bounded(24, 672, 'hours').optional(),
      })
      .optional(),
    recheck_days: whole(1, 90, 'days after the last budget write').nullable().optional(),
  })
  .openapi('PolicyChange');
export type PolicyChange = z.output<typeof PolicyBody>;

/** Whether delivery before the handover counts. `withTokens`: the owner of the token declares it, so `by` isn't needed. */
const earlierDelivery = (withTokens: boolean) =>
  z
    .strictObject({ count: flag, planned: flag.optional(), ...optionalRequester })
    .superRefine(({ count, planned, reason, by }, context) => {
      const wrong = (field: string, message: string) => {
        // Refinements also run on fields that are wrong already.
        if (context.issues.some(({ path }) => path?.[0] === field)) return;
        context.addIssue({ code: 'custom', path: [field], message });
      };
      if (!count) return;
      if (planned !== true)
        wrong('planned', 'must be true: only the delivery of a test that was planned so may count');
      if (reason === undefined) wrong('reason', 'must be text of 1 to 500 characters: why it counts');
      if (by === undefined && !withTokens) wrong('by', 'must be text of 1 to 100 characters');
    })
    .openapi({
      description:
        'whether delivery before the handover counts; by default it does not. Whoever counts it declares with planned that the test was planned so, and says why',
    });

/** The body of a registration. `withTokens`: the owner of the token accepts the differences, so `by` isn't needed. */
export const newExperimentBody = (withTokens: boolean) =>
  z
    .strictObject({
      id: slug('must be a string').optional(),
      name: text(200),
      account_id: z
        .string('must be a string')
        .regex(/^act_\d+$/, 'must be an ad account id with its prefix, act_ and digits')
        .optional(),
      currency: z
        .string('must be a string')
        .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, e.g. USD')
        .optional(),
      variants: z
        .array(VariantBody, 'must be a list of variants')
        .min(2, 'must have a control and at least one challenger')
        .max(6, 'can have at most 6 variants'),
      policy: PolicyBody.optional(),
      accept_differences: z.strictObject(requester(withTokens)).optional().openapi({
        description: 'allows ad sets that differ in more than their ads: who accepts that, and why',
      }),
      earlier_delivery: earlierDelivery(withTokens).optional(),
      draft_ids: z
        .array(text(100).nullable(), 'must be a list with one entry per variant')
        .optional()
        .openapi({
          description:
            'the draft that each variant was made from, in the order of the variants, or null: the variant has its creative',
        }),
    })
    .superRefine(({ variants, draft_ids: ids }, context) => {
      if (ids === undefined) return;
      const wrong = (path: (string | number)[], message: string) =>
        context.addIssue({ code: 'custom', path, message });
      if (ids.length !== variants.length)
        wrong(['draft_ids'], `must have one entry per variant (${variants.length}), got ${ids.length}`);
      variants.forEach(({ creative }, i) => {
        if (creative !== undefined && ids[i])
          wrong(['variants', i, 'creative'], 'must be left out: the draft has the creative');
      });
    })
    .openapi('NewExperiment');

type NewExperimentBody = z.output<ReturnType<typeof newExperimentBody>>;

/** A registration with the names under which it is recorded. */
export type NewExperiment = Omit<
  NewExperimentBody,
  'accept_differences' | 'earlier_delivery' | 'draft_ids'
> & {
  /** In the order of the variants; null or missing: the variant was made from no draft. */
  drafts?: readonly (Pick<Draft, 'id' | 'creative'> | null)[] | undefined;
  accept_differences?: { by: string; reason: string } | undefined;
  /** Who declares that the test was planned, so that delivery before the handover counts, and why. Missing: it doesn't. */
  earlier_delivery?: { by: string; reason: string } | undefined;
};

/** The registration that a valid body asks for. `nameOf`: the name under which a user is recorded. */
export function registrationOf(
  { accept_differences: accepted, earlier_delivery: earlier, draft_ids: _, ...rest }: NewExperimentBody,
  nameOf: (by: string | undefined) => string,
  drafts?: NewExperiment['drafts'],
): NewExperiment {
  const declared = earlier?.count && earlier.reason !== undefined;
  return {
    ...rest,
    ...(drafts && { drafts }),
    ...(accepted && { accept_differences: { ...accepted, by: nameOf(accepted.by) } }),
    ...(declared && { earlier_delivery: { by: nameOf(earlier.by), reason: earlier.reason! } }),
  };
}
