import { HOUR_MS } from '../time.js';

/** The values that the grid of checks depends on. Instants are epoch ms of experiment time. */
export interface Grid {
  experimentId: string;
  startedAt: number;
  checkEveryHours: number;
  horizonHours: number;
}

/** FNV-1a, 32 bits: spreads ids evenly; it needn't be cryptographic. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

/**
 * When a decision made, or a promotion opened, at `since` lapses if it has not been carried out: after one check
 * interval, because the next check decides anew. Epoch ms of experiment time.
 */
export function decisionLapsesAt(since: number, { checkEveryHours }: Pick<Grid, 'checkEveryHours'>): number {
  return since + checkEveryHours * HOUR_MS;
}

/**
 * When the next check is due: the grid's first instant after `last` (null: after the start). A hash of the id shifts each
 * experiment's grid, so that experiments don't all check at once. Missed checks are not made up: if several instants have
 * passed, the latest counts. The last check is at the horizon.
 */
export function nextCheckAt(grid: Grid, last: number | null, now: number): number {
  // Whole milliseconds: on a grid of fractions the next check could be the same check again. The horizon is rounded up,
  // so that the look there has reached it.
  const interval = Math.round(grid.checkEveryHours * HOUR_MS);
  const first = grid.startedAt + (hash(grid.experimentId) % interval);
  const horizon = Math.ceil(grid.startedAt + grid.horizonHours * HOUR_MS);
  const after = last ?? grid.startedAt;
  const next = first + Math.max(0, Math.floor((after - first) / interval) + 1) * interval;
  const latestPast = first + Math.floor((now - first) / interval) * interval;
  return Math.min(horizon, Math.max(next, latestPast));
}
