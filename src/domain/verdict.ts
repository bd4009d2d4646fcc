import type { Decision, PairEvidence, VariantMetrics } from './decision.js';
import type { EvidenceGap } from './evidence/types.js';
import type { Policy, Variant } from './experiment.js';

/** What {@link decide} is given: everything that was known at one look. */
export interface LookFacts {
  variants: readonly Variant[];
  policy: Policy;
  pairs: readonly PairEvidence[];
  metrics: Record<string, VariantMetrics>;
  lookNumber: number;
  hours: number;
}

export type VerdictOfLook = Pick<
  Decision,
  'verdict' | 'winnerVariantId' | 'leaderVariantId' | 'confidence' | 'reasons'
>;

/** Log rate ratio of `variant` over `rival` at this look; 0 where it can't be estimated. */
export function effectOf(pairs: readonly PairEvidence[], variant: string, rival: string): number {
  const pair = pairOf(pairs, variant, rival);
  return pair.variantB === variant ? pair.evidence.theta : -pair.evidence.theta;
}

/** The evidence of two variants, whichever way round it was taken. */
export function pairOf(pairs: readonly PairEvidence[], x: string, y: string): PairEvidence {
  const found = pairs.find(
    (pair) => (pair.variantA === x && pair.variantB === y) || (pair.variantA === y && pair.variantB === x),
  );
  if (!found) throw new RangeError(`no evidence on ${x} and ${y}`);
  return found;
}

/** The variant whose estimate lies above every other's, or null. */
export function leaderOf(variants: readonly Variant[], pairs: readonly PairEvidence[]): string | null {
  const leader = variants.find((candidate) =>
    variants.every((rival) => rival.id === candidate.id || effectOf(pairs, candidate.id, rival.id) > 0),
  );
  return leader?.id ?? null;
}

/** The pair in which the leader's case is weakest. */
function closestPair(
  variants: readonly Variant[],
  pairs: readonly PairEvidence[],
  leader: string,
): PairEvidence {
  return variants
    .filter((rival) => rival.id !== leader)
    .map((rival) => pairOf(pairs, leader, rival.id))
    .reduce((worst, pair) => (pair.evidence.confidence < worst.evidence.confidence ? pair : worst));
}

const INSUFFICIENT: readonly EvidenceGap[] = [
  'minimum_hours',
  'minimum_clicks_a',
  'minimum_clicks_b',
  'minimum_impressions_a',
  'minimum_impressions_b',
  'minimum_rows',
  'no_variance',
];

/**
 * The verdict of a look. A variant is promoted at the first look by which it has beaten every other one
 * pairwise and still leads each (Gutmann and Maymin: no correction is needed), if at least one of its pairs
 * counts at this look.
 */
export function decide(facts: LookFacts): VerdictOfLook {
  const { variants, policy, pairs, hours, lookNumber } = facts;
  const leader = leaderOf(variants, pairs);
  const closest = leader === null ? null : closestPair(variants, pairs, leader);
  const confidence = closest?.evidence.confidence ?? 0;
  const answer = { leaderVariantId: leader, confidence, winnerVariantId: null };

  if (leader !== null && closest !== null) {
    const own = variants
      .filter((rival) => rival.id !== leader)
      .map((rival) => pairOf(pairs, leader, rival.id));
    const beatsAll = own.every((pair) => pair.calledWinner === leader);
    if (beatsAll && own.some((pair) => pair.evidence.counts)) {
      return {
        ...answer,
        verdict: 'promote',
        winnerVariantId: leader,
        reasons: [promoteReason(leader, closest, policy, lookNumber)],
      };
    }
  }
  if (hours >= policy.horizonHours) {
    return { ...answer, verdict: 'no_winner', reasons: [noWinnerReason(policy, closest, confidence)] };
  }
  const gaps = gapReasons(facts);
  if (gaps.length > 0) return { ...answer, verdict: 'insufficient_data', reasons: gaps };
  return {
    ...answer,
    verdict: 'continue_testing',
    reasons: [continueReason(leader, closest, policy, lookNumber)],
  };
}

