/** Which ad the rule drops. */

import { type Experiment, undroppable } from '../experiment.js';
import type { Decision } from './decision.js';
import { pairOf } from './pairs.js';

/**
 * The challenger that the leader of this look has beaten and that can be dropped at `at`, epoch ms; the first of several,
 * since one is dropped at a time. Null if there is none, or if the policy drops none. The control is never dropped.
 */
export function beatenVariant(
  experiment: Experiment,
  { leaderVariantId: leader, verdict, pairs }: Pick<Decision, 'leaderVariantId' | 'verdict' | 'pairs'>,
  at: number,
): string | null {
  const { dropBeaten = false } = experiment.policy;
  // A leader with a verdict of its own is promoted; a look that says anything else has something to settle first.
  if (!dropBeaten || leader === null || verdict !== 'continue_testing') return null;
  const beaten = experiment.variants.find(
    ({ id }) =>
      id !== leader &&
      undroppable(experiment, id, at) === null &&
      pairOf(pairs, leader, id).calledWinner === leader,
  );
  return beaten?.id ?? null;
}
