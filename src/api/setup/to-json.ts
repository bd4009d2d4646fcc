import type { z } from '@hono/zod-openapi';
import { totalOf } from '../../domain/budget.js';
import type { Policy } from '../../domain/experiment.js';
import { outlookSentence } from '../../domain/forecast/sentences.js';
import { METRICS, shownLift } from '../../domain/metric.js';
import type { AccountAd, AccountAdSet, AccountCampaign } from '../../domain/setup/account.js';
import type { UnfitAd } from '../../domain/setup/proposals.js';
import { forecastToJson } from '../forecasts/to-json.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import type { PlannedRollout, Preview } from './preview.js';
import type { PreparedProposal, Setup } from './read.js';
import type {
  AccountAdsAnswer,
  AdJson,
  AdSetJson,
  CampaignJson,
  PreviewJson,
  ProposalJson,
  ProposalsJson,
} from './responses.js';
import type { TextForecast } from './text-forecast.js';

/** The address of an ad's picture in this API. */
export function thumbnailPath(adId: string): string {
  return `/api/ab/account/ads/${adId}/thumbnail`;
}

export function accountAdsToJson(setup: Setup): z.output<typeof AccountAdsAnswer> {
  const { found } = setup;
  return {
    ...windowOf(setup),
    campaigns: found.campaigns.map((campaign) => ({
      ...campaignToJson(campaign),
      ad_sets: found.adSets
        .filter(({ campaignId }) => campaignId === campaign.id)
        .map((adSet) => ({
          ...adSetToJson(adSet, setup),
          ads: found.ads.filter(({ adSetId }) => adSetId === adSet.id).map(adToJson),
        })),
    })),
  };
}

export function proposalsToJson(
  setup: Setup,
  proposals: readonly PreparedProposal[],
  unfit: readonly UnfitAd[],
): ProposalsJson {
  return {
    ...windowOf(setup),
    proposals: proposals.map((each) => proposalToJson(each, setup)),
    unfit: unfit.map(({ ad, adSet, campaign, misfits }) => ({
      ...adToJson(ad),
      ad_set: adSet && adSetToJson(adSet, setup),
      campaign: campaign && campaignToJson(campaign),
      reasons: misfits,
    })),
  };
}

function proposalToJson(
  { proposal, request, policy, preview }: PreparedProposal,
  setup: Setup,
): ProposalJson {
  return {
    campaign: campaignToJson(proposal.campaign),
    ads: proposal.variants.map(({ role, ad, adSet }) => ({
      ...adToJson(ad),
      role,
      ad_set: adSetToJson(adSet, setup),
    })),
    objective_why: proposal.objectiveWhy,
    control_why: proposal.controlWhy,
    experiment: request,
    preview: previewToJson(preview, policy),
  };
}

export function previewToJson(
  { problems, warnings, power, forecast, adNames, earlierDelivery, variantIds, rollouts }: Preview,
  { objective }: Pick<Policy, 'objective'>,
): PreviewJson {
  return {
    can_start: problems.length === 0,
    problems,
    warnings,
    power: {
      chances:
        power.chances?.map(({ lift, chance, days }) => ({
          lift,
          shown_lift: rounded(shownLift(METRICS[objective], lift), 4),
          chance: rounded(chance, 3),
          days: rounded(days, 1),
        })) ?? null,
      events_per_day: power.eventsPerDay === null ? null : rounded(power.eventsPerDay, 1),
      message: power.summary,
      warning: power.warning,
    },
    forecast: textForecastToJson(forecast, (id) => adNames.get(id) ?? `ad ${id}`),
    earlier_delivery: {
      counted_from: isoOrNull(earlierDelivery.startedAt),
      message: earlierDelivery.message,
    },
    rollouts: rollouts.map((rollout) => rolloutToJson(rollout, variantIds)),
  };
}