function gapReasons({ pairs }: LookFacts): string[] {
  const sentences = new Set<string>();
  for (const pair of pairs) {
    for (const gap of pair.evidence.missing) {
      if (INSUFFICIENT.includes(gap.code)) sentences.add(gapSentence(gap, pair));
    }
  }
  return [...sentences];
}

function gapSentence(gap: { code: EvidenceGap; value: number; limit: number }, pair: PairEvidence): string {
  const round = (value: number) => String(Math.round(value * 10) / 10);
  const subject = gap.code.endsWith('_a') ? pair.variantA : pair.variantB;
  switch (gap.code) {
    case 'minimum_hours':
      return `${round(gap.value)} h of data < ${gap.limit} h.`;
    case 'minimum_clicks_a':
    case 'minimum_clicks_b':
      return `${subject} has ${gap.value} link clicks < ${gap.limit}.`;
    case 'minimum_impressions_a':
    case 'minimum_impressions_b':
      return `${subject} has ${gap.value} impressions < ${gap.limit}.`;
    case 'minimum_rows':
      return `${pair.variantA} and ${pair.variantB} delivered together in ${gap.value} hours < ${gap.limit}.`;
    default:
      return `The click rates of ${pair.variantA} and ${pair.variantB} can't be compared yet: no variation between hours.`;
  }
}

/** A relative change as people read it, e.g. `+31.2 %`. */
export function percent(fraction: number): string {
  const value = (fraction * 100).toFixed(1);
  return `${fraction >= 0 ? '+' : ''}${value} %`;
}

/** The interval of the relative lift of `variant` over its rival in the pair; null where there is none. */
export function intervalFor(pair: PairEvidence, variant: string): [number, number] | null {
  const interval = pair.evidence.interval;
  if (interval === null || pair.variantB === variant) return interval;
  return [1 / (1 + interval[1]) - 1, 1 / (1 + interval[0]) - 1];
}

function liftSentence(pair: PairEvidence, variant: string, policy: Policy): string {
  const rival = pair.variantA === variant ? pair.variantB : pair.variantA;
  const lift = Math.expm1(effectOf([pair], variant, rival));
  const interval = intervalFor(pair, variant);
  const range = interval
    ? ` (${policy.confidence * 100} % interval ${percent(interval[0])} to ${percent(interval[1])})`
    : '';
  return `${variant} over ${rival}: ${percent(lift)}${range}`;
}

function comparison(confidence: number, limit: number): string {
  const digits = confidence < limit && confidence.toFixed(3) === limit.toFixed(3) ? 5 : 3;
  return `confidence ${confidence.toFixed(digits)} ${confidence >= limit ? '≥' : '<'} ${limit.toFixed(3)}`;
}

function promoteReason(winner: string, pair: PairEvidence, policy: Policy, looks: number): string {
  return `${winner} wins: ${comparison(pair.evidence.confidence, policy.confidence)} at look ${looks}; ${liftSentence(pair, winner, policy)}.`;
}

function continueReason(
  leader: string | null,
  pair: PairEvidence | null,
  policy: Policy,
  looks: number,
): string {
  if (leader === null || pair === null) return `No ad leads after ${looks} looks.`;
  return `${leader} leads, but ${comparison(pair.evidence.confidence, policy.confidence)} after ${looks} looks; ${liftSentence(pair, leader, policy)}.`;
}

function noWinnerReason(policy: Policy, pair: PairEvidence | null, confidence: number): string {
  const days = Math.round((policy.horizonHours / 24) * 10) / 10;
  const range = pair ? `; ${liftSentence(pair, pair.variantB, policy)}` : '';
  return `The planned ${days} days are over with ${comparison(confidence, policy.confidence)}${range}. The budgets stay as they are.`;
}
