import type { z } from '@hono/zod-openapi';
import type { Report } from '../../contract/messaging.js';
import type { ExperimentState } from '../../domain/experiment.js';
import { killSwitchToJson } from '../account/read.js';
import { csvOf } from '../http/csv.js';
import { isoOf, isoOrNull } from '../http/format.js';
import type { KeptReportAnswer, KeptReportsAnswer } from './responses.js';

export type KeptReportJson = z.output<typeof KeptReportAnswer>;
type Head = z.output<typeof KeptReportsAnswer>['reports'][number];

export function headToJson(report: Report): Head {
  return {
    id: report.id,
    kind: report.kind,
    made_at: isoOf(report.madeAt),
    first_day: report.firstDay,
    last_day: report.lastDay,
    timezone: report.timezone,
    text: report.text,
  };
}

export function reportToJson(report: Report): KeptReportJson {
  const { currency, promotions, running, waiting, started, controls, killSwitch, compound } = report.content;
  return {
    ...headToJson(report),
    currency,
    promotions: promotions.map((one) => ({
      experiment_id: one.experimentId,
      name: one.name,
      winner: one.winnerVariantId,
      winner_name: one.winnerName ?? one.winnerVariantId,
      status: one.status,
      forced: one.forced,
      declaration: one.declaration ?? null,
      opened_at: isoOf(one.openedAt),
      promoted_at: isoOrNull(one.promotedAt ?? null),
      believed_lift: one.believedLift,
      measured_lift: one.measuredLift,
      budget_before: one.before,
      budget_after: one.after,
    })),
    running,
    waiting: waiting.map(({ experimentId, name, state, reason }) => ({
      experiment_id: experimentId,
      name,
      state: state as ExperimentState,
      reason,
    })),
    started:
      started?.map(({ experimentId, name, startedAt }) => ({
        experiment_id: experimentId,
        name,
        start_date: isoOf(startedAt),
      })) ?? null,
    controls:
      controls?.map(({ experimentId, name, kind, by, reason, at, outcome }) => ({
        experiment_id: experimentId,
        ...{ name, kind, by, reason, at: isoOf(at), outcome },
      })) ?? null,
    kill_switch: killSwitch?.map(killSwitchToJson) ?? null,
    compound,
  };
}

const COLUMNS = [
  'part',
  'experiment_id',
  'name',
  'winner',
  'status',
  'believed_lift',
  'measured_lift',
  'currency',
  'budget_before',
  'budget_after',
  'text',
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null>>;

/** The report as CSV (RFC 4180): one row for the report, one per promotion, waiting experiment, started test, control and change of the kill switch. */
export function reportToCsv(report: KeptReportJson): string {
  const rows: Row[] = [
    { part: 'report', experiment_id: null, name: report.id, status: report.kind, text: report.text },
    ...(report.compound
      ? [
          {
            part: 'compound',
            believed_lift: report.compound.shrunk.lift,
            measured_lift: report.compound.claimed.lift,
            text: report.compound.message,
          },
        ]
      : []),
    ...report.promotions.map(
      ({ opened_at: _, promoted_at: __, winner_name: ___, forced, declaration, ...one }) => ({
        ...one,
        text: declaration,
        part: forced ? 'forced promotion' : 'promotion',
        currency: report.currency,
      }),
    ),
    ...report.waiting.map(({ state, reason, ...one }) => ({
      ...one,
      part: 'waiting',
      status: state,
      text: reason,
    })),
    ...(report.started ?? []).map(({ experiment_id, name, start_date }) => ({
      ...{ part: 'started', experiment_id, name, text: start_date },
    })),
    ...(report.controls ?? []).map(({ experiment_id, name, kind, by, reason, at, outcome }) => ({
      part: `control ${kind}`,
      ...{ experiment_id, name, status: outcome, text: `${at} by ${by}: ${reason}` },
    })),
    ...(report.kill_switch ?? []).map(({ engaged, by, reason, at }) => ({
      part: 'kill switch',
      status: engaged ? 'engaged' : 'released',
      text: `${at} by ${by}: ${reason}`,
    })),
  ];
  return csvOf(COLUMNS, rows);
}
