import type { z } from '@hono/zod-openapi';
import type { FinishedExperiment } from '../../clients/postgres/types.js';
import type { Promotion } from '../../contract/records.js';
import { rivalOf } from '../../domain/decision/rival.js';
import { declarationSentence } from '../../domain/earlier-delivery.js';
import { entryOf } from '../../domain/entry.js';
import { UNADJUSTED } from '../../domain/evidence/types.js';
import { controlOf, type Experiment, variantOf } from '../../domain/experiment.js';
import { worthSentence } from '../../domain/forecast/sentences.js';
import type { Worth } from '../../domain/forecast/worth.js';
import type { CompoundReport } from '../../domain/reporting/compound-report.js';
import type { LiftSummary } from '../../domain/reporting/lift-summary.js';
import { priorNote, reportSentence } from '../../domain/reporting/sentences.js';
import { HOUR_MS } from '../../domain/time.js';
import { isoOf, isoOrNull, rounded } from '../http/format.js';
import { confidenceNote, metricsToJson } from '../looks/to-json.js';
import type { SchedulerAnswer } from '../scheduler/responses.js';
import type { programmeFields } from './programme-responses.js';
import type { CompoundReportAnswer, DashboardAnswer, EmptyReportAnswer, HistoryEntry } from './responses.js';

export type HistoryEntryJson = z.output<typeof HistoryEntry>;
/** The report as soon as a test is decided. */
export type FullReport = z.output<typeof CompoundReportAnswer>;
export type ReportJson = FullReport | z.output<typeof EmptyReportAnswer>;

const DAY_MS = 24 * HOUR_MS;
const NO_METRICS = { impressions: 0, clicks: 0, linkClicks: 0, spend: 0, conversions: 0, revenue: 0 };

export function historyEntryToJson(
  experiment: Experiment,
  promotion: Promotion,
  promotedAt: number,
): HistoryEntryJson {
  const winner = variantOf(experiment, promotion.winnerVariantId);
  const loser = rivalOf(experiment, winner, promotion.metrics);
  const metricsOf = (id: string) =>
    metricsToJson(entryOf(promotion.metrics, id) ?? NO_METRICS, experiment.currency);
  return {
    experiment_id: experiment.id,
    winner_id: winner.adId,
    confidence: promotion.confidence,
    confidence_note: confidenceNote(experiment.policy),
    winner_metrics: metricsOf(winner.id),
    loser_metrics: metricsOf(loser.id),
    promoted_at: isoOf(promotedAt),
    test_duration_days: rounded((promotedAt - experiment.startedAt) / DAY_MS, 2),
    start_date: isoOf(experiment.startedAt),
    end_date: isoOf(promotedAt),
    experiment_name: experiment.name,
    loser_id: loser.adId,
    state: experiment.state,
    shadow: promotion.status === 'shadow',
    forced: promotion.forced,
    declaration: declarationSentence(experiment),
    promoted_by: promotion.by,
  };
}

const percent = (fraction: number) => rounded(100 * fraction, 2);
const fraction = (value: number | null) => (value === null ? null : rounded(value, 4));
const range = ({ min, max }: LiftSummary) => ({ min: percent(min), max: percent(max) });
const interval = ([low, high]: LiftSummary['interval']): [number, number] => [percent(low), percent(high)];

/** What the forecasts have been worth, in a sentence. */
export function forecastsToJson(worth: Worth): z.output<typeof CompoundReportAnswer>['forecasts'] {
  return {
    verdict: worth.verdict.code,
    message: worthSentence(worth),
    tests: worth.tests,
    knew_nothing: worth.knewNothing,
    since: isoOrNull(worth.since),
  };
}

