import { adName, shortAdName } from '../ad-name.js';
import { type EvidenceGap, UNADJUSTED } from '../evidence/types.js';
import { bookedAfterHours, controlOf, type Policy, type Variant } from '../experiment.js';
import {
  eventsNoun,
  eventsOf,
  exposureOf,
  METRICS,
  QUANTITIES,
  shownLift,
  type VariantMetrics,
} from '../metric.js';
import { percent } from '../percent.js';
import { assignmentSentence } from './assignment.js';
import { confidenceText } from './confidence-text.js';
import { beforeCut, type Cut, countedOf } from './counted.js';
import type { Decision, PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';
import { type Outlook, outlookSentence } from './outlook.js';
import { closestPair, effectOf, intervalFor, otherOf, pairOf } from './pairs.js';
import { selectionOf } from './selection.js';
import { outlookOfSelection } from './selection-outlook.js';
import { selectionReasons } from './selection-reasons.js';
import { CELL_SENTENCE, type Stratum, stratumOf } from './strata.js';

/** The input of {@link decide}: everything that was known at one look. */
export interface LookFacts {
  variants: readonly Variant[];
  policy: Policy;
  pairs: readonly PairEvidence[];
  metrics: Record<string, VariantMetrics>;
  /** If only a part of the data is weighed: its end, and the metrics up to there. */
  weighed?: { cut: Cut; metrics: Record<string, VariantMetrics> } | null;
  lookNumber: number;
  hours: number;
}

/** The verdict by the evidence alone. */
export interface Weighed extends VerdictOfLook {
  outlook: Outlook | null;
}

export type VerdictOfLook = Pick<
  Decision,
  'verdict' | 'winnerVariantId' | 'leaderVariantId' | 'confidence' | 'reasons'
>;

/** The variant whose estimate is above that of every other variant, or null. */
export function leaderOf(variants: readonly Variant[], pairs: readonly PairEvidence[]): string | null {
  const leader = variants.find((candidate) =>
    variants.every((rival) => rival.id === candidate.id || effectOf(pairs, candidate.id, rival.id) > 0),
  );
  return leader?.id ?? null;
}

/** The pairs of a variant, in the order of its rivals. */
function pairsOf(variants: readonly Variant[], pairs: readonly PairEvidence[], id: string): PairEvidence[] {
  return variants.filter((rival) => rival.id !== id).map((rival) => pairOf(pairs, id, rival.id));
}

const INSUFFICIENT: readonly EvidenceGap[] = [
  'minimum_hours',
  'minimum_clicks_a',
  'minimum_clicks_b',
  'minimum_impressions_a',
  'minimum_impressions_b',
  'minimum_rows',
  'minimum_days',
  'no_variance',
];

/**
 * The verdict of a look. A variant is promoted at the first look at which {@link selectionOf} chooses it, provided that it
 * leads every pair and that at least one of its pairs counts at this look.
 */
export function decide(facts: LookFacts): Weighed {
  const { variants, policy, pairs, hours } = facts;
  const leader = leaderOf(variants, pairs);
  const closest = leader === null ? null : closestPair(pairs, leader);
  const confidence = closest?.evidence.confidence ?? 0;
  const answer = { leaderVariantId: leader, confidence, winnerVariantId: null, outlook: null };
  const selection = leader === null ? null : selectionOf(leader, facts);
  const also = selection === null ? [] : selectionReasons(selection, facts);

  if (leader !== null && closest !== null && selection?.chosen) {
    if (pairsOf(variants, pairs, leader).some((pair) => pair.evidence.counts)) {
      // Against a close ad nothing was won: the claim is the one over the control.
      const claim = selection.close.length > 0 ? pairOf(pairs, leader, controlOf({ variants }).id) : closest;
      return {
        ...answer,
        verdict: 'promote',
        winnerVariantId: leader,
        confidence: claim.evidence.confidence,
        reasons: [promoteReason(leader, claim, facts, selection.neededOverControl), ...also],
      };
    }
  }
  if (hours >= policy.horizonHours) {
    return { ...answer, verdict: 'no_winner', reasons: [noWinnerReason(leader, closest, facts), ...also] };
  }
  const gaps = gapReasons(facts);
  if (gaps.length > 0) return { ...answer, verdict: 'insufficient_data', reasons: gaps };
  const outlook =
    closest &&
    selection &&
    outlookOfSelection(closest, selection, { ...facts, weighedHours: weighedHours(facts) });
  const reasons = [continueReason(leader, closest, facts, outlook), ...also];
  return { ...answer, verdict: 'continue_testing', reasons, outlook };
}

/** The hours since the start whose events are all known. */
export function weighedHours({ policy, hours }: Pick<LookFacts, 'policy' | 'hours'>): number {
  return hours - bookedAfterHours(policy);
}

/**
 * The verdict after the checks of delivery and guardrails. A blocking finding prevents a promotion, and a starved variant
 * holds the test until a user acts. Findings of both kinds, and warnings, become reasons.
 */
export function afterHealth(
  verdict: VerdictOfLook,
  health: readonly HealthFinding[],
  {
    hours,
    policy,
    randomised,
    variants,
  }: { hours: number; policy: Policy; randomised: boolean | null; variants: readonly Variant[] },
): VerdictOfLook {
  const [reason = '', ...more] = verdict.reasons;
  const blocks = health.filter((finding) => finding.level === 'block').map((finding) => finding.message);
  const warnings = health.filter((finding) => finding.level === 'warn').map(sentence);
  const assigned = assignmentSentence(randomised);
  if (verdict.verdict === 'promote') {
    if (blocks.length === 0) {
      const notes = health.filter((finding) => finding.level === 'note').map(sentence);
      return { ...verdict, reasons: [reason, ...more, ...warnings, ...notes, assigned] };
    }
    const over = hours >= policy.horizonHours;
    const but = `${reason.replace(/\.$/, '')}, but ${blocks.join(', and ')}: not promoted`;
    return {
      ...verdict,
      verdict: over ? 'no_winner' : 'continue_testing',
      winnerVariantId: null,
      reasons: [
        over
          ? `The planned ${daysOf(policy)} days are over: ${but}. The budgets stay as they are.`
          : `${but}.`,
        ...more,
        ...warnings,
        assigned,
      ],
    };
  }
  const said = [...verdict.reasons, ...blocks.map((message) => `${message}.`), ...warnings];
  if (verdict.verdict === 'no_winner') return { ...verdict, reasons: [...said, assigned] };
  const starved = health.filter((finding) => finding.code === 'starved').map((finding) => finding.message);
  if (starved.length === 0) return { ...verdict, reasons: said };
  const held = `${starved.join(', and ')}: held for a person, who may ${variants.length > 2 ? 'drop it, ' : ''}let it run on or stop the test.`;
  const others = said.filter((each) => !starved.includes(each.replace(/\.$/, '')));
  return { ...verdict, verdict: 'held', reasons: [held, ...others] };
}

function sentence({ message }: HealthFinding): string {
  return `${message}.`;
}

function daysOf({ horizonHours }: Policy): number {
  return Math.round((horizonHours / 24) * 10) / 10;
}

function gapReasons(facts: LookFacts): string[] {
  const sentences = new Set<string>();
  for (const pair of facts.pairs) {
    for (const gap of pair.evidence.missing) {
      if (INSUFFICIENT.includes(gap.code)) sentences.add(gapSentence(gap, pair, facts));
    }
  }
  if (sentences.size > 0 && stratumOf(facts.policy) === 'cell') sentences.add(CELL_SENTENCE);
  return [...sentences];
}

function gapSentence(
  gap: { code: EvidenceGap; value: number; limit: number },
  pair: PairEvidence,
  { policy, variants, metrics, weighed = null }: LookFacts,
): string {
  const metric = METRICS[policy.objective];
  const stratum = stratumOf(policy);
  const cut = weighed?.cut ?? null;
  const before = cut === null ? '' : beforeCut(cut);
  // Rounded down: 23.98 h must not read as 24 h < 24 h.
  const round = (value: number) => String(Math.floor(value * 10) / 10);
  const subject = gap.code.endsWith('_a') ? pair.variantA : pair.variantB;
  const counted = (pick: (row: VariantMetrics) => number) => {
    const own = metrics[subject];
    if (own === undefined) return '';
    const known = weighed?.metrics[subject] ?? own;
    return countedOf({ counted: gap.value, known: pick(known), all: pick(own) }, cut, stratum);
  };
  const [a, b] = [adName(variants, pair.variantA), adName(variants, pair.variantB)];
  switch (gap.code) {
    case 'minimum_hours':
      return `${round(gap.value)} h of data < ${gap.limit} h.`;
    case 'minimum_clicks_a':
    case 'minimum_clicks_b':
      return `${adName(variants, subject)} has ${gap.value} ${eventsNoun(metric)} < ${gap.limit}${counted((row) => eventsOf(metric, row))}.`;
    case 'minimum_impressions_a':
    case 'minimum_impressions_b':
      return `${adName(variants, subject)} has ${gap.value} ${QUANTITIES[metric.exposure].noun} < ${gap.limit}${counted((row) => exposureOf(metric, row))}.`;
    case 'minimum_rows':
      return `${a} and ${b} delivered together ${stratum === 'day' ? 'on' : 'in'} ${numbered(gap.value, stratum)} < ${gap.limit}${before}.`;
    case 'minimum_days':
      return `${a} and ${b} delivered together on ${numbered(gap.value, 'day')} < ${gap.limit}${before}.`;
    default:
      return `The ${metric.label} of ${a} and that of ${b} can't be compared yet: no variation between ${stratum}s${before}.`;
  }
}

function numbered(value: number, stratum: Stratum): string {
  return `${value} ${stratum}${value === 1 ? '' : 's'}`;
}

/** `before`: the ad that the text has named in full, whose short name is enough here; null if none. */
function liftSentence(
  pair: PairEvidence,
  variant: string,
  { policy, variants }: Pick<LookFacts, 'policy' | 'variants'>,
  before: string | null,
): string {
  const rival = otherOf(pair, variant);
  const metric = METRICS[policy.objective];
  const lift = shownLift(metric, Math.expm1(effectOf([pair], variant, rival)));
  const ends = intervalFor(pair, variant)?.map((end) => shownLift(metric, end));
  const interval = ends && ([Math.min(...ends), Math.max(...ends)] as const);
  const range = interval
    ? ` (${policy.confidence * 100} % interval${unadjusted(pair) ? `, ${UNADJUSTED},` : ''} ${percent(interval[0])} to ${percent(interval[1])})`
    : '';
  const name = (id: string) => (id === before ? shortAdName(variants, id) : adName(variants, id));
  return `${metric.label} of ${name(variant)} over ${name(rival)}: ${percent(lift)}${range}`;
}

/** Whether {@link UNADJUSTED} must be shown with this pair's figures. */
function unadjusted(pair: PairEvidence | null): boolean {
  return pair?.evidence.adjusted === false;
}

function promoteReason(
  winner: string,
  pair: PairEvidence,
  { policy, variants, lookNumber }: LookFacts,
  needed: number,
): string {
  const lift = liftSentence(pair, winner, { policy, variants }, winner);
  return `${adName(variants, winner)} wins: ${confidenceText(pair.evidence, needed)} at look ${lookNumber}; ${lift}.`;
}

function continueReason(
  leader: string | null,
  closest: PairEvidence | null,
  facts: LookFacts,
  outlook: Outlook | null,
): string {
  const { policy, variants, lookNumber, hours } = facts;
  if (leader === null || closest === null) return `No ad leads after ${lookNumber} looks.`;
  const compared = confidenceText(closest.evidence, policy.confidence) ?? 'no look has counted yet (0 < 1)';
  if (closest.evidence.confidence < policy.confidence) {
    const soon = outlook ? `; ${outlookSentence(outlook, hours, policy.horizonHours)}` : '';
    return `${adName(variants, leader)} leads, but ${compared} after ${lookNumber} looks${soon}; ${liftSentence(closest, leader, facts, leader)}.`;
  }
  return `${unpromotable(leader, closest, facts)}.`;
}

/** Why a leader isn't promoted although its confidence reaches the limit in each pair. */
function unpromotable(leader: string, closest: PairEvidence, facts: LookFacts): string {
  const { variants, pairs, policy, lookNumber } = facts;
  const against = pairsOf(variants, pairs, leader).find((pair) => pair.calledWinner !== leader);
  const compared = confidenceText((against ?? closest).evidence, policy.confidence);
  const lift = liftSentence(against ?? closest, leader, facts, leader);
  const name = adName(variants, leader);
  if (against) {
    return `${name} leads now, but an earlier look called ${shortAdName(variants, otherOf(against, leader))} the better one (${compared}); ${lift}`;
  }
  return `${name} leads with ${compared}, but look ${lookNumber} brought too little that is new to promote on it; ${lift}`;
}

function noWinnerReason(leader: string | null, closest: PairEvidence | null, facts: LookFacts): string {
  const { policy } = facts;
  const days = daysOf(policy);
  const confidence = closest?.evidence.confidence ?? 0;
  if (leader !== null && closest !== null && confidence >= policy.confidence) {
    return `The planned ${days} days are over: ${unpromotable(leader, closest, facts)}. The budgets stay as they are.`;
  }
  const range = closest ? `; ${liftSentence(closest, closest.variantB, facts, null)}` : '';
  const compared = closest && confidenceText(closest.evidence, policy.confidence);
  const how = compared === null ? 'without a look that counts (0 < 1)' : `with ${compared}`;
  return `The planned ${days} days are over ${how}${range}. The budgets stay as they are.`;
}
