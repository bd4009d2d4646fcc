import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentTwoSidedP } from '../../../src/domain/evidence/distributions.js';
import { NO_HISTORY } from '../../../src/domain/evidence/drift.js';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy, type Variant } from '../../../src/domain/experiment.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  judge,
  outcomeOf,
  type PromotedWinner,
  showsHarm,
  unreadSentence,
  weigh,
} from '../../../src/domain/verification/verification.js';
import { poisson, random } from '../evidence/simulate.js';

const LAST_WRITE = 1_000_000 * HOUR_MS + 123_456;
const SINCE = LAST_WRITE + 24 * HOUR_MS;
const JUDGED_AT = SINCE + 168 * HOUR_MS;
const DAY = 24 * HOUR_MS;

const variants = ['control', 'c1', 'c2'].map(
  (id): Variant => ({
    id,
    role: id === 'control' ? 'control' : 'challenger',
    adId: `ad-${id}`,
    adSetId: `set-${id}`,
    creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
  }),
);

/** Hours of every variant at these rates of clicks and conversions, beginning at `from`. */
function hours(
  count: number,
  rates: Partial<Record<string, number>>,
  { from = SINCE, impressions = 200, seed = 1, conversions = 0.1 } = {},
): Observed[] {
  const uniform = random(seed);
  return Array.from({ length: count }).flatMap((_, hour) =>
    Object.entries(rates).map(([variantId, rate]): Observed => {
      const shown = variantId === 'control' ? impressions : 4 * impressions;
      const linkClicks = poisson(uniform, shown * rate!);
      return {
        variantId,
        bucketStart: from + hour * HOUR_MS,
        bucketEnd: from + (hour + 1) * HOUR_MS,
        impressions: shown,
        clicks: linkClicks,
        linkClicks,
        spend: shown,
        conversions: poisson(uniform, linkClicks * conversions),
        revenue: 0,
      };
    }),
  );
}

function judged(
  observations: Observed[],
  {
    dueAt = JUDGED_AT,
    policy = {},
    promotion = {},
    splitChanged = null,
  }: {
    dueAt?: number;
    policy?: Partial<Policy>;
    promotion?: Partial<PromotedWinner>;
    splitChanged?: string | null;
  } = {},
) {
  return judge({
    history: NO_HISTORY,
    experiment: { variants, policy: { ...DEFAULT_POLICY, ...policy } },
    promotion: {
      winnerVariantId: 'c1',
      metrics: {},
      phasesDone: { '60': LAST_WRITE - DAY, '80': LAST_WRITE },
      ...promotion,
    },
    observations,
    dueAt,
    splitChanged,
  });
}

