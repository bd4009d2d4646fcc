/** What a finished experiment teaches about the attributes of its variants. */

import { textsOf } from '../creative/creative-texts.js';
import { attributesOf } from '../creative/registry.js';
import type { Decision, PairEvidence } from '../decision/decision.js';
import type { Experiment } from '../experiment.js';
import { eventsOf, METRICS, NOTHING_DELIVERED, type ObjectiveMetric } from '../metric.js';
import type { Arm, PatternTest } from './effects.js';

/** A test that has been decided or has ended, with what its looks said. Instants are epoch ms. */
export interface FinishedTest extends PatternTest {
  startedAt: number;
  finishedAt: number;
}

/** Of a look, what patterns are learned from. */
export type LookFigures = Pick<Decision, 'metrics'> & {
  pairs: readonly (Pick<PairEvidence, 'variantA' | 'variantB'> & {
    evidence: Pick<PairEvidence['evidence'], 'theta' | 'se'>;
  })[];
};

/** All variants that are compared can be compared with each other. */
const ONE_GROUP = '';

/**
 * The variants of a test as arms, by what the look that decided it weighed: the log rate ratio of each over the control, hour
 * by hour. Its error there covers bursts and drift, which counts alone don't show; so the sampling variances of the counts are
 * multiplied by how much larger it is, and never made smaller. The objective decides what the rates are.
 *
 * `looks`: the last look of the test, and per variant that was dropped the last one that compared it. A variant of which
 * nothing can be estimated has no arm; without a control and another variant there are none.
 */
export function finishedTest(experiment: Experiment, looks: readonly LookFigures[]): FinishedTest {
  const { id, startedAt, promotedAt, endedAt } = experiment;
  const finishedAt = promotedAt ?? endedAt;
  if (finishedAt === null) throw new RangeError(`experiment ${id} has not finished`);
  return { id, startedAt, finishedAt, arms: armsOf(experiment, looks) };
}

function armsOf({ variants, policy }: Experiment, looks: readonly LookFigures[]): Arm[] {
  const metric = METRICS[policy.objective];
  const control = variants.find(({ role }) => role === 'control');
  if (!control) return [];
  const measured = variants.flatMap((variant) => {
    const found = variant === control ? null : againstControl(metric, looks, variant.id, control.id);
    return found ? [{ variant, ...found }] : [];
  });
  const last = looks[0];
  if (!last || measured.length === 0) return [];
  const inflation = measured.reduce((sum, each) => sum + each.inflation, 0) / measured.length;
  const arm = (variant: Experiment['variants'][number], logRate: number, variance: number): Arm => ({
    attributes: attributesOf(textsOf(variant.creative)),
    group: ONE_GROUP,
    logRate,
    variance: variance * inflation,
  });
  return [
    arm(control, 0, countVariance(metric, last, control.id)),
    ...measured.map(({ variant, logRate, variance }) => arm(variant, logRate, variance)),
  ];
}

function againstControl(
  metric: ObjectiveMetric,
  looks: readonly LookFigures[],
  id: string,
  control: string,
): { logRate: number; variance: number; inflation: number } | null {
  for (const look of looks) {
    const pair = look.pairs.find(({ variantA, variantB }) => variantA === control && variantB === id);
    if (!pair) continue;
    const { theta, se } = pair.evidence;
    if (!Number.isFinite(theta) || !Number.isFinite(se) || se <= 0) return null;
    const variance = countVariance(metric, look, id);
    const counted = variance + countVariance(metric, look, control);
    return { logRate: theta, variance, inflation: Math.max(1, (se * se) / counted) };
  }
  return null;
}

/** Sampling variance of a log rate by its number of events, with the ½ of the empirical logit. */
function countVariance(metric: ObjectiveMetric, { metrics }: LookFigures, id: string): number {
  return metric.scatter / (eventsOf(metric, metrics[id] ?? NOTHING_DELIVERED) + 0.5);
}
