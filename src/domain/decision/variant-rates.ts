/** What a finished test measured of each of its ads, for whoever learns from it. */
import type { Experiment, Variant } from '../experiment.js';
import { eventsOf, exposureOf, METRICS, NOTHING_DELIVERED, type ObjectiveMetric } from '../metric.js';
import type { Decision, PairEvidence } from './decision.js';

/** Of a look, what is learned from. */
export type LookFigures = Pick<Decision, 'metrics'> & {
  pairs: readonly (Pick<PairEvidence, 'variantA' | 'variantB'> & {
    evidence: Pick<PairEvidence['evidence'], 'theta' | 'se'>;
  })[];
};

export interface VariantRate {
  variant: Variant;
  /** Natural log of the objective's rate: its difference from another variant's is the effect that the rule weighed. */
  logRate: number;
  /** The variance of its error. */
  variance: number;
}

/**
 * The control's rate by its totals, and each other variant's by the log rate ratio over the control that the rule weighed,
 * hour by hour. Its error there covers bursts and drift, which counts alone don't show; so the sampling variances of the
 * counts are multiplied by how much larger it is on average, and never made smaller.
 *
 * `looks`: the last look of the test, and per variant that was dropped the last one that compared it. A variant of which
 * nothing can be estimated has no rate; without a control and another variant there are none.
 */
export function variantRates(
  { variants, policy }: Pick<Experiment, 'variants' | 'policy'>,
  looks: readonly LookFigures[],
): VariantRate[] {
  const metric = METRICS[policy.objective];
  const control = variants.find(({ role }) => role === 'control');
  const last = looks[0];
  if (!control || !last) return [];
  const measured = variants.flatMap((variant) => {
    const found = variant === control ? null : againstControl(metric, looks, variant.id, control.id);
    return found ? [{ variant, ...found }] : [];
  });
  if (measured.length === 0) return [];
  const inflation = measured.reduce((sum, each) => sum + each.inflation, 0) / measured.length;
  const level = levelOf(metric, last, control.id);
  return [
    { variant: control, logRate: level, variance: inflation * countVariance(metric, last, control.id) },
    ...measured.map(({ variant, effect, variance }) => ({
      variant,
      logRate: level + effect,
      variance: inflation * variance,
    })),
  ];
}

function againstControl(
  metric: ObjectiveMetric,
  looks: readonly LookFigures[],
  id: string,
  control: string,
): { effect: number; variance: number; inflation: number } | null {
  for (const look of looks) {
    const pair = look.pairs.find(({ variantA, variantB }) => variantA === control && variantB === id);
    if (!pair) continue;
    const { theta, se } = pair.evidence;
    if (!Number.isFinite(theta) || !Number.isFinite(se) || se <= 0) return null;
    const variance = countVariance(metric, look, id);
    const counted = variance + countVariance(metric, look, control);
    return { effect: theta, variance, inflation: Math.max(1, (se * se) / counted) };
  }
  return null;
}

function levelOf(metric: ObjectiveMetric, { metrics }: LookFigures, id: string): number {
  const totals = metrics[id] ?? NOTHING_DELIVERED;
  return Math.log((eventsOf(metric, totals) + 0.5) / (exposureOf(metric, totals) + 0.5));
}

/** Sampling variance of a log rate by its number of events, with the ½ of the empirical logit. */
function countVariance(metric: ObjectiveMetric, { metrics }: LookFigures, id: string): number {
  return metric.scatter / (eventsOf(metric, metrics[id] ?? NOTHING_DELIVERED) + 0.5);
}
