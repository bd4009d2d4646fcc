/** Insights in the fields that existing callers know. */
import type { Claim, ClaimKind } from './claim.js';

/** What the record knows of both ads when the test was decided. Rates are fractions, `lift` is relative. */
export interface PerformanceMetrics {
  winner_ctr: number | null;
  loser_ctr: number | null;
  winner_impressions: number | null;
  loser_impressions: number | null;
  lift: number | null;
  lift_low: number | null;
  lift_high: number | null;
  confidence: number | null;
}

export interface InsightForm {
  hook_patterns: string[];
  visual_elements: string[];
  performance_metrics: PerformanceMetrics;
  winning_factors: string[];
  replicable_patterns: string[];
  audience_resonance: {
    emotional_trigger: string | null;
    value_proposition: string | null;
    pain_point_addressed: string | null;
  };
  confidence_score: number;
  extracted_at: string;
}

/** `claims`: those that were kept. `at`: when they were extracted, ISO 8601. */
export function insightForm(
  claims: readonly Claim[],
  given: { metrics: PerformanceMetrics; confidence: number; at: string },
): InsightForm {
  const textsOf = (kind: ClaimKind) => claims.filter((each) => each.kind === kind).map(({ text }) => text);
  const firstOf = (kind: ClaimKind) => textsOf(kind)[0] ?? null;
  return {
    hook_patterns: textsOf('hook_pattern'),
    visual_elements: textsOf('visual_element'),
    performance_metrics: given.metrics,
    winning_factors: textsOf('winning_factor'),
    replicable_patterns: textsOf('replicable_pattern'),
    audience_resonance: {
      emotional_trigger: firstOf('emotional_trigger'),
      value_proposition: firstOf('value_proposition'),
      pain_point_addressed: firstOf('pain_point_addressed'),
    },
    confidence_score: given.confidence,
    extracted_at: given.at,
  };
}

/** Claude's own confidence, times the share of its claims that were kept; 0 without a kept claim. */
export function confidenceOf(stated: number, kept: number, dropped: number): number {
  return kept === 0 ? 0 : (Math.min(1, Math.max(0, stated)) * kept) / (kept + dropped);
}
