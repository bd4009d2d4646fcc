import { describe, expect, it } from 'vitest';
import { undistinguishing, unfounded } from '../../../src/domain/insights/checks.js';
import type { Claim, ShownPair } from '../../../src/domain/insights/claim.js';
import { judgeClaims, returned } from '../../../src/domain/insights/swap.js';
import { baselessClaims, drawing, marketPair } from '../../support/opinions.js';
import { shown } from './fixtures.js';

const SEEDS = 400;
const PER_PAIR = 6;

/** `repeats`: the share of its baseless claims that the speaker repeats when the labels are exchanged. */
function measure(repeats: number) {
  const count = { baseless: 0, dropped: 0, passing: 0, back: 0, causes: 0, kept: 0 };
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { fields, causes } = marketPair(drawing(seed));
    const pair: ShownPair = { winner: shown(fields.winner), loser: shown(fields.loser) };
    const exchanged = { winner: fields.loser, loser: fields.winner };
    const baseless = baselessClaims(drawing(seed + 10_000), fields, PER_PAIR, 0);
    const forgets = drawing(seed + 20_000);
    const again = baselessClaims(drawing(seed + 10_000), exchanged, PER_PAIR, 1).filter(
      () => forgets() < repeats,
    );
    const passes = (claim: Claim) =>
      unfounded(claim, pair) === null && undistinguishing(claim, pair) === null;
    const passing = baseless.filter(passes);
    count.passing += passing.length;
    count.back += passing.filter((claim) => returned(claim, again, pair) !== null).length;
    // Judged apart from the true ones, so that a baseless claim isn't dropped as their repetition.
    count.baseless += baseless.length;
    count.dropped += judgeClaims(baseless, again, pair).dropped.length;
    count.causes += causes.length;
    count.kept += judgeClaims(causes, again, pair).kept.length;
  }
  return {
    dropped: count.dropped / count.baseless,
    droppedBySwap: count.back / count.passing,
    passing: count.passing,
    kept: count.kept / count.causes,
  };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const ALWAYS = measure(1);
const FORGETFUL = measure(0.8);
const RANDOM = measure(0);

describe(`in ${SEEDS} tests of a market whose truth is known`, () => {
  it(`${percent(ALWAYS.dropped)} of claims drawn at random are dropped, and ${percent(ALWAYS.kept)} of true ones are kept`, () => {
    expect(ALWAYS.dropped).toBeGreaterThan(0.9);
    expect(ALWAYS.kept).toBeGreaterThan(0.9);
  });

  it(`of the ${ALWAYS.passing} baseless ones that pass every other check, the label swap drops ${percent(ALWAYS.droppedBySwap)}`, () => {
    expect(ALWAYS.passing).toBeGreaterThan(1_000);
    expect(ALWAYS.droppedBySwap).toBeGreaterThan(0.9);
  });

  it(`a speaker who repeats 80 % of them loses ${percent(FORGETFUL.dropped)}: what isn't repeated passes the swap`, () => {
    expect(FORGETFUL.dropped).toBeGreaterThan(0.85);
    expect(FORGETFUL.droppedBySwap).toBeGreaterThan(0.75);
    expect(FORGETFUL.droppedBySwap).toBeLessThan(0.9);
    expect(FORGETFUL.kept).toBeGreaterThan(0.9);
  });

  it(`without a second answer only the checks are left, which drop ${percent(RANDOM.dropped)}`, () => {
    expect(RANDOM.droppedBySwap).toBe(0);
    expect(RANDOM.dropped).toBeGreaterThan(0.4);
  });
});
