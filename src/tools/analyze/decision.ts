/** The decision on a test, without its looks. For the default rule this is some hundred times faster than with them. */

import { type DriftHistory, NO_HISTORY } from '../../domain/evidence/drift.js';
import { RULES } from '../../domain/evidence/rules.js';
import { RobustStream } from '../backtest/robust-stream.js';
import { SequentialWalk } from '../backtest/sequential-walk.js';
import { emptyStream } from '../backtest/stream.js';
import { lookHours } from './look-hours.js';
import { type Analysis, ruleFor } from './request.js';

export interface Decision {
  hours: number;
  winner: 'A' | 'B';
}

/** The first look that calls a winner; null if none does. Throws RangeError for settings that the rule refuses. */
export function decisionOf(analysis: Analysis, history: DriftHistory = NO_HISTORY): Decision | null {
  return ruleFor(analysis) === RULES.sequential
    ? sequentialDecision(analysis, history)
    : firstWinner(analysis, history);
}

/** Runs the rule itself, look by look. */
export function firstWinner(analysis: Analysis, history: DriftHistory = NO_HISTORY): Decision | null {
  let run = ruleFor(analysis).start(analysis.settings);
  for (const hours of lookHours(analysis)) {
    const { evidence, after } = run.look(analysis.rows.slice(0, Math.floor(hours)), hours, history);
    if (evidence.winner !== null) return { hours, winner: evidence.winner };
    run = after;
  }
  return null;
}

/** Computes one boundary instead of the whole ladder, and only when a winner is possible. */
function sequentialDecision(analysis: Analysis, history: DriftHistory = NO_HISTORY): Decision | null {
  const { rows, settings } = analysis;
  const walk = new SequentialWalk(settings);
  const stream = emptyStream(rows.length);
  for (const [hour, row] of rows.entries()) {
    stream.impressionsA[hour] = row.exposureA;
    stream.clicksA[hour] = row.eventsA;
    stream.impressionsB[hour] = row.exposureB;
    stream.clicksB[hour] = row.eventsB;
  }
  const robust = new RobustStream(stream, { strict: settings.strict ?? false });
  for (const hours of lookHours(analysis)) {
    robust.readTo(Math.floor(hours));
    const winner = walk.look(hours, robust.ratio, () => robust.driftVariance(history));
    if (winner !== null) return { hours, winner };
  }
  return null;
}
