import { z } from '@hono/zod-openapi';
import { OBJECTIVES } from '../../domain/metric.js';
import { instant, minorUnits, orNull } from '../http/responses.js';

const AdAnswer = z
  .object({
    ad_id: z.string(),
    name: z.string(),
    status: z.string(),
    effective_status: z.string(),
    created_at: instant.nullable(),
    creative: z.object({
      title: z.string().nullable(),
      body: z.string().nullable(),
      call_to_action: z.string().nullable(),
    }),
    thumbnail: z
      .string()
      .nullable()
      .openapi({ description: 'address of its picture in this API; null if Meta has none' }),
    last_7_days: z
      .object({
        impressions: z.int(),
        link_clicks: z.int(),
        spend_cents: minorUnits,
        conversions: z.int(),
        revenue_cents: minorUnits,
      })
      .openapi({ description: "today and the six days before it, in the account's time zone" }),
  })
  .openapi('AccountAd');

const AdSetAnswer = z
  .object({
    ad_set_id: z.string(),
    name: z.string(),
    status: z.string(),
    effective_status: z.string(),
    daily_budget_cents: minorUnits.nullable(),
    lifetime_budget_cents: minorUnits.nullable(),
    end_time: instant.nullable(),
    optimization_goal: z.string().nullable(),
    experiment_id: z
      .string()
      .nullable()
      .openapi({ description: 'the live test of which it is a part; null if there is none' }),
  })
  .openapi('AccountAdSet');

const CampaignAnswer = z
  .object({
    campaign_id: z.string(),
    name: z.string(),
    status: z.string(),
    effective_status: z.string(),
    daily_budget_cents: minorUnits.nullable(),
    lifetime_budget_cents: minorUnits.nullable(),
  })
  .openapi('AccountCampaign');

const window = {
  account_id: z.string(),
  currency: z.string(),
  timezone: z.string(),
  last_7_days: z.object({ since: instant, until: instant }),
};

export const AccountAdsAnswer = z
  .object({
    ...window,
    campaigns: z.array(
      CampaignAnswer.extend({
        ad_sets: z.array(AdSetAnswer.extend({ ads: z.array(AdAnswer) })),
      }),
    ),
  })
  .openapi('AccountAds');

const PowerAnswer = z
  .object({
    chances: z
      .array(
        z.object({
          lift: z.number().openapi({ description: 'relative lift of what the rule weighs, a fraction' }),
          shown_lift: z.number().openapi({
            description: 'the same as users read it: less than 0 if less of the objective is better',
          }),
          chance: z.number().openapi({ description: 'of finding it by the horizon' }),
          days: z.number().openapi({ description: 'mean days to the winner, or else to the horizon' }),
        }),
      )
      .nullable(),
    events_per_day: z
      .number()
      .nullable()
      .openapi({ description: "the objective's events of the ad with the fewest" }),
    message: z.string(),
    warning: z
      .object({
        code: z.enum(['hopeless', 'weak', 'unknown']),
        message: z.string(),
        helps: z.array(z.string()).openapi({ description: 'what would help, a sentence each' }),
      })
      .nullable(),
  })
  .openapi('Power');

const TextForecastAnswer = z
  .object({
    note: z.string().nullable().openapi({ description: 'why nothing is known; null if something is' }),
    model_version: z.int().nullable(),
    learned_from_tests: z.int(),
    evidence_message: z.string().nullable().openapi({ description: 'whose tests it was learned from' }),
    ads: z
      .array(
        z.object({
          ad_id: z.string(),
          chance_best: z.number().openapi({ description: '0 to 1; those of all ads add up to 1' }),
          expected_pct: z.number().openapi({ description: 'percent above the mean of the ads' }),
          interval_pct: z.tuple([z.number(), z.number()]).openapi({ description: '90 %, percent' }),
          reasons: z.array(z.string()).openapi({ description: 'a sentence each, the largest first' }),
        }),
      )
      .openapi({ description: 'in the order of the request; empty if nothing is known' }),
    pair: z
      .object({
        ad_ids: z.tuple([z.string(), z.string()]),
        chance: z.number().openapi({ description: 'that the test tells them apart by the horizon, 0 to 1' }),
        days: z.number(),
        looks_hopeless: z.boolean(),
        message: z.string(),
      })
      .nullable()
      .openapi({ description: 'the two ads that are most worth testing; null if too little is known' }),
  })
  .openapi('TextForecast', { description: 'advice that no decision and no budget reads' });

