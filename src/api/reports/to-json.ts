import type { z } from '@hono/zod-openapi';
import type { Promotion } from '../../contract/records.js';
import { rivalOf } from '../../domain/decision/rival.js';
import { entryOf } from '../../domain/entry.js';
import { UNADJUSTED } from '../../domain/evidence/types.js';
import { type Experiment, variantOf } from '../../domain/experiment.js';
import type { CompoundReport, LiftSummary } from '../../domain/reporting/compound-report.js';
import { HOUR_MS } from '../../domain/time.js';
import { isoOf, rounded } from '../http/format.js';
import { confidenceNote, metricsToJson } from '../looks/to-json.js';
import type { SchedulerAnswer } from '../scheduler/responses.js';
import type { CompoundReportAnswer, DashboardAnswer, EmptyReportAnswer, HistoryEntry } from './responses.js';

export type HistoryEntryJson = z.output<typeof HistoryEntry>;
export type ReportJson = z.output<typeof CompoundReportAnswer> | z.output<typeof EmptyReportAnswer>;

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
    promoted_by: promotion.by,
  };
}

const percent = (fraction: number) => rounded(100 * fraction, 2);
const fraction = (value: number | null) => (value === null ? null : rounded(value, 4));

export function compoundReportToJson(
  report: CompoundReport,
  now: number,
): Omit<z.output<typeof CompoundReportAnswer>, 'unreadable'> {
  const { claimed, shrunk, verified, verifications } = report;
  const range = ({ min, max }: LiftSummary) => ({ min: percent(min), max: percent(max) });
  return {
    total_experiments: report.totalExperiments,
    successful_promotions: report.successfulPromotions,
    avg_improvement_per_test: percent(claimed.mean),
    shrunk_avg_improvement_per_test: percent(shrunk.mean),
    verified_avg_improvement_per_test: verified && percent(verified.mean),
    median_improvement: percent(claimed.median),
    shrunk_median_improvement: percent(shrunk.median),
    verified_median_improvement: verified && percent(verified.median),
    compound_improvement_pct: percent(claimed.compound),
    shrunk_compound_improvement_pct: percent(shrunk.compound),
    verified_compound_improvement_pct: verified && percent(verified.compound),
    avg_confidence: rounded(report.averageConfidence, 4),
    avg_confidence_note:
      report.unadjustedConfidences === 0
        ? null
        : `${report.unadjustedConfidences} of ${report.successfulPromotions} confidences are ${UNADJUSTED}`,
    total_improvement_range: range(claimed),
    shrunk_total_improvement_range: range(shrunk),
    verified_total_improvement_range: verified && range(verified),
    improvement_trend: claimed.trend.map(percent),
    shrunk_improvement_trend: shrunk.trend.map(percent),
    verified_improvement_trend: verified === null ? null : verified.trend.map(percent),
    verified_promotions: verifications.verified,
    not_verified_promotions: verifications.notVerified,
    reverted_promotions: report.revertedPromotions,
    reverted_by_verification: verifications.reverted,
    replication_rate: fraction(verifications.replicationRate),
    reverted_by_verification_rate: fraction(verifications.harmRate),
    false_positive_rate: fraction(verifications.falsePositiveRate),
    without_winner: report.withoutWinner,
    forced_promotions: report.forced?.count ?? 0,
    forced: report.forced && {
      avg_confidence: rounded(report.forced.averageConfidence, 4),
      avg_improvement_per_test: percent(report.forced.claimed.mean),
      shrunk_avg_improvement_per_test: percent(report.forced.shrunk.mean),
      compound_improvement_pct: percent(report.forced.claimed.compound),
      shrunk_compound_improvement_pct: percent(report.forced.shrunk.compound),
    },
    prior_scale: rounded(report.priorScale, 4),
    luck_compound_improvement_pct: percent(report.luck),
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
      avg_improvement_pct: figures?.avg_improvement_per_test ?? 0,
      shrunk_avg_improvement_pct: figures?.shrunk_avg_improvement_per_test ?? 0,
      verified_avg_improvement_pct: figures?.verified_avg_improvement_per_test ?? null,
      total_experiments: report.total_experiments,
      compound_improvement_pct: figures?.compound_improvement_pct ?? 0,
      shrunk_compound_improvement_pct: figures?.shrunk_compound_improvement_pct ?? 0,
      verified_compound_improvement_pct: figures?.verified_compound_improvement_pct ?? null,
    },
    recent_winners: winners.slice(0, WINNERS_SHOWN),
    compound_learning: report,
    scheduler,
    generated_at: isoOf(now),
  };
}