function textForecastToJson(
  forecast: TextForecast,
  nameOf: (adId: string) => string,
): PreviewJson['forecast'] {
  const unknown = {
    model_version: null,
    learned_from_tests: 0,
    evidence_message: null,
    ads: [],
    pair: null,
  };
  if (forecast.made === null) return { ...unknown, note: forecast.note };
  const { made, madeAt, outlook } = forecast;
  const json = forecastToJson(made, madeAt);
  if (json.evidence === 'none') return { ...unknown, note: json.notes.join(' ') || json.evidence_message };
  return {
    note: null,
    model_version: json.model_version,
    learned_from_tests: json.learned_from_tests,
    evidence_message: json.evidence_message,
    ads: json.drafts.map(({ id, chance_best, expected_pct, interval_pct, reasons }) => ({
      ad_id: id,
      chance_best: rounded(chance_best, 4),
      expected_pct,
      interval_pct,
      reasons: reasons.map(({ message }) => message),
    })),
    pair: outlook && {
      ad_ids: outlook.pair,
      chance: rounded(outlook.chance, 3),
      days: rounded(outlook.days, 1),
      looks_hopeless: outlook.looksHopeless,
      message: outlookSentence(outlook, nameOf),
    },
  };
}

function rolloutToJson(
  { winnerVariantId, winnerAdId, plan, refusal, largestStep, atRisk }: PlannedRollout,
  variantIds: Preview['variantIds'],
): PreviewJson['rollouts'][number] {
  return {
    winner_variant_id: winnerVariantId,
    winner_ad_id: winnerAdId,
    refusal,
    total_cents: plan && totalOf(plan.base),
    phases:
      plan?.phases.map(({ name, winnerShare, waitHours, targets }, phase) => ({
        phase: name,
        winner_share: rounded(winnerShare, 4),
        wait_hours: waitHours,
        budgets: Object.keys(plan.base).map((adSetId) => ({
          variant_id: variantIds.get(adSetId) ?? '',
          ad_set_id: adSetId,
          before_cents: (plan.phases[phase - 1]?.targets ?? plan.base)[adSetId]!,
          daily_budget_cents: targets[adSetId]!,
        })),
      })) ?? [],
    largest_step: largestStep && {
      phase: largestStep.phase,
      ad_set_id: largestStep.adSetId,
      factor: rounded(largestStep.factor, 3),
      message: largestStep.message,
    },
    at_risk: atRisk && {
      amount_cents: atRisk.amount,
      moved_cents: atRisk.moved,
      message: atRisk.message,
    },
  };
}

function windowOf({ account, found }: Setup) {
  return {
    account_id: account.id,
    currency: account.currency,
    timezone: account.timezone,
    last_7_days: { since: isoOf(found.since), until: isoOf(found.until) },
  };
}

function campaignToJson(campaign: AccountCampaign): CampaignJson {
  return {
    campaign_id: campaign.id,
    name: campaign.name,
    status: campaign.status,
    effective_status: campaign.effectiveStatus,
    daily_budget_cents: campaign.dailyBudget,
    lifetime_budget_cents: campaign.lifetimeBudget,
  };
}

function adSetToJson(adSet: AccountAdSet, { holders }: Setup): AdSetJson {
  return {
    ad_set_id: adSet.id,
    name: adSet.name,
    status: adSet.status,
    effective_status: adSet.effectiveStatus,
    daily_budget_cents: adSet.dailyBudget,
    lifetime_budget_cents: adSet.lifetimeBudget,
    end_time: isoOrNull(adSet.endTime),
    optimization_goal: adSet.settings.optimizationGoal,
    experiment_id: holders.get(adSet.id)?.id ?? null,
  };
}

function adToJson({ id, name, status, effectiveStatus, createdAt, creative, delivered }: AccountAd): AdJson {
  return {
    ad_id: id,
    name,
    status,
    effective_status: effectiveStatus,
    created_at: isoOrNull(createdAt),
    creative: { title: creative.title, body: creative.body, call_to_action: creative.callToAction },
    thumbnail: creative.hasPicture ? thumbnailPath(id) : null,
    last_7_days: {
      impressions: delivered.impressions,
      link_clicks: delivered.linkClicks,
      spend_cents: delivered.spend,
      conversions: delivered.conversions,
      revenue_cents: delivered.revenue,
    },
  };
}
