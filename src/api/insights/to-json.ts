import type { z } from '@hono/zod-openapi';
import type { ClaudeCall, Extraction } from '../../contract/insights.js';
import type { Experiment } from '../../domain/experiment.js';
import type { Claim } from '../../domain/insights/claim.js';
import { type InsightForm, insightForm } from '../../domain/insights/form.js';
import { dropSentence, failureSentence, insightSentence } from '../../domain/insights/sentences.js';
import { type InsightStatus, outcomeOf } from '../../domain/insights/status.js';
import { isoOf, isoOrNull } from '../http/format.js';
import type { InsightsAnswer } from './responses.js';

const MICROS = 1_000_000;

/** The state of a test's insights, and the sentence for it. `extraction`: its latest; null if there is none. */
export function insightsStanding(
  experiment: Experiment,
  extraction: Extraction | null,
): { status: InsightStatus; message: string } {
  if (extraction) return { status: extraction.status, message: insightSentence(extraction.reason) };
  const outcome = outcomeOf(experiment);
  if (outcome?.kind === 'won') return { status: 'pending', message: insightSentence({ code: 'queued' }) };
  if (outcome) return { status: 'not_applicable', message: insightSentence({ code: outcome.code }) };
  return experiment.promotedAt === null
    ? {
        status: 'not_applicable',
        message: 'Nothing is promoted: insights are extracted when a test has ended with a winner.',
      }
    : { status: 'pending', message: 'Insights are extracted when the test has ended.' };
}

/** In the form that existing callers know; null if nothing was extracted. */
export function formOf(extraction: Extraction | null): InsightForm | null {
  if (!extraction || (extraction.status !== 'extracted' && extraction.status !== 'offline')) return null;
  const { claims, metrics, confidence, finishedAt } = extraction;
  if (metrics === null || finishedAt === null) return null;
  return insightForm(claims, { metrics, confidence: confidence ?? 0, at: isoOf(finishedAt) });
}

export function insightsToJson(
  experiment: Experiment,
  extraction: Extraction | null,
  calls: readonly ClaudeCall[],
  spentThisMonth: number,
): z.output<typeof InsightsAnswer> {
  const { winnerVariantId = null, loserVariantId = null } = extraction ?? {};
  const claimToJson = ({ attributeId, kind, text, side, field, quote, visible }: Claim) => ({
    ...{ kind, text, side, field, quote, visible },
    variant_id: (side === 'winner' ? winnerVariantId : loserVariantId) ?? '',
    attribute_id: attributeId,
  });
  const dropped = extraction?.dropped ?? [];
  const counts: Record<string, number> = {};
  for (const { code } of dropped) counts[code] = (counts[code] ?? 0) + 1;
  return {
    experiment_id: experiment.id,
    ...insightsStanding(experiment, extraction),
    insights: formOf(extraction),
    winner_variant_id: winnerVariantId,
    loser_variant_id: loserVariantId,
    claims: (extraction?.claims ?? []).map(({ evidence, patternId, ...claim }) => ({
      ...claimToJson(claim),
      evidence,
      pattern_id: patternId,
    })),
    dropped: dropped.map(({ claim, code, like }) => ({
      ...claimToJson(claim),
      reason: code,
      message: dropSentence(code, like),
      like,
    })),
    dropped_counts: counts,
    visual_notes: extraction?.visualNotes ?? {},
    notes: extraction?.notes ?? [],
    model: extraction?.model ?? null,
    prompt_version: extraction?.promptVersion ?? null,
    questions: calls.map(callToJson),
    cost_usd: calls.reduce((sum, { cost, reserved }) => sum + (cost ?? reserved), 0) / MICROS,
    spent_this_month_usd: spentThisMonth / MICROS,
    number: extraction?.number ?? null,
    requested_by: extraction?.requestedBy ?? null,
    requested_at: isoOrNull(extraction?.requestedAt ?? null),
    finished_at: isoOrNull(extraction?.finishedAt ?? null),
  };
}

function callToJson(call: ClaudeCall) {
  const { outcome, httpStatus: status } = call;
  return {
    labels: call.labels,
    attempt: call.attempt,
    sent_at: isoOf(call.sentAt),
    outcome,
    message: outcome === null || outcome === 'answered' ? null : failureSentence({ code: outcome, status }),
    input_tokens: call.inputTokens,
    output_tokens: call.outputTokens,
    cost_usd: call.cost === null ? null : call.cost / MICROS,
    reserved_usd: call.reserved / MICROS,
  };
}
