/** What callers send. Unknown fields are refused on the resources of this service and ignored on the older endpoints. */
import { z } from '@hono/zod-openapi';
import { isInherited } from '../domain/entry.js';
import { CONFIDENCE_THRESHOLDS, RULE_NAMES } from '../domain/evidence/types.js';
import { BUCKETS, SAMPLE_SIZES } from '../domain/experiment.js';
import { GUARDRAIL_METRICS, OBJECTIVES } from '../domain/metric.js';
import { WINNER_SHARES } from '../domain/rollout/phases.js';

const SLUG = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const SLUG_FORM = 'must be 1 to 64 letters, digits, _ or -, and start with a letter or digit';
/** Names that every object inherits would be found in any record by their id. */
const slug = (error?: string) =>
  z
    .string(error)
    .regex(SLUG, SLUG_FORM)
    .refine((id) => !isInherited(id), {
      error: ({ input }) => `must not be ${input}: every object has that name. Choose another`,
    });

const bounded = (minimum: number, maximum: number, unit: string) => {
  const message = `must be a number from ${minimum} to ${maximum} ${unit}`;
  return z.number(message).min(minimum, message).max(maximum, message);
};
const whole = (minimum: number, maximum: number, unit: string) => {
  const message = `must be a whole number from ${minimum} to ${maximum} ${unit}`;
  return z.int(message).min(minimum, message).max(maximum, message);
};
/** Line breaks and tabs are text; NUL and its like can't be stored, and nobody reads them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;
const NO_CONTROL_FORM = 'must not have control characters';
const text = (maximum: number) => {
  const message = `must be a text of 1 to ${maximum} characters`;
  return z
    .string(message)
    .trim()
    .min(1, message)
    .max(maximum, message)
    .regex(NO_CONTROL_CHARACTERS, NO_CONTROL_FORM)
    .refine(isWellFormed, 'must be Unicode text, without half characters');
};
/** Half of a pair of UTF-16 can't be stored. */
function isWellFormed(value: string): boolean {
  return !/\p{Cs}/u.test(value);
}
const note = (maximum: number) => text(maximum).nullish();

export const ExperimentParams = z.object({
  id: z
    .string()
    .regex(NO_CONTROL_CHARACTERS, NO_CONTROL_FORM)
    .openapi({ param: { name: 'id', in: 'path' }, example: 'exp_12345' }),
});

export const ControlHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
    .optional()
    .openapi({
      description:
        'A request sent twice under one key is acted on once; another request under it is refused.',
    }),
});

const CreativeBody = z
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
      .regex(/^\d{1,32}$/, 'must be the id of an ad, which is digits alone'),
    creative: CreativeBody.optional(),
  })
  .openapi('NewVariant');

const GuardrailBody = z
  .strictObject({
    metric: z.enum(GUARDRAIL_METRICS, `must be one of ${GUARDRAIL_METRICS.join(', ')}`),
    mode: z.enum(['no_harm', 'non_inferiority'], 'must be no_harm or non_inferiority'),
    margin: bounded(0.005, 0.5, '(a fraction of the rate)').optional(),
  })
  .refine(({ mode, margin }) => (mode === 'non_inferiority') === (margin !== undefined), {
    path: ['margin'],
    message: 'is needed in non_inferiority and has no meaning in no_harm',
  })
  .openapi('Guardrail');