export function compoundReportToJson(
  report: CompoundReport<FinishedExperiment>,
  now: number,
): Omit<z.output<typeof CompoundReportAnswer>, 'unreadable' | 'forecasts' | keyof typeof programmeFields> {
  const { claimed, shrunk, verified, verifications, forced, prior, luck } = report;
  return {
    message: reportSentence(report),
    total_experiments: report.totalExperiments,
    successful_promotions: report.successfulPromotions,
    shrunk_avg_improvement_per_test: percent(shrunk.mean),
    avg_improvement_per_test: percent(claimed.mean),
    verified_avg_improvement_per_test: verified && percent(verified.mean),
    shrunk_avg_improvement_per_test_interval_pct: interval(shrunk.meanInterval),
    avg_improvement_per_test_interval_pct: interval(claimed.meanInterval),
    verified_avg_improvement_per_test_interval_pct: verified && interval(verified.meanInterval),
    shrunk_median_improvement: percent(shrunk.median),
    median_improvement: percent(claimed.median),
    verified_median_improvement: verified && percent(verified.median),
    shrunk_compound_improvement_pct: percent(shrunk.compound),
    shrunk_compound_improvement_interval_pct: interval(shrunk.interval),
    compound_improvement_pct: percent(claimed.compound),
    compound_improvement_interval_pct: interval(claimed.interval),
    verified_compound_improvement_pct: verified && percent(verified.compound),
    verified_compound_improvement_interval_pct: verified && interval(verified.interval),
    avg_confidence: rounded(report.averageConfidence, 4),
    avg_confidence_note:
      report.unadjustedConfidences === 0
        ? null
        : `${report.unadjustedConfidences} of ${report.successfulPromotions} confidences are ${UNADJUSTED}`,
    shrunk_total_improvement_range: range(shrunk),
    total_improvement_range: range(claimed),
    verified_total_improvement_range: verified && range(verified),
    shrunk_improvement_trend: shrunk.trend.map(percent),
    improvement_trend: claimed.trend.map(percent),
    verified_improvement_trend: verified === null ? null : verified.trend.map(percent),
    verified_promotions: verifications.verified,
    not_verified_promotions: verifications.notVerified,
    reverted_promotions: report.revertedPromotions,
    reverted_by_verification: verifications.reverted,
    replication_rate: fraction(verifications.replicationRate),
    reverted_by_verification_rate: fraction(verifications.harmRate),
    false_positive_rate: fraction(verifications.falsePositiveRate),
    false_positive_bound: fraction(verifications.falsePositiveBound),
    without_winner: report.withoutWinner,
    forced_promotions: forced?.count ?? 0,
    forced: forced && {
      avg_confidence: rounded(forced.averageConfidence, 4),
      shrunk_avg_improvement_per_test: percent(forced.shrunk.mean),
      avg_improvement_per_test: percent(forced.claimed.mean),
      shrunk_compound_improvement_pct: percent(forced.shrunk.compound),
      shrunk_compound_improvement_interval_pct: interval(forced.shrunk.interval),
      compound_improvement_pct: percent(forced.claimed.compound),
      compound_improvement_interval_pct: interval(forced.claimed.interval),
      verified_promotions: forced.verifiedCount,
      verified_avg_improvement_per_test: forced.verified && percent(forced.verified.mean),
      verified_compound_improvement_pct: forced.verified && percent(forced.verified.compound),
      verified_compound_improvement_interval_pct: forced.verified && interval(forced.verified.interval),
    },
    promotions: report.promotions.map(({ test, ...lifts }) => ({
      experiment_id: test.experiment.id,
      experiment_name: test.experiment.name,
      promoted_at: isoOf(test.experiment.promotedAt!),
      control_won: test.promotion!.winnerVariantId === controlOf(test.experiment).id,
      forced: test.promotion!.forced,
      shrunk_improvement_pct: percent(lifts.shrunk),
      improvement_pct: percent(lifts.claimed),
      verified_improvement_pct: lifts.verified === null ? null : percent(lifts.verified),
      verification: test.verification?.outcome ?? null,
    })),
    prior_scale: rounded(prior.scale, 4),
    prior_mean: rounded(prior.mean, 4),
    prior_zero_share: rounded(prior.zeroShare, 4),
    prior_tests: prior.tests,
    prior_note: priorNote(prior),
    luck_tests: report.luckTests,
    luck_compound_improvement_pct: percent(luck.compound),
    luck_compound_improvement_interval_pct: interval(luck.interval),
    generated_at: isoOf(now),
  };
}

const RECENT_DAYS = 7;
const WINNERS_SHOWN = 10;

/** `winners`: newest first. `now`: experiment time. */
export function dashboardToJson(found: {
  winners: HistoryEntryJson[];
  report: ReportJson;
  scheduler: z.output<typeof SchedulerAnswer>;
  now: number;
}): z.output<typeof DashboardAnswer> {
  const { winners, report, scheduler, now } = found;
  const since = now - RECENT_DAYS * DAY_MS;
  const isRecent = ({ shadow, promoted_at }: HistoryEntryJson) => !shadow && Date.parse(promoted_at) >= since;
  const figures = 'successful_promotions' in report ? report : null;
  return {
    summary: {
      recent_promotions_7d: winners.filter(isRecent).length,
      avg_confidence: figures?.avg_confidence ?? 0,
      avg_confidence_note: figures?.avg_confidence_note ?? null,
      shrunk_avg_improvement_pct: figures?.shrunk_avg_improvement_per_test ?? 0,
      avg_improvement_pct: figures?.avg_improvement_per_test ?? 0,
      verified_avg_improvement_pct: figures?.verified_avg_improvement_per_test ?? null,
      total_experiments: report.total_experiments,
      shrunk_compound_improvement_pct: figures?.shrunk_compound_improvement_pct ?? 0,
      shrunk_compound_improvement_interval_pct: figures?.shrunk_compound_improvement_interval_pct ?? [0, 0],
      compound_improvement_pct: figures?.compound_improvement_pct ?? 0,
      compound_improvement_interval_pct: figures?.compound_improvement_interval_pct ?? [0, 0],
      verified_compound_improvement_pct: figures?.verified_compound_improvement_pct ?? null,
      verified_compound_improvement_interval_pct: figures?.verified_compound_improvement_interval_pct ?? null,
      prior_note: figures?.prior_note ?? null,
    },
    recent_winners: winners.slice(0, WINNERS_SHOWN),
    compound_learning: report,
    scheduler,
    generated_at: isoOf(now),
  };
}
