/**
 * The gain of all tests so far. Each lift has three figures: shrunk (the posterior of `shrinkage.ts`), claimed (as observed
 * at the decision, and too large because of the winner's curse) and verified.
 *
 * Verified figures cover the promotions whose verification, by its own data, put the lift above 0. The verification's
 * estimate has no winner's curse over all promotions, but it has one over those that passed it: in
 * `bench/verification.ts` it says +18.1 %, and the truth is +14.7 %. The verified lift is therefore the posterior of both
 * estimates, the decision's and the verification's, which a selection by either doesn't bias (+14.6 %).
 */

import { RULES } from '../evidence/rules.js';
import { type DecidedTest, factsOf, type TestFacts } from './decided-test.js';
import { claimedInterval, claimedLift, claimedMeanInterval, type Estimate } from './lift.js';
import { type LiftSummary, mean, summarise } from './lift-summary.js';
import { type Luck, luckOf } from './luck.js';
import { learnPrior, type Prior } from './prior.js';
import { compoundInterval, gainsTogether, shrunkLift } from './shrinkage.js';
import { type Verifications, verificationsOf } from './verifications.js';

export interface CompoundReport<Test extends DecidedTest = DecidedTest> {
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
  shrunk: LiftSummary;
  claimed: LiftSummary;
  /** Lifts of the successful promotions that were verified; null if there are none. */
  verified: LiftSummary | null;
  /** The prior of true log rate ratios, learned from all decided experiments. */
  prior: Prior;
  /** The promotions that stand, forced ones too, in the order of their first writes. */
  promotions: CountedPromotion<Test>[];
  /** Tests of `luck`. */
  luckTests: number;
  /** What the same number of A/A tests would have claimed by luck; forced promotions are left out. */
  luck: Luck;
}

/** One promotion that stands, and its part in the compound figures: fractions, 0 if the control won. */
export interface CountedPromotion<Test extends DecidedTest = DecidedTest> {
  test: Test;
  shrunk: number;
  claimed: number;
  /** Null unless it was verified. */
  verified: number | null;
}

/** Promotions that users forced: no rule confirmed them. */
export interface ForcedPromotions {
  count: number;
  averageConfidence: number;
  shrunk: LiftSummary;
  claimed: LiftSummary;
  /** How many were verified, and their lifts; null if none was. */
  verifiedCount: number;
  verified: LiftSummary | null;
}

const STANDING: readonly string[] = ['in_progress', 'completed'];

/** The report over every decided experiment, in any order. */
export function compoundReport<Test extends DecidedTest>(tests: readonly Test[]): CompoundReport<Test> {
  const facts = tests.map((test) => factsOf(test));
  const prior = priorOf(facts);
  const allStanding = facts
    .filter(isStanding)
    .sort((x, y) => x.test.experiment.promotedAt! - y.test.experiment.promotedAt!);
  const standing = allStanding.filter(({ test }) => !test.promotion!.forced);
  const forced = allStanding.filter(({ test }) => test.promotion!.forced);
  const equalAds = facts.flatMap(asEqualAds);
  const confidenceOf = (of: readonly TestFacts[]) => mean(of.map(({ test }) => test.promotion!.confidence));
  return {
    totalExperiments: tests.length,
    successfulPromotions: standing.length,
    revertedPromotions: tests.filter((test) => test.promotion?.status === 'reverted').length,
    verifications: verificationsOf(facts, prior),
    withoutWinner: tests.filter((test) => test.promotion === null).length,
    forced:
      forced.length === 0
        ? null
        : {
            count: forced.length,
            averageConfidence: confidenceOf(forced),
            shrunk: shrunkSummary(forced, prior),
            claimed: claimedSummary(forced),
            verifiedCount: forced.filter(isVerified).length,
            verified: verifiedSummary(forced, prior),
          },
    averageConfidence: confidenceOf(standing),
    unadjustedConfidences: standing.filter(({ test }) => !RULES[test.experiment.policy.rule].adjusted).length,
    shrunk: shrunkSummary(standing, prior),
    claimed: claimedSummary(standing),
    verified: verifiedSummary(standing, prior),
    prior,
    promotions: allStanding.map((one) => ({
      test: one.test,
      shrunk: shrunkOf(gainOf(one, one.effect), prior),
      claimed: claimedOf(gainOf(one, one.effect)),
      verified: isVerified(one) ? shrunkOf(gainOf(one, one.both), prior) : null,
    })),
    luckTests: equalAds.length,
    luck: luckOf(equalAds),
  };
}

/** The prior that all decided experiments teach, whoever won them. */
export function priorOf(facts: readonly TestFacts[]): Prior {
  return learnPrior(facts.map(({ effect }) => effect).filter((effect) => effect !== null));
}

function claimedSummary(promotions: readonly TestFacts[]): LiftSummary {
  const effects = promotions.map((facts) => gainOf(facts, facts.effect));
  const lifts = effects.map(claimedOf);
  const known = effects.filter((effect) => effect !== null);
  return summarise(lifts, {
    interval: claimedInterval(known),
    meanInterval: claimedMeanInterval(known, promotions.length),
  });
}

function shrunkSummary(
  promotions: readonly TestFacts[],
  prior: Prior,
  estimateOf: (facts: TestFacts) => Estimate | null = ({ effect }) => effect,
): LiftSummary {
  const estimates = promotions.map((facts) => gainOf(facts, estimateOf(facts)));
  const lifts = estimates.map((estimate) => shrunkOf(estimate, prior));
  const known = estimates.filter((estimate) => estimate !== null);
  const gains = estimates.map((estimate) => ({ estimate, weight: 1 / promotions.length }));
  return summarise(lifts, {
    interval: compoundInterval(known, prior),
    meanInterval: gainsTogether(gains, prior).interval,
  });
}

/** Null if none was verified. */
function verifiedSummary(promotions: readonly TestFacts[], prior: Prior): LiftSummary | null {
  const verified = promotions.filter(isVerified);
  return verified.length === 0 ? null : shrunkSummary(verified, prior, ({ both }) => both);
}

/** Whether its promotion was neither reverted nor stopped and is not only in shadow. */
export function isStanding({ test: { promotion, experiment } }: TestFacts): boolean {
  return promotion !== null && experiment.promotedAt !== null && STANDING.includes(promotion.status);
}

export function isVerified({ test }: TestFacts): boolean {
  return test.verification?.outcome === 'verified';
}

function claimedOf(gain: Estimate | null): number {
  return gain ? claimedLift(gain.theta) : 0;
}

function shrunkOf(gain: Estimate | null, prior: Prior): number {
  return gain ? shrunkLift(gain, prior) : 0;
}

/** Null if the control won: its ad was there before, so nothing is gained. */
export function gainOf({ winner }: TestFacts, estimate: Estimate | null): Estimate | null {
  return winner === 'control' ? null : estimate;
}

function asEqualAds({ test, effect, hours }: TestFacts) {
  if (test.promotion?.forced || effect === null) return [];
  const { confidence, horizonHours, checkEveryHours, minimumRunHours, minimumClicks } =
    test.experiment.policy;
  return {
    se: effect.se,
    hours: hours ?? horizonHours,
    alpha: 1 - confidence,
    horizonHours,
    checkEveryHours,
    minimumHours: minimumRunHours,
    minimumEvents: minimumClicks,
  };
}
