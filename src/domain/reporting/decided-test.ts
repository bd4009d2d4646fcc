/** What the reports know of one decided experiment, and its effect of challenger over control. */

import type { Decision } from '../decision/decision.js';
import { effectOf, pairOf } from '../decision/pairs.js';
import { controlOf, type Experiment, type Policy } from '../experiment.js';
import type { VerificationOutcome } from '../verification/verification.js';
import { type Estimate, pooled } from './lift.js';
import type { Winner } from './shrinkage.js';

/** The part of the policy that the reports need. */
export type TestPolicy = Pick<
  Policy,
  'confidence' | 'rule' | 'horizonHours' | 'checkEveryHours' | 'minimumRunHours' | 'minimumClicks'
>;

/** The facts about a decided experiment that the report needs. */
export interface DecidedTest {
  experiment: Pick<Experiment, 'variants' | 'promotedAt'> & { policy: TestPolicy };
  promotion: {
    winnerVariantId: string;
    status: 'in_progress' | 'completed' | 'reverted' | 'needs_attention' | 'stopped' | 'shadow';
    /** Promoted by a user, whatever the statistics said: reported separately. */
    forced?: boolean;
    confidence: number;
    /** Log rate ratio of the winner over its closest rival at the decision, and its standard error. */
    theta: number;
    se: number;
  } | null;
  /** Winner over its rival in the window after the rollout; null before the outcome. */
  verification: ({ outcome: VerificationOutcome } & Estimate) | null;
  /** Whether it was reverted before the outcome, because a daily gate of the verification found the winner worse. */
  harmAtGate: boolean;
  lastDecision: Pick<Decision, 'pairs'> | null;
}

/**
 * An experiment's effect of challenger over control: of the challenger that was promoted, otherwise of the one furthest
 * ahead. Null if nothing could be estimated.
 */
export function effectOfTest({ experiment, promotion, lastDecision }: DecidedTest): Estimate | null {
  const control = controlOf(experiment).id;
  const challengers = experiment.variants.filter((variant) => variant.role === 'challenger');
  if (promotion && challengers.length === 1) {
    const theta = promotion.winnerVariantId === control ? -promotion.theta : promotion.theta;
    return promotion.se > 0 ? { theta, se: promotion.se } : null;
  }
  if (!lastDecision || lastDecision.pairs.length === 0) return null;
  const { pairs } = lastDecision;
  // A dropped challenger was no longer compared.
  const compared = challengers.filter(({ id }) =>
    pairs.some(({ variantA, variantB }) => [variantA, variantB].includes(id)),
  );
  if (compared.length === 0) return null;
  const effects = compared.map(({ id }) => ({
    id,
    theta: effectOf(pairs, id, control),
    se: pairOf(pairs, id, control).evidence.se,
  }));
  const best =
    effects.find(({ id }) => id === promotion?.winnerVariantId) ??
    effects.reduce((ahead, effect) => (effect.theta > ahead.theta ? effect : ahead));
  return best.se > 0 ? { theta: best.theta, se: best.se } : null;
}

/** A decided experiment as every figure of the report reads it. Effects are challenger over control. */
export interface TestFacts<Test extends DecidedTest = DecidedTest> {
  test: Test;
  /** The decision's estimate; null if nothing could be estimated. */
  effect: Estimate | null;
  /** The decision's and the verification's estimates, pooled. */
  both: Estimate | null;
  /** The winner of the promotion; null without one. */
  winner: Winner | null;
  /** Hours from the start to the last decision; null if there is none. */
  hours: number | null;
}

/** Throws if a stored part of the test doesn't have the form that this version expects. */
export function factsOf<Test extends DecidedTest>(test: Test): TestFacts<Test> {
  const { promotion, verification, lastDecision, experiment } = test;
  const controlWon = promotion?.winnerVariantId === controlOf(experiment).id;
  const effect = effectOfTest(test);
  // A verification's estimate is of the winner over its rival.
  const verified = verification && {
    theta: controlWon ? -verification.theta : verification.theta,
    se: verification.se,
  };
  return {
    test,
    effect,
    both: pooled([effect, verified].filter((estimate) => estimate !== null)),
    winner: promotion === null ? null : controlWon ? 'control' : 'challenger',
    hours: lastDecision?.pairs[0]?.evidence.hours ?? null,
  };
}
