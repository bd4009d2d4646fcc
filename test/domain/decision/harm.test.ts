import { describe, expect, it } from 'vitest';
import { harmOf, harmSentence } from '../../../src/domain/decision/harm.js';
import { NO_HISTORY } from '../../../src/domain/evidence/drift.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { Random } from '../../../src/sandbox/random.js';

const SAID = {
  objective: 'click_through_rate',
  winner: 'challenger',
  rival: 'control',
  history: NO_HISTORY,
} as const;

/** One hour of a rival (A) and a winner (B). */
function hour(rival: [number, number], winner: [number, number], index = 0): PairRow {
  return {
    exposureA: rival[0],
    eventsA: rival[1],
    exposureB: winner[0],
    eventsB: winner[1],
    day: index / 24,
  };
}

/** The share of 400 runs of `hours` hours that show harm at any hour; the winner gets `share` of the exposure. */
function shown(world: { share: number; clicks: number; cv: number; ratio: number; hours: number }): number {
  const { share, clicks, cv, ratio, hours } = world;
  let runs = 0;
  for (let run = 0; run < 400; run++) {
    const random = new Random(`${JSON.stringify(world)} ${run}`);
    const noise = () => (cv === 0 ? 1 : random.gamma(1 / cv ** 2, cv ** 2));
    const rows: PairRow[] = [];
    for (let index = 0; index < hours; index++) {
      const rival = random.poisson(clicks * (1 - share) * noise());
      const winner = random.poisson(clicks * share * ratio * noise());
      rows.push(hour([100_000 * (1 - share), rival], [100_000 * share, winner], index));
      if (!harmOf(rows, NO_HISTORY).shown) continue;
      runs++;
      break;
    }
  }
  return runs / 400;
}

describe('harm since the decision', () => {
  it('shows within the hours of the default rollout if the winner gets no clicks at all', () => {
    const rows = [hour([31_953, 1_968], [61_030, 0]), hour([31_953, 1_969], [61_029, 0], 1)];
    expect(harmSentence(rows.slice(0, 1), SAID)).toMatch(
      /^click rate of challenger over control since the decision: 0 link clicks against 1968, evidence that the winner is worse E = \S+ ≥ 20$/,
    );
    expect(harmSentence(rows, SAID)).toMatch(/0 link clicks against 3937/);
  });

  it('shows if the winner gets a fifth of the clicks for a few hours', () => {
    const rows = Array.from({ length: 6 }, (_, index) => hour([60_000, 1_000], [60_000, 200], index));
    expect(harmOf(rows.slice(0, 2), NO_HISTORY).shown).toBe(false);
    expect(harmOf(rows, NO_HISTORY).shown).toBe(true);
  });

  it('needs 25 events for the ad with more, whatever the ratio', () => {
    expect(harmOf([hour([10_000, 24], [100_000_000, 0])], NO_HISTORY).shown).toBe(false);
    expect(harmOf([hour([10_000, 25], [100_000_000, 0])], NO_HISTORY).shown).toBe(true);
  });

  it('never shows for a winner that is ahead, nor without rows', () => {
    expect(harmOf([hour([100_000, 1_000], [100_000, 5_000])], NO_HISTORY)).toMatchObject({
      logE: null,
      shown: false,
    });
    expect(harmOf([], NO_HISTORY)).toMatchObject({ logE: null, shown: false });
    expect(harmSentence([], SAID)).toBeNull();
  });

  it.each([
    { share: 0.5, clicks: 50, cv: 0.4 },
    { share: 0.7, clicks: 2_000, cv: 0.6 },
    { share: 0.8, clicks: 1, cv: 0 },
    { share: 0.8, clicks: 50, cv: 0.6 },
  ])(
    'shows harm for equal ads in at most 5 % of runs of 24 hours: $share, $clicks clicks, CV $cv',
    (world) => {
      // Three standard errors of 5 % over 400 runs are 3.3 points.
      expect(shown({ ...world, ratio: 1, hours: 24 })).toBeLessThan(0.05 + 0.033);
    },
  );

  it('shows within a day, at 50 clicks per hour, if the winner has half the rate', () => {
    expect(shown({ share: 0.7, clicks: 50, cv: 0.4, ratio: 0.5, hours: 24 })).toBeGreaterThan(0.7);
  });
});
