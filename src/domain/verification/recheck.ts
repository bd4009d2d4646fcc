/**
 * Whether the lift of a promotion still holds weeks after its rollout: the verification's estimate on a later window of
 * the same length. It is only reported; nothing is decided by it.
 */
import { adName } from '../ad-name.js';
import { studentUpperQuantile } from '../evidence/distributions.js';
import type { DriftHistory } from '../evidence/drift.js';
import { METRICS } from '../metric.js';
import type { Observed } from '../pair-rows.js';
import {
  estimate,
  isEnough,
  type Judged,
  lengthOf,
  type PromotedWinner,
  shortfall,
  type Weight,
  weighWindow,
} from './verification.js';
import type { VerificationWindow } from './window.js';

/**
 * `holds`: the interval lies above 0, and the lift isn't shown to be lower than verified. `faded`: it is shown to be lower,
 * or the winner is behind. `unclear`: the data shows neither. `not_judged`: the budgets have changed, or Meta's data could
 * not be read.
 */
export const RECHECK_OUTCOMES = ['holds', 'faded', 'unclear', 'not_judged'] as const;
export type RecheckOutcome = (typeof RECHECK_OUTCOMES)[number];

/** Tail of the one-sided comparison with the verification. */
const TAIL = 0.05;

/** A test that began on one of the ad sets after the rollout. */
export interface LaterTest {
  adSetId: string;
  experimentId: string;
}

/** Why the outcome is `not_judged`, in words. */
export type Unjudged = { code: 'split_changed' | 'unread'; detail: string };

/** The window's evidence as the verification has it, without that of harm: nothing is done about it. */
export interface RecheckVerdict extends Omit<Weight, 'logHarm'> {
  winner: string;
  rival: string;
  outcome: RecheckOutcome;
  /** The result as a sentence. */
  message: string;
}

/** Log rate ratio with its standard error and degrees of freedom. */
type Estimate = Pick<Weight, 'theta' | 'se' | 'df'>;

/**
 * Whether the later lift is shown to be lower: Welch's one-sided test of the difference, 5 %. The verified lift has an
 * error of its own: if the interval were compared with it as if it were exact, 10 % of unchanged lifts would seem to have
 * faded instead of 3.5 % (simulated weeks at 80/20).
 */
export function hasFaded(now: Estimate, then: Estimate): boolean {
  const [a, b] = [now.se ** 2, then.se ** 2];
  const df = (a + b) ** 2 / (a ** 2 / now.df + b ** 2 / then.df);
  if (!(df > 0)) return false;
  return now.theta - then.theta + studentUpperQuantile(TAIL, df) * Math.sqrt(a + b) < 0;
}

/** What the window shows. `verified`: the verification; null if none is on record. */
export function recheckOutcome(weight: Weight, verified: Weight | null): RecheckOutcome {
  if (!isEnough(weight)) return 'unclear';
  const [low, high] = weight.interval!;
  if (high < 0 || (verified !== null && isEnough(verified) && hasFaded(weight, verified))) return 'faded';
  return low > 0 ? 'holds' : 'unclear';
}

/**
 * Measures the winner against the rival of its verification, with the observations in the window; it ignores all others.
 * Call it when the window's `judgedAt` has come.
 */
export function judgeRecheck(input: {
  experiment: Judged;
  promotion: PromotedWinner;
  verified: Weight | null;
  window: VerificationWindow;
  observations: readonly Observed[];
  /** The drift in the account's tests, this one's decision included. */
  history: DriftHistory;
  unjudged: Unjudged | null;
  laterTests: readonly LaterTest[];
}): RecheckVerdict {
  const { experiment, promotion, verified, window, observations, history, unjudged } = input;
  const { policy } = experiment;
  const { winner, rival, weight } = weighWindow({
    ...{ experiment, promotion, observations, history, window },
    bookedUntil: window.until,
  });
  const outcome = unjudged ? 'not_judged' : recheckOutcome(weight, verified);
  const named = { winner: adName(experiment.variants, winner), rival: adName(experiment.variants, rival) };
  const facts = { policy, ...named, weight, verified, outcome, unjudged };
  const { logHarm: _, ...measured } = weight;
  return { ...measured, winner, rival, outcome, message: sentence(facts) + laterSentence(input.laterTests) };
}

const BEGINNINGS: Record<Exclude<RecheckOutcome, 'not_judged'>, string> = {
  holds: 'The lift holds',
  faded: 'The lift has faded',
  unclear: 'It is unclear whether the lift holds',
};

function sentence(facts: {
  policy: Judged['policy'];
  winner: string;
  rival: string;
  weight: Weight;
  verified: Weight | null;
  outcome: RecheckOutcome;
  unjudged: Unjudged | null;
}): string {
  const { policy, winner, rival, weight, verified, outcome, unjudged } = facts;
  const metric = METRICS[policy.objective];
  const days = `the ${lengthOf(policy)} up to day ${policy.recheckDays} after the rollout`;
  if (unjudged?.code === 'unread')
    return `Whether the lift holds is not judged: ${days} could not be read (${unjudged.detail}).`;
  const few = shortfall(metric, facts);
  const subject = `${metric.label} of ${winner} over ${rival}`;
  const now =
    few === null
      ? `${subject} ${estimate(metric, weight.theta, weight.interval!)} in ${days}`
      : `too little data in ${days} (${few})`;
  const then =
    verified === null || !isEnough(verified)
      ? 'the verification had too little data'
      : `${estimate(metric, verified.theta, verified.interval!)} in the verification`;
  const beginning =
    outcome === 'not_judged'
      ? `Whether the lift holds is not judged, since the split is no longer that of the last phase (${unjudged?.detail})`
      : BEGINNINGS[outcome];
  return `${beginning}: ${now}; ${then}.`;
}

function laterSentence(tests: readonly LaterTest[]): string {
  if (tests.length === 0) return '';
  const named = tests.map(({ adSetId, experimentId }) => `ad set ${adSetId} in ${experimentId}`);
  return ` Since the rollout, ad sets have been part of other tests: ${named.join(', ')}.`;
}