describe('a verification', () => {
  it("verifies if the window's 90 % interval is above 0, and shows lift and interval", () => {
    const verdict = judged(hours(168, { control: 0.02, c1: 0.03 }));
    expect(verdict).toMatchObject({
      outcome: 'verified',
      winner: 'c1',
      rival: 'control',
      days: 7,
      logHarm: null,
    });
    expect(verdict.message).toMatch(
      /^Verified: click rate of c1 over control \+\d+\.\d % \(90 % interval \+\d+\.\d % to \+\d+\.\d % > 0 %\) in the 7 days after the rollout\.$/,
    );
    const [low, high] = verdict.interval!;
    const { theta, se, df } = verdict;
    expect(studentTwoSidedP((theta - Math.log1p(low)) / se, df)).toBeCloseTo(0.1, 6);
    expect(studentTwoSidedP((Math.log1p(high) - theta) / se, df)).toBeCloseTo(0.1, 6);
  });

  it('does not verify if the interval reaches 0, or is below 0 without anytime-valid evidence', () => {
    const equal = judged(hours(168, { control: 0.02, c1: 0.02 }));
    expect(equal.outcome).toBe('not_verified');
    expect(equal.message).toMatch(/^Not verified: .* reaches 0 %\) in the 7 days .*; the budgets stay\.$/);
    const behind = judged(hours(168, { control: 0.02, c1: 0.0175 }, { seed: 4 }));
    expect(behind.interval![1]).toBeLessThan(0);
    expect(behind.outcome).toBe('not_verified');
    expect(behind.message).toMatch(/% interval -\S+ % to -\S+ % < 0 %/);
  });

  it('reverts only a worse winner before the window has ended', () => {
    const worse = hours(168, { control: 0.03, c1: 0.015 });
    const better = hours(168, { control: 0.02, c1: 0.03 });
    const on = (day: number, rows: Observed[]) => judged(rows, { dueAt: SINCE + day * DAY });
    const third = on(3, worse);
    expect(third.outcome).toBe('reverted');
    expect(third.message).toMatch(
      /^Reverted: click rate of c1 over control -\d+\.\d % on 3 of 7 days after the rollout; evidence that the winner is worse E = \S+ ≥ 20\. The budgets are being restored\.$/,
    );
    for (const day of [1, 2, 3, 4, 5, 6]) expect(on(day, better).outcome).toBeNull();
    expect(on(2, better).message).toMatch(
      /^Being verified: click rate of c1 over control \+.* by day 2 of 7 days after the rollout; evidence of harm: none\.$/,
    );
    expect(judged(worse).outcome).toBe('reverted');
  });

  it('reverts a winner that gets no events at all', () => {
    const verdict = judged(hours(48, { control: 0.03, c1: 0 }), { dueAt: SINCE + 2 * DAY });
    expect(verdict).toMatchObject({ outcome: 'reverted', theta: 0, interval: null });
    expect(verdict.message).toMatch(
      /^Reverted: click rate of c1 over control 0 link clicks against \d+ on 2 of 7/,
    );
  });

  it.each([
    ['hours in which both delivered: 2 < 3', hours(2, { control: 0.2, c1: 0.3 })],
    ['hours in which both delivered: 0 < 3', hours(168, { c1: 0.3 })],
    ['control has 24 link clicks < 25', steady(24, 24, 60)],
    ['no variation between hours', steady(30, 30, 240)],
  ])('names the minimum that was not reached: %s', (few, observations) => {
    const verdict = judged(observations);
    expect(verdict.outcome).toBe('not_verified');
    expect(verdict.message).toBe(
      `Not verified: too little data in the 7 days after the rollout (${few}); the budgets stay.`,
    );
    const early = judged(observations, { dueAt: JUDGED_AT - 1 });
    expect(early.message).toBe(
      `Being verified: too little data by day ${early.days} of 7 days after the rollout (${few}).`,
    );
  });

  it('only uses the buckets of its window', () => {
    const inside = hours(167, { control: 0.02, c1: 0.03 });
    const outside = [
      ...hours(24, { control: 0.2, c1: 0.01 }, { from: SINCE - DAY }),
      ...hours(24, { control: 0.2, c1: 0.01 }, { from: JUDGED_AT - HOUR_MS + 1 }),
      ...hours(168, { c2: 0.9 }),
    ];
    const late = { dueAt: JUDGED_AT + DAY };
    expect(judged([...outside, ...inside], late)).toEqual(judged(inside, late));
    const early = { dueAt: SINCE + 2 * DAY };
    expect(judged(inside, early)).toEqual(judged(inside.slice(0, 2 * 48), early));
  });

  it('compares a control that won with the challenger that was best at the decision', () => {
    const at = (linkClicks: number) => ({
      impressions: 1000,
      clicks: linkClicks,
      linkClicks,
      spend: 1,
      conversions: 0,
      revenue: 0,
    });
    const promotion = { winnerVariantId: 'control', metrics: { control: at(30), c1: at(10), c2: at(20) } };
    // In the window the other challenger is closer.
    const verdict = judged(hours(168, { control: 0.03, c1: 0.029, c2: 0.02 }), { promotion });
    expect(verdict).toMatchObject({ winner: 'control', rival: 'c2', outcome: 'verified' });
  });

  it('reverses the lift of a cost: less is better', () => {
    const policy = { objective: 'cost_per_conversion', attributionWindowHours: 168 } as const;
    const rows = hours(168, { control: 0.05, c1: 0.09 });
    const verdict = judged(rows, { policy, dueAt: JUDGED_AT + 168 * HOUR_MS });
    expect(verdict.outcome).toBe('verified');
    expect(verdict.interval![0]).toBeGreaterThan(0);
    expect(verdict.message).toMatch(
      /^Verified: cost per conversion of c1 over control -\d+\.\d % \(90 % interval -(\d+\.\d) % to -(\d+\.\d) % < 0 %\)/,
    );
    const [, low, high] = verdict.message.match(/interval -(\S+) % to -(\S+) %/)!;
    expect(Number(low)).toBeGreaterThan(Number(high));
  });

  it('waits for the last conversions of its window, and looks for harm with those older than a day', () => {
    const policy = { objective: 'conversion_rate', attributionWindowHours: 168 } as const;
    const rows = hours(168, { control: 0.1, c1: 0.1 }, { conversions: 0.3 });
    expect(judged(rows, { policy, dueAt: JUDGED_AT }).outcome).toBeNull();
    expect(judged(rows, { policy, dueAt: JUDGED_AT + 168 * HOUR_MS }).outcome).not.toBeNull();
    const second = judged(rows, { policy, dueAt: SINCE + 2 * DAY });
    expect(second).toMatchObject({ rows: 24, days: 1 });
  });

  it('clusters by day if the policy is strict', () => {
    const rows = hours(168, { control: 0.02, c1: 0.03 });
    const strict = judged(rows, { policy: { strict: true } });
    expect(strict.rows).toBe(7);
    expect(strict.df).toBeLessThan(7);
    const two = judged(rows.slice(0, 2 * 48), { policy: { strict: true } });
    expect(two.message).toMatch(/\(days in which both delivered: 2 < 3\)/);
  });

  it('uses the whole days of its window if buckets are days', () => {
    const midnight = SINCE + 5 * HOUR_MS;
    const days = Array.from({ length: 8 }, (_, day) => day - 1).flatMap((day) =>
      hours(24, { control: 0.02, c1: 0.04 }, { from: midnight + day * DAY, seed: day + 2 })
        .slice(0, 2)
        .map((row) => ({ ...row, bucketStart: midnight + day * DAY, bucketEnd: midnight + (day + 1) * DAY })),
    );
    const verdict = judged(days, { policy: { buckets: 'day', strict: true } });
    expect(verdict).toMatchObject({ rows: 6, days: 6 });
    const few = judged(days, { policy: { buckets: 'day' }, dueAt: midnight + 2 * DAY });
    expect(few.message).toMatch(/\(days in which both delivered: 2 < 3\)/);
  });

  it('only verifies the split that was written, and reports a change with any outcome', () => {
    const splitChanged = 'ad set 7 stood at USD 90.00, not at USD 40.00';
    const better = judged(hours(168, { control: 0.02, c1: 0.03 }), { splitChanged });
    expect(better.outcome).toBe('not_verified');
    expect(better.message).toMatch(
      /^Not verified: a budget was changed after the last phase \(ad set 7 stood at USD 90\.00, not at USD 40\.00\), so the split was not the one written; click rate of c1 over control \+.* in the 7 days .*; the budgets stay\.$/,
    );
    const said =
      / A budget was changed after the last phase: ad set 7 stood at USD 90\.00, not at USD 40\.00\.$/;
    for (const [rates, outcome] of [
      [{ control: 0.02, c1: 0.02 }, 'not_verified'],
      [{ control: 0.03, c1: 0.015 }, 'reverted'],
      [{}, 'not_verified'],
    ] as const) {
      const verdict = judged(hours(168, rates), { splitChanged });
      expect(verdict.outcome).toBe(outcome);
      expect(verdict.message).toMatch(said);
      expect(verdict.message.split('ad set 7')).toHaveLength(2);
    }
    expect(unreadSentence(DEFAULT_POLICY, {}, 'no answer', splitChanged)).toMatch(said);
  });

  it('mentions no write for a rollout in shadow', () => {
    const shadow = { promotion: { status: 'shadow' } };
    expect(judged(hours(168, { control: 0.02, c1: 0.02 }), shadow).message).toMatch(
      /^Not verified: .* in the 7 days after the rollout in shadow; no budget was moved\.$/,
    );
    expect(judged(hours(168, { control: 0.03, c1: 0.015 }), shadow).message).toMatch(
      /^Reverted: .* on 7 of 7 days after the rollout in shadow; evidence .* ≥ 20\. No budget was moved\.$/,
    );
    expect(judged(hours(168, { control: 0.02, c1: 0.03 }), shadow).message).toMatch(
      /^Verified: .* in the 7 days after the rollout in shadow\.$/,
    );
    expect(judged([], shadow).message).toMatch(
      /^Not verified: too little data in the 7 days after the rollout in shadow \(.*\); no budget was moved\.$/,
    );
    expect(unreadSentence(DEFAULT_POLICY, shadow.promotion, 'no answer', null)).toBe(
      'Not verified: the 7 days after the rollout in shadow could not be read (no answer); no budget was moved.',
    );
  });

  it('says that the window could not be read', () => {
    expect(unreadSentence(DEFAULT_POLICY, {}, 'no answer', null)).toBe(
      'Not verified: the 7 days after the rollout could not be read (no answer); the budgets stay.',
    );
    const day = { verification: { settleHours: 24, windowHours: 24 } };
    expect(unreadSentence(day, {}, 'no answer', null)).toMatch(/the 24 h after the rollout/);
  });
});

