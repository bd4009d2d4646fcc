import { describe, expect, it } from 'vitest';
import { changedAt, othersChanges, ownChanges } from '../../../src/domain/rollout/changes.js';

const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 23);

const attempt = (minutes: number, before: number, intended: number, outcome = 'applied' as const) => ({
  adSetId: '501',
  before,
  intended,
  outcome: outcome as 'pending' | 'applied' | 'refused' | 'unknown',
  at: T + minutes * MINUTE,
  settledAt: (T + minutes * MINUTE + 2000) as number | null,
});

describe('our own changes', () => {
  it('are the applied attempts of this ad set only', () => {
    const attempts = [
      attempt(0, 5000, 4000),
      { ...attempt(1, 5000, 6000), adSetId: '502' },
      { ...attempt(2, 4000, 3000), outcome: 'refused' as const },
      attempt(60, 4000, 3000),
    ];
    expect(ownChanges(attempts, '501', 3000).map(changedAt)).toEqual([T + 2000, T + 60 * MINUTE + 2000]);
  });

  it('include attempts of unknown outcome, unless the value from before them was found again', () => {
    const lost = { ...attempt(0, 5000, 4000), outcome: 'unknown' as const };
    expect(ownChanges([lost], '501', 5000)).toEqual([]);
    expect(ownChanges([lost], '501', 4000)).toEqual([lost]);
    expect(ownChanges([lost, attempt(5, 5000, 4000)], '501', 4000)).toHaveLength(1);
    expect(ownChanges([lost, attempt(5, 4000, 3000)], '501', 3000)).toHaveLength(2);
    const open = { ...lost, outcome: 'pending' as const, settledAt: null };
    expect(ownChanges([open], '501', 4000).map(changedAt)).toEqual([T]);
  });
});

describe("others' changes in the log", () => {
  const entry = (minutes: number, after: number | null) => ({ at: T + minutes * MINUTE, after });

  it('are the entries that none of our attempts explains', () => {
    const own = [attempt(0, 5000, 4000), attempt(60, 4000, 3000)];
    const theirs = entry(30, 4500);
    expect(othersChanges(own, [entry(0, 4000), theirs, entry(60, 3000)])).toEqual([theirs]);
  });

  it('are recognised by their time if someone sets an amount that was once ours', () => {
    const own = [attempt(0, 5000, 4000), attempt(60, 4000, 3000)];
    const theirs = entry(90, 4000);
    expect(othersChanges(own, [entry(0, 4000), entry(60, 3000), theirs])).toEqual([theirs]);
  });

  it('are recognised by their number if the log gives no amounts', () => {
    const own = [attempt(0, 5000, 4000)];
    expect(othersChanges(own, [entry(0, null), entry(1, null)])).toEqual([entry(1, null)]);
  });

  it('are none if an attempt of unknown outcome took effect late', () => {
    const own = [{ ...attempt(0, 5000, 4000), outcome: 'unknown' as const }];
    expect(othersChanges(own, [entry(25, 4000)])).toEqual([]);
    expect(othersChanges(own, [entry(-5, 4000)])).toEqual([entry(-5, 4000)]);
  });

  it('are recognised by their amount if they come within a minute of ours', () => {
    const theirs = entry(-1, 4500);
    expect(othersChanges([attempt(0, 5000, 4000)], [theirs, entry(0, 4000)])).toEqual([theirs]);
  });

  it("tolerate the log's clock, which is off by at most two minutes", () => {
    const own = [attempt(0, 5000, 4000)];
    const settled = changedAt(own[0]!);
    const left = (at: number) => othersChanges(own, [{ at, after: 4000 }]).length;
    expect([T - 2 * MINUTE, settled + 2 * MINUTE].map(left)).toEqual([0, 0]);
    expect([T - 2 * MINUTE - 1, settled + 2 * MINUTE + 1].map(left)).toEqual([1, 1]);
  });

  it('are all entries if our only attempt was refused', () => {
    const own = [{ ...attempt(0, 5000, 4000), outcome: 'refused' as const }];
    expect(othersChanges(own, [entry(0, 4000)])).toHaveLength(1);
  });
});
