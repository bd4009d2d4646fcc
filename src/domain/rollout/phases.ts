/** The phases of a rollout. A new phase is an entry of {@link DEFAULT_PHASES} and a line in its test. */

/** One phase of a rollout: the share of the total that the winner gets, and the wait after the phase before it. */
export interface Phase {
  /** Fraction of the total daily budget, e.g. 0.6. */
  winnerShare: number;
  /** Hours since the read-back of the phase before; 0 for the first. */
  waitHours: number;
}

/** The phases of a policy that sets none. */
export const DEFAULT_PHASES: Phase[] = [
  { winnerShare: 0.6, waitHours: 0 },
  { winnerShare: 0.7, waitHours: 1 },
  { winnerShare: 0.8, waitHours: 2 },
];

/** The range of the winner's share in the last phase. With more, the control could not serve to verify the lift. */
export const WINNER_SHARES = { least: 0.5, most: 0.95 } as const;

/** The default phases below a share, then one phase with that share. */
export function phasesUpTo(winnerShare: number): Phase[] {
  const below = DEFAULT_PHASES.filter((phase) => phase.winnerShare < winnerShare);
  const { waitHours } = DEFAULT_PHASES[below.length] ?? DEFAULT_PHASES.at(-1)!;
  return [...below, { winnerShare, waitHours }];
}

/** The largest factor by which one step may multiply a budget, if a policy sets none. */
export const DEFAULT_MAX_STEP_FACTOR = 2;