describe('the weight of a window', () => {
  const count = fc.nat({ max: 5_000 });
  const rows = fc.array(
    fc.record({
      exposureA: count,
      eventsA: count,
      exposureB: count,
      eventsB: count,
      day: fc.double({ min: 0, max: 9, noNaN: true }),
    }),
    { maxLength: 30 },
  );

  it('has no NaN, and always gives an outcome, whatever the counts', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (any, strict) => {
        const weight = weigh(any, { strict, history: NO_HISTORY });
        const { interval, logHarm, ...numbers } = weight;
        const all = [...Object.values(numbers), ...(interval ?? []), logHarm ?? 0];
        expect(all.filter((value) => !Number.isFinite(value))).toEqual([]);
        expect(['verified', 'not_verified', 'reverted']).toContain(outcomeOf(weight));
        if (interval) expect(interval[0]).toBeLessThanOrEqual(interval[1]);
      }),
    );
  });

  it('has no interval if one row has nearly all of the error', () => {
    const rows = [
      { exposureA: 8, eventsA: 0, exposureB: 2148, eventsB: 1, day: 1 },
      { exposureA: 4988, eventsA: 0, exposureB: 4843, eventsB: 0, day: 0 },
      { exposureA: 9, eventsA: 1, exposureB: 946, eventsB: 0, day: 0 },
    ];
    const weight = weigh(rows, { strict: true, history: NO_HISTORY });
    expect(weight.df).toBeLessThan(0.01);
    expect(weight.interval).toBeNull();
    expect(outcomeOf(weight)).toBe('not_verified');
  });

  it('reverses if the two are swapped: never both better, never both worse', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), (any, strict) => {
        const one = weigh(any, { strict, history: NO_HISTORY });
        const other = weigh(any.map(swapped), { strict, history: NO_HISTORY });
        expect(other.theta).toBeCloseTo(-one.theta, 9);
        expect([other.winnerEvents, other.rivalEvents]).toEqual([one.rivalEvents, one.winnerEvents]);
        expect(showsHarm(one) && showsHarm(other)).toBe(false);
        expect(outcomeOf(one) === 'verified' && outcomeOf(other) === 'verified').toBe(false);
        if (showsHarm(one)) expect(outcomeOf(other)).not.toBe('reverted');
      }),
    );
  });

  it('uses the stratified ratio, which a moved budget does not bias', () => {
    const uniform = random(7);
    // Both rates double on the days on which the winner delivers most.
    const moved = Array.from({ length: 168 }, (_, hour): PairRow => {
      const busy = hour >= 84;
      const exposureB = busy ? 1600 : 200;
      const rate = busy ? 0.04 : 0.02;
      return {
        exposureA: 200,
        eventsA: poisson(uniform, 200 * rate),
        exposureB,
        eventsB: poisson(uniform, exposureB * rate),
        day: hour / 24,
      };
    });
    const { theta, se, interval } = weigh(moved, { strict: false, history: NO_HISTORY });
    expect(theta).toBe(rateRatio(moved).theta);
    expect(se).toBeGreaterThan(rateRatio(moved).se);
    const sum = (pick: (row: PairRow) => number) => moved.reduce((total, row) => total + pick(row), 0);
    const crude =
      sum((row) => row.eventsB) /
        sum((row) => row.exposureB) /
        (sum((row) => row.eventsA) / sum((row) => row.exposureA)) -
      1;
    expect(crude).toBeGreaterThan(0.15);
    expect(interval![0]).toBeLessThan(0);
  });
});

/** At most one event per hour, up to the counts, spread evenly over the hours of both. */
function steady(count: number, control: number, winner: number): Observed[] {
  return Array.from({ length: count }).flatMap((_, hour) =>
    [
      ['control', control, 100],
      ['c1', winner, 400],
    ].map(([variantId, events, impressions]): Observed => {
      const linkClicks =
        Math.floor((Number(events) * (hour + 1)) / count) - Math.floor((Number(events) * hour) / count);
      return {
        variantId: String(variantId),
        bucketStart: SINCE + hour * HOUR_MS,
        bucketEnd: SINCE + (hour + 1) * HOUR_MS,
        impressions: Number(impressions),
        clicks: linkClicks,
        linkClicks,
        spend: 1,
        conversions: 0,
        revenue: 0,
      };
    }),
  );
}

function swapped({ exposureA, eventsA, exposureB, eventsB, day }: PairRow): PairRow {
  return { exposureA: exposureB, eventsA: eventsB, exposureB: exposureA, eventsB: eventsA, day };
}
