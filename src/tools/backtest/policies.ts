/** Three policies that decide the same finished test, and what each would have gained. */

import { normalUpperQuantile } from '../../domain/evidence/distributions.js';
import { NO_HISTORY } from '../../domain/evidence/drift.js';
import type { RuleSettings } from '../../domain/evidence/types.js';
import { welchOfProportions } from '../../domain/evidence/welch.js';
import { DEFAULT_PHASES } from '../../domain/rollout/phases.js';
import { RobustStream } from './robust-stream.js';
import { SequentialWalk } from './sequential-walk.js';
import { RunningRatio, type Stream } from './stream.js';

export const POLICIES = ['peeked_welch', 'fixed_horizon', 'sequential'] as const;
export type PolicyName = (typeof POLICIES)[number];

/** A finished test as a stream with one look per bucket. */
export interface Replay {
  stream: Stream;
  hoursPerLook: number;
}

/** The look (from 1) at which a policy first calls a winner, and the winner. */
export interface Promotion {
  look: number;
  winner: 'A' | 'B';
}

const SIGNIFICANCE = 0.05;
/** Share of the remaining impressions that a promotion gives the winner: that of the default rollout's last phase. */
export const WINNER_SHARE = DEFAULT_PHASES.at(-1)!.winnerShare;

/** Each policy's promotion of the test; null if it promotes neither ad. */
export function decide({ stream, hoursPerLook }: Replay): Record<PolicyName, Promotion | null> {
  const looks = stream.impressionsA.length;
  const settings: RuleSettings = {
    confidence: 0.95,
    horizonHours: looks * hoursPerLook,
    minimumHours: 24,
    minimumClicks: 25,
    minimumImpressions: 100,
  };
  const found: Record<PolicyName, Promotion | null> = {
    peeked_welch: null,
    fixed_horizon: null,
    sequential: null,
  };
  const robust = new RobustStream(stream, { bucketHours: hoursPerLook });
  const ratio = new RunningRatio(stream);
  const walk = new SequentialWalk(settings);
  const peek = (hours: number) => {
    const { clicksA, clicksB, impressionsA, impressionsB } = ratio;
    const ready =
      hours >= settings.minimumHours &&
      Math.min(clicksA, clicksB) >= settings.minimumClicks &&
      Math.min(impressionsA, impressionsB) >= settings.minimumImpressions;
    return ready ? welchWinner(ratio) : null;
  };
  for (let look = 1; look <= looks; look++) {
    ratio.readTo(look);
    const hours = look * hoursPerLook;
    if (!found.sequential) {
      robust.readTo(look);
      const winner = walk.look(hours, robust.ratio, () => robust.driftVariance(NO_HISTORY));
      if (winner) found.sequential = { look, winner };
    }
    if (!found.peeked_welch || look === looks) {
      const winner = peek(hours);
      if (winner && !found.peeked_welch) found.peeked_welch = { look, winner };
      if (winner && look === looks) found.fixed_horizon = { look, winner };
    }
  }
  return found;
}

/** No smaller t is significant, whatever its degrees of freedom. */
const NORMAL_CRITICAL = normalUpperQuantile(SIGNIFICANCE / 2);

/** The better ad by Welch's test per impression at 95 %, unadjusted for repeated looks. */
export function welchWinner(sums: {
  clicksA: number;
  clicksB: number;
  impressionsA: number;
  impressionsB: number;
}): 'A' | 'B' | null {
  const { clicksA, clicksB, impressionsA, impressionsB } = sums;
  const rateA = clicksA / impressionsA;
  const rateB = clicksB / impressionsB;
  // The same t up to rounding: skips the p-value if it can't be small.
  const variance = (rateA * (1 - rateA)) / (impressionsA - 1) + (rateB * (1 - rateB)) / (impressionsB - 1);
  const limit = NORMAL_CRITICAL * (1 - 1e-9);
  if (!((rateA - rateB) ** 2 >= limit * limit * variance)) return null;
  const test = welchOfProportions(
    { trials: impressionsA, successes: clicksA },
    { trials: impressionsB, successes: clicksB },
  );
  if (test === null || !(test.p < SIGNIFICANCE)) return null;
  return rateB > rateA ? 'B' : 'A';
}

/** What a promotion gained, judged by the full data. */
export interface Outcome {
  /** The promoted ad has the lower click rate in the full data. */
  reversed: boolean;
  /** Share of both ads' impressions seen before the decision; 1 if there is none. */
  shareOfImpressions: number;
  /**
   * Clicks above those of an equal split to the end, if the winner gets {@link WINNER_SHARE} of the remaining
   * impressions. The click rates are those of the impressions after the decision, which the decision has not seen.
   */
  clicksGained: number;
}

export function judge({ stream }: Replay, promotion: Promotion | null): Outcome {
  if (promotion === null) return { reversed: false, shareOfImpressions: 1, clicksGained: 0 };
  const { look, winner } = promotion;
  const [nW, xW, nL, xL] =
    winner === 'A'
      ? [stream.impressionsA, stream.clicksA, stream.impressionsB, stream.clicksB]
      : [stream.impressionsB, stream.clicksB, stream.impressionsA, stream.clicksA];
  const left = { nW: sum(nW, look), xW: sum(xW, look), nL: sum(nL, look), xL: sum(xL, look) };
  const all = { nW: sum(nW, 0), xW: sum(xW, 0), nL: sum(nL, 0), xL: sum(xL, 0) };
  const known = left.nW > 0 && left.nL > 0;
  const advantage = known ? left.xW / left.nW - left.xL / left.nL : 0;
  return {
    reversed: all.xW / all.nW < all.xL / all.nL,
    shareOfImpressions: 1 - (left.nW + left.nL) / (all.nW + all.nL),
    clicksGained: (WINNER_SHARE - 0.5) * (left.nW + left.nL) * advantage,
  };
}

function sum(values: Float64Array, from: number): number {
  let total = 0;
  for (let i = from; i < values.length; i++) total += values[i]!;
  return total;
}
