import type { Verification } from '../../contract/records.js';
import { instant } from './query.js';

/** The columns that a verification and a recheck share: what a window of data said, and when. */
export interface MeasuredRow {
  experiment_id: string;
  winner_variant_id: string;
  rival_variant_id: string;
  theta: number;
  se: number;
  df: number;
  interval_low: number | null;
  interval_high: number | null;
  rows: number;
  days: number;
  winner_events: number;
  rival_events: number;
  message: string;
  due_at: number;
  seen_until: number;
  decided_at: number;
}

type Measured = Omit<Verification, 'outcome' | 'logHarm'>;

/** The names of the columns, in the order of {@link measuredValues}. */
export const MEASURED_COLUMNS = `experiment_id, winner_variant_id, rival_variant_id, theta, se, df, interval_low,
  interval_high, rows, days, winner_events, rival_events, message, due_at, seen_until, decided_at`;

export function toMeasured(row: MeasuredRow): Measured {
  const { interval_low: low, interval_high: high } = row;
  return {
    experimentId: row.experiment_id,
    winner: row.winner_variant_id,
    rival: row.rival_variant_id,
    theta: row.theta,
    se: row.se,
    df: row.df,
    interval: low === null || high === null ? null : [low, high],
    rows: row.rows,
    days: row.days,
    winnerEvents: row.winner_events,
    rivalEvents: row.rival_events,
    message: row.message,
    dueAt: row.due_at,
    seenUntil: row.seen_until,
    decidedAt: row.decided_at,
  };
}

/** 16 values, for {@link MEASURED_COLUMNS}. */
export function measuredValues(found: Measured): unknown[] {
  return [
    found.experimentId,
    found.winner,
    found.rival,
    found.theta,
    found.se,
    found.df,
    found.interval?.[0] ?? null,
    found.interval?.[1] ?? null,
    found.rows,
    found.days,
    found.winnerEvents,
    found.rivalEvents,
    found.message,
    instant(found.dueAt),
    instant(found.seenUntil),
    instant(found.decidedAt),
  ];
}
