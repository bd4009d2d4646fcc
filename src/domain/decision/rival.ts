import { entryOf } from '../entry.js';
import { controlOf, type Experiment, participants, type Variant } from '../experiment.js';
import { exposureOf, METRICS, numeratorOf, type VariantMetrics } from '../metric.js';

/**
 * The variant that a winner is compared with: the control, because a lift is over the control. If the control won, it is
 * the challenger with the best rate of the objective in `metrics`, the figures of the decision. Variants are only dropped
 * before a promotion, so no dropped variant is a rival.
 */
export function rivalOf(
  experiment: Pick<Experiment, 'variants' | 'policy' | 'dropped'>,
  winner: Variant,
  metrics: Record<string, VariantMetrics> = {},
): Variant {
  const control = controlOf(experiment);
  if (winner.id !== control.id) return control;
  const metric = METRICS[experiment.policy.objective];
  const rate = (variant: Variant) => {
    const found = entryOf(metrics, variant.id);
    return found && exposureOf(metric, found) > 0
      ? numeratorOf(metric, found) / exposureOf(metric, found)
      : 0;
  };
  return participants(experiment, Number.MAX_VALUE)
    .filter((variant) => variant.id !== winner.id)
    .reduce((best, variant) => (rate(variant) > rate(best) ? variant : best));
}
