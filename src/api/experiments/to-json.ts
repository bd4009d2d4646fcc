import type { z } from '@hono/zod-openapi';
import type { Recheck, Verification } from '../../contract/records.js';
import type { RanCreative } from '../../domain/creative/ran-creative.js';
import { earlierDeliverySentence } from '../../domain/earlier-delivery.js';
import { entryOf } from '../../domain/entry.js';
import { type Experiment, stateReasonOf } from '../../domain/experiment.js';
import { daysOf, horizonAt } from '../../domain/extension.js';
import { claimedLift } from '../../domain/reporting/lift.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import { picturePath } from '../pictures/path.js';
import { policyToJson } from './policy-json.js';
import type { ExperimentAnswer, RanCreativeAnswer, RecheckAnswer, VerificationAnswer } from './responses.js';

export function experimentToJson(experiment: Experiment): z.output<typeof ExperimentAnswer> {
  const winner = experiment.variants.find((variant) => variant.id === experiment.winnerVariantId);
  return {
    experiment_id: experiment.id,
    name: experiment.name,
    environment: experiment.environment,
    account_id: experiment.accountId,
    currency: experiment.currency,
    state: experiment.state,
    state_reason: stateReasonOf(experiment),
    state_changed_at: isoOf(experiment.stateChangedAt),
    start_date: isoOf(experiment.startedAt),
    promoted_at: isoOrNull(experiment.promotedAt),
    end_date: isoOrNull(experiment.endedAt),
    winner_variant_id: experiment.winnerVariantId,
    winner_ad_id: winner?.adId ?? null,
    variants: experiment.variants.map(({ id, role, adId, adSetId, creative, draftId }) => ({
      id,
      role,
      ad_id: adId,
      ad_set_id: adSetId,
      creative: {
        hook: creative.hook,
        headline: creative.headline,
        text: creative.text,
        script: creative.script,
        visual_notes: creative.visualNotes,
      },
      draft_id: draftId ?? null,
      dropped_at: isoOrNull(entryOf(experiment.dropped, id) ?? null),
    })),
    policy: policyToJson(experiment.policy),
    horizon_at: isoOf(horizonAt(experiment)),
    extensions: (experiment.extensions ?? []).map(({ horizonHours, fromHours, by, reason, at }) => ({
      from_days: daysOf(fromHours),
      horizon_days: daysOf(horizonHours),
      by,
      reason,
      at: isoOf(at),
    })),
    accepted_differences: acceptedToJson(experiment.acceptedDifferences),
    earlier_delivery: earlierToJson(experiment),
  };
}

export function ranCreativeToJson(ran: RanCreative | undefined): z.output<typeof RanCreativeAnswer> | null {
  if (!ran) return null;
  const { form, title, body, description, callToAction, link, picture, isFirstOfSeveral, problem } = ran;
  return {
    ...{ form, title, body, description, link },
    call_to_action: callToAction,
    picture: picture && {
      url: picture.hash === null ? null : picturePath(picture.hash),
      kind: picture.kind,
      problem: picture.problem,
    },
    is_first_of_several: isFirstOfSeveral ?? false,
    problem: problem ?? null,
    read_at: isoOf(ran.readAt),
  };
}

function earlierToJson(experiment: Experiment): z.output<typeof ExperimentAnswer>['earlier_delivery'] {
  const { earlierDelivery, variants } = experiment;
  const message = earlierDeliverySentence(experiment);
  if (!earlierDelivery || message === null) return null;
  const { handedOverAt, declared, read } = earlierDelivery;
  return {
    handed_over_at: isoOf(handedOverAt),
    counted: declared !== null,
    declared_by: declared?.by ?? null,
    declared_at: isoOrNull(declared?.at ?? null),
    reason: declared?.reason ?? null,
    message,
    read_at: isoOrNull(read?.at ?? null),
    from: isoOrNull(read?.span?.from ?? null),
    to: isoOrNull(read?.span?.to ?? null),
    variants: variants.flatMap(({ id, adId }) => {
      const totals = entryOf(read?.totals, id);
      if (!totals) return [];
      const { impressions, linkClicks, conversions, spend, revenue } = totals;
      const counts = { impressions, link_clicks: linkClicks, conversions };
      return [{ variant_id: id, ad_id: adId, ...counts, spend_cents: spend, revenue_cents: revenue }];
    }),
  };
}

function acceptedToJson(
  accepted: Experiment['acceptedDifferences'],
): z.output<typeof ExperimentAnswer>['accepted_differences'] {
  if (!accepted) return null;
  const { by, reason, differences } = accepted;
  return {
    by,
    reason,
    differences: differences.map(({ variantId, field, message }) => ({
      variant_id: variantId,
      field,
      message,
    })),
  };
}

/** The largest E that is shown: beyond it, the exact value doesn't matter and may overflow. */
const LARGEST_E = 1e9;

export function verificationToJson(found: Verification | null): z.output<typeof VerificationAnswer> | null {
  if (found === null) return null;
  const evidence = found.logHarm === null ? 0 : Math.exp(found.logHarm);
  return {
    outcome: found.outcome,
    message: found.message,
    ...measuredToJson(found),
    evidence_of_harm: rounded(Math.min(evidence, LARGEST_E), 4),
  };
}

export function recheckToJson(found: Recheck | null): z.output<typeof RecheckAnswer> | null {
  if (found === null) return null;
  return {
    outcome: found.outcome,
    message: found.message,
    ...measuredToJson(found),
    later_tests: found.laterTests.map(({ adSetId, experimentId }) => ({
      ad_set_id: adSetId,
      experiment_id: experimentId,
    })),
  };
}

/** What a verification and a recheck have in common. */
function measuredToJson(found: Verification | Recheck) {
  return {
    winner_variant_id: found.winner,
    rival_variant_id: found.rival,
    lift: claimedLift(found.theta),
    effect: found.theta,
    standard_error: found.se,
    interval: found.interval,
    rows: found.rows,
    days: found.days,
    winner_events: found.winnerEvents,
    rival_events: found.rivalEvents,
    due_at: isoOf(found.dueAt),
    seen_until: isoOf(found.seenUntil),
    decided_at: isoOf(found.decidedAt),
  };
}
