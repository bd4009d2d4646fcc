/** How the promotions by the rule turned out, as far as verifications and the posterior can say. */

import { RULES } from '../evidence/rules.js';
import type { VerificationOutcome } from '../verification/verification.js';
import type { TestFacts } from './decided-test.js';
import { mean } from './lift-summary.js';
import type { Prior } from './prior.js';
import { chanceOfNoGain } from './shrinkage.js';

/**
 * Outcomes of verifications, whatever happened to the promotion later. Harm that a gate found during a verification is an
 * outcome too. Rates are fractions; null if there is nothing to divide by.
 */
export interface Verifications {
  /** Promotions by the rule that wrote budgets, reverted ones too: `falsePositiveRate` is a share of these. */
  promotions: number;
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
  /**
   * What the rules' errors allow, whatever the true lifts are: Σ(1 − confidence) over all tests, divided by the promotions,
   * at most 1. Null too if a rule's error isn't adjusted for repeated looks.
   */
  falsePositiveBound: number | null;
}

export function verificationsOf(facts: readonly TestFacts[], prior: Prior): Verifications {
  const promoted = facts.filter(wasPromotedByRule);
  const outcomes = promoted.flatMap(
    ({ test: { verification, harmAtGate } }) => verification?.outcome ?? (harmAtGate ? 'reverted' : []),
  );
  const count = (outcome: VerificationOutcome) => outcomes.filter((one) => one === outcome).length;
  const rate = (part: number) => (outcomes.length === 0 ? null : part / outcomes.length);
  const chances = promoted.map(({ both, winner }) => chanceOfNoGain(both, prior, winner ?? 'challenger'));
  return {
    promotions: promoted.length,
    verified: count('verified'),
    notVerified: count('not_verified'),
    reverted: count('reverted'),
    replicationRate: rate(count('verified')),
    harmRate: rate(count('reverted')),
    falsePositiveRate: chances.length === 0 ? null : mean(chances),
    falsePositiveBound: boundOf(facts, promoted.length),
  };
}

function wasPromotedByRule({ test: { promotion, experiment } }: TestFacts): boolean {
  return (
    promotion !== null && !promotion.forced && promotion.status !== 'shadow' && experiment.promotedAt !== null
  );
}

function boundOf(facts: readonly TestFacts[], promotions: number): number | null {
  const policies = facts
    .filter(({ test }) => !test.promotion?.forced)
    .map(({ test }) => test.experiment.policy);
  if (promotions === 0 || policies.some(({ rule }) => !RULES[rule].adjusted)) return null;
  const errors = policies.reduce((sum, { confidence }) => sum + 1 - confidence, 0);
  return Math.min(1, errors / promotions);
}
