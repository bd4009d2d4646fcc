import type { z } from '@hono/zod-openapi';
import type { FinishedExperiment } from '../../clients/postgres/types.js';
import type { RecordFigures } from '../../contract/records.js';
import { currencyOffset } from '../../domain/budget.js';
import type { ExperimentState } from '../../domain/experiment.js';
import { isEnded } from '../../domain/experiment.js';
import { successRate } from '../../domain/patterns/success-rate.js';
import type { CompoundReport } from '../../domain/reporting/compound-report.js';
import type { Programme } from '../../domain/reporting/programme.js';
import {
  confidenceSentence,
  curveSentence,
  falsePositiveSentence,
  hoursSentence,
  type InsightSummary,
  improvementSentence,
  insightSummarySentence,
  librarySentence,
  librarySize,
  type ManualWork,
  manualHours,
  manualWorkSentence,
  outcomeNoun,
  type PatternSummary,
  promotionRateSentence,
  savingsSentence,
  testsSentence,
} from '../../domain/reporting/programme-sentences.js';
import { rounded } from '../http/format.js';
import type { programmeFields } from './programme-responses.js';
import type { CompoundReportAnswer } from './responses.js';

type ProgrammeJson = Pick<z.output<typeof CompoundReportAnswer>, keyof typeof programmeFields>;
type Pair = [low: number, high: number];

const MICROS = 1_000_000;
const each = ([low, high]: readonly [number, number], of: (value: number) => number): Pair => [
  of(low),
  of(high),
];
const percent = (fraction: number) => rounded(100 * fraction, 2);
const share = (value: number) => rounded(value, 4);
const shareOrNull = (value: number | null) => (value === null ? null : share(value));
const sharesOrNull = (interval: Pair | null) => (interval === null ? null : each(interval, share));
const hours = (value: number) => rounded(value, 2);

/** Minor units to major units, rounded to whole minor units. */
function major(amount: number, currency: string): number {
  return rounded(amount, 0) / currencyOffset(currency);
}

/** What the record holds beside the decided tests. */
export interface ProgrammeRecord {
  figures: Pick<RecordFigures, 'experiments' | 'looks' | 'writes'>;
  reports: number;
  patterns: PatternSummary;
  insights: InsightSummary;
  /** What Claude cost this month, millionths of a US dollar. */
  claudeSpent: number;
  minutesEach: number;
}

export function programmeToJson(
  report: CompoundReport<FinishedExperiment>,
  programme: Programme,
  record: ProgrammeRecord,
): ProgrammeJson {
  const { successfulPromotions: promotions, shrunk, claimed, verifications } = report;
  const { promotionRate, harm, replication, hoursToPromotion, savings, curve } = programme;
  const { figures, patterns, insights } = record;
  const hasAny = promotions > 0;
  const work: ManualWork = {
    looks: figures.looks,
    writes: figures.writes.applied ?? 0,
    reports: record.reports,
    minutesEach: record.minutesEach,
  };
  const states = Object.entries(figures.experiments) as [ExperimentState, number][];
  const total = states.reduce((sum, [, count]) => sum + count, 0);
  const ended = states.reduce((sum, [state, count]) => sum + (isEnded(state) ? count : 0), 0);
  const success = patterns.uses === 0 ? null : successRate(patterns);
  return {
    promotion_rate: {
      rate: shareOrNull(promotionRate.share),
      interval: sharesOrNull(promotionRate.interval),
      promoted: promotionRate.part,
      decided: promotionRate.of,
      message: promotionRateSentence(promotionRate),
    },
    confidence: {
      average: hasAny ? share(report.averageConfidence) : null,
      promotions,
      message: confidenceSentence(report),
    },
    improvement: {
      shrunk_avg_pct: hasAny ? percent(shrunk.mean) : null,
      shrunk_interval_pct: hasAny ? each(shrunk.meanInterval, percent) : null,
      avg_pct: hasAny ? percent(claimed.mean) : null,
      interval_pct: hasAny ? each(claimed.meanInterval, percent) : null,
      promotions,
      message: improvementSentence(report),
    },
    false_positives: {
      expected_rate: shareOrNull(verifications.falsePositiveRate),
      promotions: verifications.promotions,
      observed_rate: shareOrNull(harm.share),
      observed_interval: sharesOrNull(harm.interval),
      worse: harm.part,
      verifications: harm.of,
      replicated_rate: shareOrNull(replication.share),
      replicated_interval: sharesOrNull(replication.interval),
      message: falsePositiveSentence(verifications, harm),
    },
    hours_to_promotion: {
      median: hoursToPromotion.median === null ? null : hours(hoursToPromotion.median),
      quartiles: hoursToPromotion.quartiles === null ? null : each(hoursToPromotion.quartiles, hours),
      promotions: hoursToPromotion.of,
      message: hoursSentence(hoursToPromotion),
    },
    savings: savingsToJson(report, savings),
    manual_work: {
      hours: hours(manualHours(work)),
      minutes_each: work.minutesEach,
      looks: work.looks,
      budget_writes: work.writes,
      reports: work.reports,
      message: manualWorkSentence(work),
    },
    tests_managed: {
      total,
      by_state: Object.fromEntries(states),
      message: testsSentence({ total, ended, decided: report.totalExperiments }),
    },
    lift_curve: {
      bands: curve.map(({ from, to, promotions: inside, lift }) => ({
        ...{ from, to, promotions: inside },
        shrunk_avg_pct: lift && percent(lift.shrunk),
        shrunk_interval_pct: lift && each(lift.interval, percent),
        avg_pct: lift && percent(lift.claimed),
      })),
      message: curveSentence(curve),
    },
    pattern_library: {
      size: librarySize(patterns),
      by_state: patterns.states,
      uses: patterns.uses,
      wins: patterns.wins,
      success_rate: success && share(success.mean),
      success_interval: success && each(success.interval, share),
      later: patterns.later,
      message: librarySentence(patterns),
    },
    insights: {
      by_status: insights.statuses,
      claims_kept: insights.claimsKept,
      claims_dropped: insights.claimsDropped,
      cost_this_month_usd: record.claudeSpent / MICROS,
      message: insightSummarySentence(insights),
    },
  };
}

function savingsToJson(
  { promotions }: CompoundReport<FinishedExperiment>,
  savings: Programme['savings'],
): ProgrammeJson['savings'] {
  const nameOf = new Map(promotions.map(({ test: { experiment } }) => [experiment.id, experiment.name]));
  return {
    totals: savings.totals.map(({ currency, saved, interval, tests }) => ({
      currency,
      saved: major(saved, currency),
      interval: each(interval, (end) => major(end, currency)),
      tests,
    })),
    tests: savings.tests.map(({ experimentId, currency, objective, ...amounts }) => ({
      experiment_id: experimentId,
      experiment_name: nameOf.get(experimentId) ?? experimentId,
      currency,
      objective,
      outcome: outcomeNoun(objective),
      outcomes_gained: rounded(amounts.outcomesGained, 2),
      cost_per_outcome: rounded(amounts.costPerOutcome / currencyOffset(currency), 4),
      saved: major(amounts.saved, currency),
      interval: each(amounts.interval, (end) => major(end, currency)),
    })),
    unknown: savings.unknown,
    message: savingsSentence(savings),
  };
}
