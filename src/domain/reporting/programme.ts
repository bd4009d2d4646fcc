/** What the programme of tests was like, beside what it gained: how often, how fast, what it saved, and how lifts went. */

import { totalOf } from '../budget.js';
import { CURVE_FROM } from '../forecast/worth.js';
import type { Objective, VariantMetrics } from '../metric.js';
import { HOUR_MS } from '../time.js';
import { gainOf, isStanding, isVerified } from './compound-report.js';
import { type DecidedTest, factsOf, type TestFacts } from './decided-test.js';
import { claimedLift } from './lift.js';
import { mean } from './lift-summary.js';
import type { Prior } from './prior.js';
import { type Middle, middleOf, type Rate, rateOf } from './rate.js';
import { type Savings, savingsOf, type VerifiedPromotion } from './savings.js';
import { gainsTogether } from './shrinkage.js';
import type { Verifications } from './verifications.js';

/** A decided test with what these figures need beside its lift. Instants are epoch ms. */
export type ProgrammeTest = DecidedTest & {
  experiment: DecidedTest['experiment'] & {
    id: string;
    currency: string;
    startedAt: number;
    endedAt: number | null;
    policy: { objective: Objective };
  };
  promotion: { plan: { winnerAdSetId: string; base: Record<string, number> } } | null;
  verification: { winner: string; rival: string } | null;
};

export interface Programme {
  /** Tests in which the rule found a winner, whatever became of the promotion, among all that it decided. */
  promotionRate: Rate;
  /** Verifications that showed the winner to be worse, and those that verified it, among all that have an outcome. */
  harm: Rate;
  replication: Rate;
  /** From the start of a test to the read-back of its first phase; promotions by the rule. */
  hoursToPromotion: Middle;
  savings: Savings;
  curve: LiftBand[];
}

/** With fewer promotions, a band of the curve has no figure. */
export const LEAST_IN_A_BAND = 3;

/** Promotions by the rule that stand and had at least `from` and fewer than `to` decided tests before them. */
export interface LiftBand {
  from: number;
  /** Null: no upper end. */
  to: number | null;
  promotions: number;
  /** Mean lifts; null with fewer than {@link LEAST_IN_A_BAND} promotions. `interval`: 95 %, of the shrunk one. */
  lift: { shrunk: number; interval: [low: number, high: number]; claimed: number } | null;
}

/** `delivered`: by experiment id and variant id, what the ads of verified promotions did in the time that `savings.ts` counts. */
export function programmeOf(
  tests: readonly ProgrammeTest[],
  delivered: ReadonlyMap<string, Record<string, VariantMetrics>>,
  { prior, verifications }: { prior: Prior; verifications: Verifications },
): Programme {
  const facts = tests.map((test) => factsOf(test));
  const byRule = facts.filter(({ test }) => !test.promotion?.forced);
  const promoted = byRule.filter(isPromoted);
  const { verified, notVerified, reverted } = verifications;
  const outcomes = verified + notVerified + reverted;
  return {
    promotionRate: rateOf(promoted.length, byRule.length),
    harm: rateOf(reverted, outcomes),
    replication: rateOf(verified, outcomes),
    hoursToPromotion: middleOf(
      promoted.map(({ test: { experiment } }) => (experiment.promotedAt! - experiment.startedAt) / HOUR_MS),
    ),
    savings: savingsOf(
      promoted
        .filter((one) => isStanding(one) && isVerified(one))
        .map((one) => verifiedPromotion(one, delivered.get(one.test.experiment.id) ?? {})),
      prior,
    ),
    curve: curveOf(facts, prior),
  };
}

function isPromoted({ test: { promotion, experiment } }: TestFacts): boolean {
  return promotion !== null && experiment.promotedAt !== null;
}

function verifiedPromotion(
  one: TestFacts<ProgrammeTest>,
  delivered: Record<string, VariantMetrics>,
): VerifiedPromotion {
  const { experiment, promotion, verification } = one.test;
  const { base, winnerAdSetId } = promotion!.plan;
  return {
    experimentId: experiment.id,
    currency: experiment.currency,
    objective: experiment.policy.objective,
    winner: verification!.winner,
    rival: verification!.rival,
    baseShare: base[winnerAdSetId]! / totalOf(base),
    gain: gainOf(one, one.both),
    delivered,
  };
}

/** The lifts of winners over the sequence of tests. A test is decided when it is promoted, or when it ends without a winner. */
function curveOf(facts: readonly TestFacts<ProgrammeTest>[], prior: Prior): LiftBand[] {
  const decidedAt = ({ test: { experiment } }: TestFacts<ProgrammeTest>) =>
    experiment.promotedAt ?? experiment.endedAt ?? Number.POSITIVE_INFINITY;
  const instants = facts.map(decidedAt);
  const placed = facts
    .filter((one) => isStanding(one) && !one.test.promotion!.forced)
    .map((one) => ({
      gain: gainOf(one, one.effect),
      before: instants.filter((at) => at < decidedAt(one)).length,
    }));
  return CURVE_FROM.map((from, index) => {
    const to = CURVE_FROM[index + 1] ?? null;
    const inside = placed.filter(({ before }) => before >= from && (to === null || before < to));
    const weight = 1 / inside.length;
    const { mean: shrunk, interval } = gainsTogether(
      inside.map(({ gain }) => ({ estimate: gain, weight })),
      prior,
    );
    const claimed = mean(inside.map(({ gain }) => (gain ? claimedLift(gain.theta) : 0)));
    const lift = inside.length < LEAST_IN_A_BAND ? null : { shrunk, interval, claimed };
    return { from, to, promotions: inside.length, lift };
  });
}
