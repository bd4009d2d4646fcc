/** What the figures of the programme mean, in words. A figure with too little data says so. */

import type { InsightStatus } from '../insights/status.js';
import { eventsNoun, METRICS, type Objective } from '../metric.js';
import type { LaterResult, PatternState } from '../patterns/state.js';
import { percent } from '../percent.js';
import type { CompoundReport } from './compound-report.js';
import { LEAST_IN_A_BAND, type LiftBand } from './programme.js';
import { LEAST_FOR_A_RATE, LEAST_FOR_QUARTILES, type Middle, type Rate } from './rate.js';
import type { Savings } from './savings.js';
import type { Verifications } from './verifications.js';

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const TOO_FEW = `too few for a rate, which needs ${LEAST_FOR_A_RATE}`;

export function promotionRateSentence({ part, of, share }: Rate): string {
  if (of === 0) return 'The rule has decided no test yet.';
  const found = `Of ${counted(of, 'test')} that the rule decided, it found a winner in ${part}`;
  if (share === null) return `${found}: ${TOO_FEW}.`;
  return `${found}, whatever became of the promotion. A test without a winner is no failure: no ad was shown to be better. Tests that were stopped before a verdict or promoted by force are not counted.`;
}

export function confidenceSentence({ successfulPromotions: promotions }: CompoundReport): string {
  if (promotions === 0) return 'No promotion by the rule stands, so there is no confidence to average.';
  return `The mean over ${counted(promotions, 'promotion')} by the rule, each as it was promoted. It says how sure the tests were that the winner is better, not by how much.`;
}

export function improvementSentence({
  successfulPromotions: promotions,
  shrunk,
  claimed,
}: CompoundReport): string {
  if (promotions === 0) return 'No promotion by the rule stands, so there is no lift to average.';
  const [low, high] = shrunk.meanInterval.map(percent);
  const subject = promotions === 1 ? 'The promotion is' : `The ${promotions} promotions are`;
  return `${subject} believed to have raised the rate by ${percent(shrunk.mean)} each on average (95 % interval ${low} to ${high}); the tests measured ${percent(claimed.mean)}. A test that the control won counts as 0.`;
}

/** `harm`: verifications that showed the winner to be worse, among all. */
export function falsePositiveSentence({ falsePositiveRate, promotions }: Verifications, harm: Rate): string {
  if (falsePositiveRate === null) return 'The rule has promoted no ad yet, so none can be a false winner.';
  const expected = (falsePositiveRate * promotions).toFixed(1);
  const observed =
    harm.of === 0
      ? 'No verification has an outcome yet, so nothing was observed.'
      : `Observed: ${harm.part} of ${counted(harm.of, 'verification')} showed the winner to be worse${harm.share === null ? `, ${TOO_FEW}` : ''}.`;
  return `Of ${counted(promotions, 'promotion')} by the rule, about ${expected} are expected to bring no true lift. ${observed} A winner that is equal and not worse is seldom found out that way.`;
}

export function hoursSentence({ of, quartiles }: Middle): string {
  if (of === 0) return 'The rule has promoted no ad yet.';
  const what = `From the start of a test to its first budget change, over ${counted(of, 'promotion')} by the rule`;
  if (quartiles === null) return `${what}: too few for quartiles, which need ${LEAST_FOR_QUARTILES}.`;
  return `${what}. Half of them took less than the median, and half lie between the quartiles.`;
}

export function savingsSentence({ tests, unknown }: Savings): string {
  if (tests.length + unknown.length === 0) return 'No promotion is verified yet, so no saving is counted.';
  const left =
    unknown.length === 0
      ? ''
      : ` ${counted(unknown.length, 'verified promotion is', 'verified promotions are')} left out: the loser has no outcome on record, so it has no cost per outcome, or the winner has no delivery.`;
  if (tests.length === 0) return `No saving is counted.${left}`;
  return `The outcomes that ${counted(tests.length, 'verified promotion')} gained, times what an outcome costs with the loser. Counted is only money that was moved: what the winner spent beyond its share of the base budgets, from the first budget change to the end of the verification; what came later is not measured. A test that the control won counts as 0.${left}`;
}

