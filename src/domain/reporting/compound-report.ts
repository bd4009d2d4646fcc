/**
 * The gain of all tests so far. Each lift has three figures: claimed (as observed at the decision, and too large because
 * of the winner's curse), shrunk (the posterior of `lift.ts`) and verified.
 *
 * Verified figures cover the promotions whose verification, by its own data, put the lift above 0. The verification's
 * estimate has no winner's curse over all promotions, but it has one over those that passed it: in
 * `bench/verification.ts` it says +18.1 %, and the truth is +14.7 %. The verified lift is therefore the posterior of both
 * estimates, the decision's and the verification's, which a selection by either doesn't bias (+14.6 %).
 */
import type { Decision } from '../decision/decision.js';
import { effectOf, pairOf } from '../decision/pairs.js';
import { RULES } from '../evidence/rules.js';
import { controlOf, type Experiment, type Policy } from '../experiment.js';
import type { VerificationOutcome } from '../verification/verification.js';
import {
  chanceOfNoGain,
  claimedLift,
  compoundLift,
  type Estimate,
  pooled,
  priorScale,
  shrunkLift,
} from './lift.js';

/** The facts about a decided experiment that the report needs. */
export interface DecidedTest {
  experiment: Pick<Experiment, 'variants' | 'promotedAt'> & { policy: Pick<Policy, 'confidence' | 'rule'> };
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

/** Lifts of the successful promotions, fractions; 0 for a test that the control won. */
export interface LiftSummary {
  mean: number;
  median: number;
  /** All lifts one after the other: the product of (1 + lift), minus 1. */
  compound: number;
  min: number;
  max: number;
  /** The last ten, in the order of their promotions. */
  trend: number[];
}

export interface CompoundReport {
  totalExperiments: number;
  /** Promotions by the rule that stand: not reverted, not stopped and not only in shadow. */
  successfulPromotions: number;
  /** Forced promotions that stand; null without one. Other figures leave them out, except test counts and the prior. */
  forced: ForcedPromotions | null;
  /** Reverted, for whatever reason. */
  revertedPromotions: number;
  verifications: Verifications;
  withoutWinner: number;
  /** Mean over the successful promotions; 0 without one. */
  averageConfidence: number;
  /** Successful promotions whose confidence is unadjusted for repeated looks. */
  unadjustedConfidences: number;
  claimed: LiftSummary;
  shrunk: LiftSummary;
  /** Lifts of the successful promotions that were verified; null if there are none. */
  verified: LiftSummary | null;
  /** Standard deviation of the prior of true log rate ratios, over all decided experiments. */
  priorScale: number;
  /** The compound lift that the same number of A/A tests would have claimed by luck: see {@link luckOf}. */
  luck: number;
}

/** Promotions that users forced: no rule confirmed them. */
export interface ForcedPromotions {
  count: number;
  averageConfidence: number;
  claimed: LiftSummary;
  shrunk: LiftSummary;
}

/**
 * Outcomes of verifications, whatever happened to the promotion later. Harm that a gate found during a verification is an
 * outcome too. Rates are fractions; null if there is nothing to divide by.
 */
export interface Verifications {
  verified: number;
  notVerified: number;
  /** Reverted because the winner was worse. */
  reverted: number;
  /** Share of `verified` among all outcomes. A winner that isn't verified may still be better. */
  replicationRate: number | null;
  /** Share of `reverted` among all outcomes: the false winners that showed harm. */
  harmRate: number | null;
  /**
   * The expected share of promotions whose true lift is 0 or less: its posterior probability under the learned prior,
   * given decision and verification, averaged over all promotions, including reverted ones. If a gate found harm, there
   * is no estimate from the verification, and only the decision counts.
   */
  falsePositiveRate: number | null;
}

/** The boundary on the normal scale from the second day on, with equal information per look and confidence 0.95. */
const BOUNDARY = 2.8;

/**
 * The compound lift that tests of identical ads are expected to claim. Each promotes its challenger with half the error
 * of its rule as probability, and then shows at least the lift at the boundary, e^(2.8·SE) − 1.
 */
function luckOf(tests: readonly DecidedTest[], effects: readonly (Estimate | null)[]): number {
  return compoundLift(
    tests.map(({ experiment, promotion }, index) => {
      const effect = promotion?.forced ? null : effects[index];
      return effect ? ((1 - experiment.policy.confidence) / 2) * Math.expm1(BOUNDARY * effect.se) : 0;
    }),
  );
}

const TREND_LENGTH = 10;
const STANDING = ['in_progress', 'completed'];

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

/** Estimates of a promoted winner's effect over its rival: the decision's, and the verification's if there was one. */
function effectsOfWinner(test: DecidedTest, effect: Estimate | null): Estimate[] {
  const sign = test.promotion?.winnerVariantId === controlOf(test.experiment).id ? -1 : 1;
  const decided = effect ? [{ theta: sign * effect.theta, se: effect.se }] : [];
  return test.verification ? [...decided, test.verification] : decided;
}

function verificationsOf(
  tests: readonly DecidedTest[],
  effects: readonly (Estimate | null)[],
  scale: number,
): Verifications {
  const isReal = ({ promotion, experiment }: DecidedTest) =>
    promotion !== null &&
    !promotion.forced &&
    promotion.status !== 'shadow' &&
    experiment.promotedAt !== null;
  const outcomes = tests
    .filter(isReal)
    .flatMap(({ verification, harmAtGate }) => verification?.outcome ?? (harmAtGate ? 'reverted' : []));
  const count = (outcome: VerificationOutcome) => outcomes.filter((one) => one === outcome).length;
  const rate = (part: number) => (outcomes.length === 0 ? null : part / outcomes.length);
  const chances = tests.flatMap((test, index) =>
    isReal(test) ? [chanceOfNoGain(pooled(effectsOfWinner(test, effects[index]!)), scale)] : [],
  );
  return {
    verified: count('verified'),
    notVerified: count('not_verified'),
    reverted: count('reverted'),
    replicationRate: rate(count('verified')),
    harmRate: rate(count('reverted')),
    falsePositiveRate: chances.length === 0 ? null : mean(chances),
  };
}

/** The report over every decided experiment, in any order. */
export function compoundReport(tests: readonly DecidedTest[]): CompoundReport {
  const effects = tests.map(effectOfTest);
  const scale = priorScale(effects.filter((effect) => effect !== null));
  const allStanding = tests
    .map((test, index) => ({ test, effect: effects[index]! }))
    .filter(
      ({ test }) =>
        test.promotion !== null &&
        test.experiment.promotedAt !== null &&
        STANDING.includes(test.promotion.status),
    )
    .sort((x, y) => x.test.experiment.promotedAt! - y.test.experiment.promotedAt!);
  const standing = allStanding.filter(({ test }) => !test.promotion!.forced);
  const forced = allStanding.filter(({ test }) => test.promotion!.forced);
  const controlWon = ({ promotion, experiment }: DecidedTest) =>
    promotion!.winnerVariantId === controlOf(experiment).id;
  const lifts = (liftOf: (effect: Estimate) => number, of = standing) =>
    of.map(({ test, effect }) => (effect === null || controlWon(test) ? 0 : liftOf(effect)));
  const verified = standing
    .filter(({ test }) => test.verification?.outcome === 'verified')
    .map(({ test, effect }) => {
      const both = pooled(effectsOfWinner(test, effect));
      return both === null || controlWon(test) ? 0 : shrunkLift(both, scale);
    });
  const claimedOf = (effect: Estimate) => claimedLift(effect.theta);
  const shrunkOf = (effect: Estimate) => shrunkLift(effect, scale);
  const confidenceOf = (of: typeof standing) => mean(of.map(({ test }) => test.promotion!.confidence));
  return {
    totalExperiments: tests.length,
    successfulPromotions: standing.length,
    revertedPromotions: tests.filter((test) => test.promotion?.status === 'reverted').length,
    verifications: verificationsOf(tests, effects, scale),
    withoutWinner: tests.filter((test) => test.promotion === null).length,
    forced:
      forced.length === 0
        ? null
        : {
            count: forced.length,
            averageConfidence: confidenceOf(forced),
            claimed: summarise(lifts(claimedOf, forced)),
            shrunk: summarise(lifts(shrunkOf, forced)),
          },
    averageConfidence: confidenceOf(standing),
    unadjustedConfidences: standing.filter(({ test }) => !RULES[test.experiment.policy.rule].adjusted).length,
    claimed: summarise(lifts(claimedOf)),
    shrunk: summarise(lifts(shrunkOf)),
    verified: verified.length === 0 ? null : summarise(verified),
    priorScale: scale,
    luck: luckOf(tests, effects),
  };
}

function summarise(lifts: readonly number[]): LiftSummary {
  return {
    mean: mean(lifts),
    median: median(lifts),
    compound: compoundLift(lifts),
    min: lifts.length === 0 ? 0 : Math.min(...lifts),
    max: lifts.length === 0 ? 0 : Math.max(...lifts),
    trend: lifts.slice(-TREND_LENGTH),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((x, y) => x - y);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