/** Bounds of each field; what fields ask of each other stands in `creation.ts`. */
export const PolicyBody = z
  .strictObject({
    objective: z.enum(OBJECTIVES, `must be one of ${OBJECTIVES.join(', ')}`).optional(),
    rule: z.enum(RULE_NAMES, `must be one of ${RULE_NAMES.join(', ')}`).optional(),
    strict: z.boolean('must be true or false').optional(),
    buckets: z.enum(BUCKETS, `must be one of ${BUCKETS.join(', ')}`).optional(),
    confidence: z
      .number('must be 0.90, 0.95 or 0.99')
      .refine(
        (value) => CONFIDENCE_THRESHOLDS.some((threshold) => threshold === value),
        "must be 0.90, 0.95 or 0.99: the rule's error rates were confirmed for these alone",
      )
      .optional(),
    minimum_run_hours: bounded(24, 2_160, 'hours: the rule takes no winner from less than a day').optional(),
    minimum_impressions: whole(SAMPLE_SIZES.least, SAMPLE_SIZES.most, 'impressions a variant').optional(),
    minimum_clicks: whole(25, 1_000_000, 'clicks a variant: the rule needs 25').optional(),
    minimum_conversions: whole(25, 1_000_000, 'conversions a variant: the rule needs 25').optional(),
    attribution_window_hours: bounded(0, 672, 'hours').optional(),
    guardrails: z
      .array(GuardrailBody, 'must be a list of guardrails')
      .max(GUARDRAIL_METRICS.length, `can have at most ${GUARDRAIL_METRICS.length} guardrails`)
      .refine(
        (list) => new Set(list.map(({ metric }) => metric)).size === list.length,
        'must have each metric once',
      )
      .optional(),
    horizon_hours: bounded(48, 2_160, 'hours').optional(),
    check_every_hours: bounded(1, 168, 'hours: looks stand at least an hour apart').optional(),
    minimum_detectable_effect: bounded(0.01, 1, '(a relative lift)').optional(),
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
    max_step_factor: bounded(1.1, 10, '(times the budget before)').optional(),
    approval_required: z.boolean('must be true or false').optional(),
    approval_hours: bounded(1, 720, 'hours').optional(),
    at_risk_limit_cents: whole(0, 1_000_000_000, 'minor units a day').nullish(),
    verification: z
      .strictObject({
        settle_hours: bounded(0, 168, 'hours').optional(),
        window_hours: bounded(24, 672, 'hours').optional(),
      })
      .optional(),
  })
  .openapi('PolicyChange');
export type PolicyChange = z.output<typeof PolicyBody>;

const Person = { by: text(100), reason: text(500) };

export const NewExperiment = z
  .strictObject({
    id: slug('must be a text').optional(),
    name: text(200),
    account_id: z
      .string('must be a text')
      .regex(/^act_\d+$/, 'must be an ad account id with its prefix, act_ and digits')
      .optional(),
    currency: z
      .string('must be a text')
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, e.g. USD')
      .optional(),
    variants: z
      .array(VariantBody, 'must be a list of variants')
      .min(2, 'must have a control and at least one challenger')
      .max(6, 'can have at most 6 variants'),
    policy: PolicyBody.optional(),
    accept_differences: z.strictObject(Person).optional().openapi({
      description: 'tests ad sets all the same that differ in more than their ads: who, and why',
    }),
  })
  .openapi('NewExperiment');
export type NewExperiment = z.output<typeof NewExperiment>;

export const CheckBody = z
  .strictObject({ by: Person.by.optional(), reason: Person.reason.optional() })
  .openapi('CheckRequest');
export const ControlBody = z.strictObject(Person).openapi('ControlRequest');
export const StopBody = z
  .strictObject({
    ...Person,
    budgets: z.enum(['keep', 'restore'], 'must be keep or restore').optional(),
  })
  .openapi('StopRequest');
export const KillSwitchBody = z
  .strictObject({ ...Person, engaged: z.boolean('must be true or false') })
  .openapi('KillSwitchRequest');
export const DropBody = z.strictObject({ ...Person, variant_id: text(64) }).openapi('DropRequest');
export const ResolveBody = z
  .strictObject({
    ...Person,
    action: z.enum(['accept_current', 'retry_restore'], 'must be accept_current or retry_restore'),
  })
  .openapi('ResolveRequest');

export const AutoPromoteCheck = z
  .object({
    experiment_id: z
      .string('must be a text')
      .min(1, 'must name an experiment')
      .regex(NO_CONTROL_CHARACTERS, NO_CONTROL_FORM),
    force_promotion: z.boolean('must be true or false').default(false),
    by: Person.by.optional(),
    reason: Person.reason.optional(),
  })
  .refine((body) => !body.force_promotion || body.reason !== undefined, {
    path: ['reason'],
    message: 'is needed with force_promotion: it stands in the record',
  })
  .openapi('AutoPromoteCheck');

const counted = (minimum: number, maximum: number, otherwise: number) => {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  // Digits alone: to a coerced number nothing at all is 0.
  const digits = z
    .string(message)
    .regex(/^\d{1,9}$/, message)
    .transform(Number);
  const number = digits.pipe(z.number().min(minimum, message).max(maximum, message));
  // Said in full: what is read from text would be described as text.
  return number.default(otherwise).openapi({ type: 'integer', minimum, maximum, default: otherwise });
};

export const Page = z.object({ limit: counted(1, 1000, 100), offset: counted(0, 1_000_000, 0) });
export const HistoryQuery = z.object({ days_back: counted(1, 3650, 30), limit: counted(1, 1000, 100) });