/** `Link clicks`, or for money that came in: `revenue`. */
export function outcomeNoun(objective: Objective): string {
  const metric = METRICS[objective];
  return metric.worth ?? eventsNoun(metric);
}

export interface ManualWork {
  looks: number;
  /** Applied budget writes. */
  writes: number;
  reports: number;
  /** What someone would need for one of them by hand. */
  minutesEach: number;
}

export function manualHours({ looks, writes, reports, minutesEach }: ManualWork): number {
  return ((looks + writes + reports) * minutesEach) / 60;
}

export function manualWorkSentence({ looks, writes, reports, minutesEach }: ManualWork): string {
  const done = `${counted(looks, 'look')}, ${counted(writes, 'budget write')} and ${counted(reports, 'report')}`;
  return `${done}, each counted as ${counted(minutesEach, 'minute')} of work by hand. The minutes are an assumption (MANUAL_MINUTES_PER_CHECK), not a measurement.`;
}

/** `decided`: promoted, or ended without a winner. */
export function testsSentence({
  total,
  ended,
  decided,
}: Record<'total' | 'ended' | 'decided', number>): string {
  return `${counted(total, 'test')} in all, ${ended} of which ${ended === 1 ? 'has' : 'have'} ended. ${decided} were decided: promoted, or ended without a winner; the other figures are about those.`;
}

export function curveSentence(curve: readonly LiftBand[]): string {
  const known = curve.filter(({ lift }) => lift !== null);
  if (known.length === 0) return `Too few promotions for a curve: a band needs ${LEAST_IN_A_BAND} of them.`;
  if (known.length === 1) return 'Only one band has enough promotions, so nothing can be compared yet.';
  return 'Lifts of winners by the number of tests that were decided before them. Rising lifts may come from what was learned, and falling ones from ads that are already good: the curve alone does not tell which.';
}

/** What the pattern library holds. `later`: what tests after a pattern was first stated say of it. */
export interface PatternSummary {
  states: Record<PatternState, number>;
  later: Record<LaterResult, number>;
  /** Uses in decided tests, and those whose ad won. */
  uses: number;
  wins: number;
}

export function librarySize({ states }: PatternSummary): number {
  return Object.values(states).reduce((sum, count) => sum + count, 0);
}

export function librarySentence(summary: PatternSummary): string {
  const size = librarySize(summary);
  if (size === 0) return 'The pattern library is empty.';
  const { later, uses, wins } = summary;
  const stated = later.replicated + later.contradicted + later.open;
  const used =
    uses === 0
      ? 'No ad of a decided test was made from a pattern yet, so there is no success rate.'
      : `Ads of decided tests were made from patterns ${counted(uses, 'time')}, and ${wins} of these ads won.`;
  const replicated =
    stated === 0
      ? 'None was stated with a direction, so none can be replicated.'
      : `Of ${stated} that were stated with a direction, later tests replicated ${later.replicated} and contradicted ${later.contradicted}; ${later.open} are open.`;
  return `The library has ${counted(size, 'pattern')}. ${used} ${replicated}`;
}

/** The latest extraction of each test that has one. */
export interface InsightSummary {
  statuses: Record<InsightStatus, number>;
  claimsKept: number;
  claimsDropped: number;
}

export function insightSummarySentence({ statuses, claimsKept, claimsDropped }: InsightSummary): string {
  const { extracted, offline, failed, pending } = statuses;
  if (extracted + offline + failed + pending === 0) return 'No insight was extracted yet.';
  const waiting = pending === 0 ? '' : ` ${counted(pending, 'test waits', 'tests wait')} for theirs.`;
  return `Claude said why an ad won in ${counted(extracted, 'test')}, the offline extractor in ${offline}; ${failed} failed. ${counted(claimsKept, 'claim')} were kept and ${claimsDropped} dropped by the checks.${waiting}`;
}
