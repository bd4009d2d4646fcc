import { compoundLift } from './lift.js';

/** Lifts of promotions, fractions; 0 for a test that the control won. */
export interface LiftSummary {
  mean: number;
  /** 95 % interval of the mean, made as that of the compound is; for claimed lifts see `claimedMeanInterval`. */
  meanInterval: [low: number, high: number];
  median: number;
  /** All lifts one after the other: the product of (1 + lift), minus 1. */
  compound: number;
  /** 95 % interval of the compound; for claimed lifts see `claimedInterval`. */
  interval: [low: number, high: number];
  min: number;
  max: number;
  /** The last ten, in the order of their promotions. */
  trend: number[];
}

const TREND_LENGTH = 10;

export function summarise(
  lifts: readonly number[],
  { interval, meanInterval }: Pick<LiftSummary, 'interval' | 'meanInterval'>,
): LiftSummary {
  return {
    mean: mean(lifts),
    meanInterval,
    median: median(lifts),
    compound: compoundLift(lifts),
    interval,
    min: lifts.length === 0 ? 0 : Math.min(...lifts),
    max: lifts.length === 0 ? 0 : Math.max(...lifts),
    trend: lifts.slice(-TREND_LENGTH),
  };
}

/** 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((x, y) => x - y);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