const RolloutPreview = z
  .object({
    winner_variant_id: z.string(),
    winner_ad_id: z.string(),
    refusal: z
      .string()
      .nullable()
      .openapi({ description: 'why there would be no rollout; null if there would be one' }),
    total_cents: minorUnits.nullable(),
    phases: z.array(
      z.object({
        phase: z.string(),
        winner_share: z.number(),
        wait_hours: z.number(),
        budgets: z.array(
          z.object({
            variant_id: z.string(),
            ad_set_id: z.string(),
            before_cents: minorUnits,
            daily_budget_cents: minorUnits,
          }),
        ),
      }),
    ),
    largest_step: z
      .object({ phase: z.string(), ad_set_id: z.string(), factor: z.number(), message: z.string() })
      .nullable(),
    at_risk: z
      .object({ amount_cents: minorUnits, moved_cents: minorUnits, message: z.string() })
      .nullable()
      .openapi({ description: 'the most that the last phase may cost per day, before any data is known' }),
  })
  .openapi('RolloutPreview');

export const PreviewAnswer = z
  .object({
    can_start: z.boolean(),
    problems: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .openapi({ description: 'every reason for which the creation would be refused' }),
    warnings: z.array(z.string()),
    power: PowerAnswer,
    forecast: TextForecastAnswer,
    earlier_delivery: z
      .object({
        counted_from: instant
          .nullable()
          .openapi({ description: 'start of the delivery before the handover that would count; null: none' }),
        message: z.string(),
      })
      .openapi('EarlierDeliveryPreview'),
    rollouts: z
      .array(RolloutPreview)
      .openapi({ description: 'one per possible winner; empty if a budget is unknown' }),
  })
  .openapi('Preview');

const ProposedAd = AdAnswer.extend({
  role: z.enum(['control', 'challenger']),
  ad_set: AdSetAnswer,
});

const ProposedExperiment = z
  .object({
    name: z.string(),
    variants: z.array(
      z.object({
        role: z.enum(['control', 'challenger']),
        ad_id: z.string(),
        creative: z.object({ headline: z.string().nullable(), text: z.string().nullable() }),
      }),
    ),
    policy: z.object({ objective: z.enum(OBJECTIVES), conversion_event: z.string().optional() }),
  })
  .openapi({ description: 'a body for POST /api/ab/experiments; any of its other fields may be added' });

export const ProposalsAnswer = z
  .object({
    ...window,
    proposals: z.array(
      z.object({
        campaign: CampaignAnswer,
        ads: z.array(ProposedAd).openapi({ description: 'control first' }),
        objective_why: z.string(),
        control_why: z.string(),
        experiment: ProposedExperiment,
        preview: PreviewAnswer,
      }),
    ),
    unfit: z
      .array(
        AdAnswer.extend({
          ad_set: orNull(AdSetAnswer),
          campaign: orNull(CampaignAnswer),
          reasons: z.array(z.object({ code: z.string(), message: z.string(), cure: z.string() })),
        }),
      )
      .openapi({ description: 'the ads that fit no proposal' }),
  })
  .openapi('Proposals');

export type ProposedExperimentJson = z.output<typeof ProposedExperiment>;
export type AdJson = z.output<typeof AdAnswer>;
export type AdSetJson = z.output<typeof AdSetAnswer>;
export type CampaignJson = z.output<typeof CampaignAnswer>;
export type PreviewJson = z.output<typeof PreviewAnswer>;
export type ProposalsJson = z.output<typeof ProposalsAnswer>;
export type ProposalJson = ProposalsJson['proposals'][number];
