/** Maps a policy to JSON, and a requested change to a policy. */
import type { z } from '@hono/zod-openapi';
import { indifferenceOf } from '../../domain/decision/selection.js';
import {
  attributionWindowHoursOf,
  bucketsOf,
  conversionEventOf,
  DEFAULT_POLICY,
  defaultGuardrails,
  maxStepFactorOf,
  type Policy,
  strataOf,
} from '../../domain/experiment.js';
import { defaultAttributionWindowHours } from '../../domain/metric.js';
import { leastRecheckDays } from '../../domain/verification/window.js';
import type { PolicyChange } from './requests.js';
import type { PolicyAnswer } from './responses.js';

export function policyToJson(policy: Policy): z.output<typeof PolicyAnswer> {
  return {
    objective: policy.objective,
    rule: policy.rule,
    // Policies that were frozen before this field existed don't have it.
    strict: policy.strict ?? false,
    buckets: bucketsOf(policy),
    strata: strataOf(policy),
    confidence: policy.confidence,
    minimum_run_hours: policy.minimumRunHours,
    minimum_impressions: policy.minimumImpressions,
    minimum_clicks: policy.minimumClicks,
    minimum_conversions: policy.minimumConversions ?? DEFAULT_POLICY.minimumConversions,
    conversion_event: conversionEventOf(policy),
    attribution_window_hours: attributionWindowHoursOf(policy),
    guardrails: policy.guardrails ?? [],
    guardrail_wait_hours: policy.guardrailWaitHours ?? null,
    horizon_hours: policy.horizonHours,
    check_every_hours: policy.checkEveryHours,
    minimum_detectable_effect: policy.minimumDetectableEffect ?? null,
    indifference: indifferenceOf(policy),
    drop_beaten: policy.dropBeaten ?? false,
    phases: policy.phases.map(({ winnerShare, waitHours }) => ({
      winner_share: winnerShare,
      wait_hours: waitHours,
    })),
    max_step_factor: maxStepFactorOf(policy),
    approval_required: policy.approvalRequired,
    approval_hours: policy.approvalHours,
    at_risk_limit_cents: policy.atRiskLimit ?? null,
    verification: {
      settle_hours: policy.verification.settleHours,
      window_hours: policy.verification.windowHours,
    },
    recheck_days: policy.recheckDays ?? null,
  };
}

/** The policy `base` with a caller's changes. */
export function policyFromJson(change: PolicyChange | undefined, base: Policy): Policy {
  const objective = change?.objective ?? base.objective;
  const verification = {
    settleHours: change?.verification?.settle_hours ?? base.verification.settleHours,
    windowHours: change?.verification?.window_hours ?? base.verification.windowHours,
  };
  return {
    objective,
    rule: change?.rule ?? base.rule,
    strict: change?.strict ?? base.strict,
    buckets: change?.buckets ?? base.buckets,
    strata: change?.strata ?? strataOf(base),
    confidence: change?.confidence ?? base.confidence,
    minimumRunHours: change?.minimum_run_hours ?? base.minimumRunHours,
    minimumImpressions: change?.minimum_impressions ?? base.minimumImpressions,
    minimumClicks: change?.minimum_clicks ?? base.minimumClicks,
    minimumConversions: change?.minimum_conversions ?? base.minimumConversions,
    conversionEvent: change?.conversion_event ?? conversionEventOf(base),
    attributionWindowHours:
      change?.attribution_window_hours ??
      (objective === base.objective ? base.attributionWindowHours : defaultAttributionWindowHours(objective)),
    guardrails:
      change?.guardrails?.map(({ metric, mode, margin }) => ({ metric, mode, margin: margin ?? 0 })) ??
      (objective === base.objective ? base.guardrails : defaultGuardrails(objective)),
    guardrailWaitHours: change?.guardrail_wait_hours ?? base.guardrailWaitHours,
    horizonHours: change?.horizon_hours ?? base.horizonHours,
    checkEveryHours: change?.check_every_hours ?? base.checkEveryHours,
    minimumDetectableEffect: change?.minimum_detectable_effect ?? base.minimumDetectableEffect,
    indifference: change?.indifference ?? indifferenceOf(base),
    dropBeaten: change?.drop_beaten ?? base.dropBeaten ?? false,
    phases:
      change?.phases?.map((phase) => ({ winnerShare: phase.winner_share, waitHours: phase.wait_hours })) ??
      base.phases,
    maxStepFactor: change?.max_step_factor ?? maxStepFactorOf(base),
    approvalRequired: change?.approval_required ?? base.approvalRequired,
    approvalHours: change?.approval_hours ?? base.approvalHours,
    ...(change?.at_risk_limit_cents == null ? {} : { atRiskLimit: change.at_risk_limit_cents }),
    verification,
    recheckDays:
      change?.recheck_days === undefined ? unaskedRecheck(base, verification) : change.recheck_days,
  };
}

/** The default, or later if the verification that the caller wants isn't over by then. */
function unaskedRecheck({ recheckDays }: Policy, verification: Policy['verification']): number | null {
  return recheckDays == null ? null : Math.max(recheckDays, leastRecheckDays(verification));
}
