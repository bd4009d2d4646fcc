import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  climb,
  emptyLadder,
  type LadderGrid,
  ladderAlphas,
  NOMINAL,
} from '../../../src/domain/evidence/ladder.js';
import {
  decodeState,
  encodeState,
  type SequentialState,
} from '../../../src/domain/evidence/sequential-state.js';

/** A state after looks at some of which little is spent, or the information grows little. */
function stateOn(grid: LadderGrid, nominal: number, looks: number): SequentialState {
  const alphas = ladderAlphas(nominal);
  let ladder = emptyLadder(grid);
  let information = 50;
  for (let k = 1; k <= looks; k++) {
    information *= k % 7 === 0 ? 1.004 : 1.05;
    ladder = climb(ladder, alphas, information, Math.min(1, k / 25));
  }
  return { looks, hours: 6 * looks, p: 0.25, crossed: 'B', ladder };
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

describe('the stored state', () => {
  it.each([
    ['jennison-turnbull', 0.048, 0],
    ['jennison-turnbull', 0.048, 30],
    ['jennison-turnbull', 0.0096, 5],
    ['even', 0.048, 0],
    ['even', 0.048, 30],
    ['even', 0.0096, 5],
  ] as const)('survives bit for bit on the grid %s, nominal α %d, %d looks', (grid, nominal, looks) => {
    const state = stateOn(grid, nominal, looks);
    const bytes = encodeState(state);
    const decoded = decodeState(bytes);
    expect(decoded).toMatchObject({ looks, hours: 6 * looks, p: 0.25, crossed: 'B' });
    expect({ ...decoded.ladder, rungs: [] }).toEqual({ ...state.ladder, rungs: [] });
    expect(decoded.ladder.rungs[NOMINAL]).toEqual(state.ladder.rungs[NOMINAL]);
    expect(hash(encodeState(decoded))).toBe(hash(bytes));
  });

  it.each([
    ['jennison-turnbull', 1],
    ['even', 2],
  ] as const)('names the grid %s by format %d', (grid, format) => {
    expect(encodeState(stateOn(grid, 0.048, 2))[0]).toBe(format);
  });

  // The hashes are of the code before the even grid. They must never change: old decisions are recomputed from these bytes.
  it.each([
    [0.096, 30, '4a00a526455c6d08'],
    [0.048, 30, 'feaa1b990d6497aa'],
    [0.0096, 12, 'f083648ae3f68f2f'],
  ] as const)('of versions 1 and 2 keeps its bytes: nominal α %d', (nominal, looks, expected) => {
    expect(hash(encodeState(stateOn('jennison-turnbull', nominal, looks)))).toBe(expected);
  });

  it('is refused if it is of an unknown format, cut short or too long', () => {
    const bytes = encodeState(stateOn('even', 0.048, 2));
    expect(() => decodeState(bytes.with(0, 3))).toThrow(RangeError);
    expect(() => decodeState(bytes.slice(0, -8))).toThrow(RangeError);
    expect(() => decodeState(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
  });

  it('goes on from its bytes as if it had not been stored', () => {
    const alphas = ladderAlphas(0.048);
    const state = stateOn('even', 0.048, 9);
    const resumed = decodeState(encodeState(state)).ladder;
    const next = (ladder: typeof resumed) =>
      hash(encodeState({ ...state, ladder: climb(ladder, alphas, 1000, 0.9) }));
    expect(next(resumed)).toBe(next(state.ladder));
  });
});
