import type { Phase } from '../../src/domain/rollout/phases.js';

/** 60, 70, 80 %, whatever the product's default is: tests of other things rely on these phases. */
export const THREE_PHASES: Phase[] = [0.6, 0.7, 0.8].map((winnerShare, index) => ({
  winnerShare,
  waitHours: index,
}));
