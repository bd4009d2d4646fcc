import { describe, expect, it } from 'vitest';
import { DEFAULT_PHASES, type Phase, phasesUpTo } from '../../../src/domain/rollout/phases.js';

const pairs = (phases: Phase[]) => phases.map(({ winnerShare, waitHours }) => [winnerShare, waitHours]);

it('the default phases', () => {
  expect(pairs(DEFAULT_PHASES)).toEqual([
    [0.6, 0],
    [0.7, 1],
    [0.8, 2],
  ]);
});

describe('the phases up to a share', () => {
  it.each([
    [0.5, [[0.5, 0]]],
    [0.6, [[0.6, 0]]],
    [
      0.75,
      [
        [0.6, 0],
        [0.7, 1],
        [0.75, 2],
      ],
    ],
    [
      0.95,
      [
        [0.6, 0],
        [0.7, 1],
        [0.8, 2],
        [0.95, 2],
      ],
    ],
  ])('of %d are the default phases below it, and one with that share', (share, expected) => {
    expect(pairs(phasesUpTo(share))).toEqual(expected);
  });

  it("of the default's last share are the default", () => {
    expect(phasesUpTo(DEFAULT_PHASES.at(-1)!.winnerShare)).toEqual(DEFAULT_PHASES);
  });
});
