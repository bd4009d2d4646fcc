import { describe, expect, it } from 'vitest';
import {
  mixShift,
  sharedBudgets,
  silentVariants,
  spendOffPlan,
  starvedVariants,
} from '../../../src/domain/decision/delivery-health.js';
import { METRICS } from '../../../src/domain/metric.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';

const START = Date.UTC(2026, 0, 5);
const IDS = ['control', 'c1'];

function observed(variantId: string, hour: number, changes: Partial<Observed> = {}): Observed {
  const counts = { impressions: 1_000, clicks: 25, linkClicks: 20, spend: 100, conversions: 1, revenue: 400 };
  const bucketStart = START + hour * HOUR_MS;
  return { variantId, bucketStart, bucketEnd: bucketStart + HOUR_MS, ...counts, ...changes };
}

/** Hours of two variants, each changed by its own function of the hour. */
function delivery(
  hours: number,
  change: (variantId: string, hour: number) => Partial<Observed> = () => ({}),
) {
  const observations = Array.from({ length: hours }, (_, hour) =>
    IDS.map((id) => observed(id, hour, change(id, hour))),
  ).flat();
  return {
    variantIds: IDS,
    observations,
    startedAt: START,
    dueAt: START + hours * HOUR_MS,
    buckets: 'hour' as const,
  };
}

describe('a silent variant', () => {
  it('blocks from the sixth closed hour on', () => {
    const silentFrom = (from: number) =>
      silentVariants(delivery(40, (id, hour) => (id === 'c1' && hour >= from ? { impressions: 0 } : {})));
    expect(silentFrom(35)).toEqual([]);
    expect(silentFrom(34)).toEqual([
      { variantId: 'c1', code: 'no_delivery', message: 'c1 has delivered nothing for 6 h ≥ 6 h' },
    ]);
  });

  it('may be one that never delivered; an open hour does not count', () => {
    const early = { variantIds: IDS, observations: [], startedAt: START, buckets: 'hour' as const };
    expect(silentVariants({ ...early, dueAt: START + 5.99 * HOUR_MS })).toEqual([]);
    expect(silentVariants({ ...early, dueAt: START + 6 * HOUR_MS })).toHaveLength(2);
  });
});

/** Whole days of two variants; the first begins 14 hours after the start. */
function dayDelivery(
  days: number,
  hoursAfterMidnight: number,
  change: (variantId: string, day: number) => Partial<Observed> = () => ({}),
) {
  const midnight = (day: number) => START + (14 + 24 * day) * HOUR_MS;
  const observations = Array.from({ length: days }, (_, day) =>
    IDS.map((id) => ({
      ...observed(id, 0),
      bucketStart: midnight(day),
      bucketEnd: midnight(day + 1),
      ...change(id, day),
    })),
  ).flat();
  const dueAt = midnight(days) + hoursAfterMidnight * HOUR_MS;
  return { variantIds: IDS, observations, startedAt: START, dueAt, buckets: 'day' as const };
}

describe('a silent variant, by days', () => {
  const messages = (delivery: Parameters<typeof silentVariants>[0]) =>
    silentVariants(delivery).map(({ message }) => message);
  const silentOn =
    (...days: number[]) =>
    (id: string, day: number) =>
      id === 'c1' && days.includes(day) ? { impressions: 0 } : {};

  it('blocks if it has no impressions on the last whole day, at any hour of the next', () => {
    for (const hour of [0, 0.1, 6, 23.9]) {
      expect(messages(dayDelivery(5, hour, silentOn(4)))).toEqual([
        'c1 has delivered nothing for 1 whole day ≥ 1 whole day',
      ]);
      expect(messages(dayDelivery(5, hour, silentOn(3, 4)))).toEqual([
        'c1 has delivered nothing for 2 whole days ≥ 1 whole day',
      ]);
    }
  });

  it('does not block if it has some on the last whole day, even late on the next', () => {
    for (const hour of [0, 6, 23.9, 24.9]) {
      expect(messages(dayDelivery(5, hour))).toEqual([]);
      expect(messages(dayDelivery(5, hour, silentOn(1, 2, 3)))).toEqual([]);
    }
  });

  it('is reported if Meta has no row of it at all', () => {
    const all = dayDelivery(5, 6);
    const lacks = (from: number) => ({
      ...all,
      observations: all.observations.filter(
        ({ variantId, bucketStart }) =>
          variantId !== 'c1' || bucketStart < START + (14 + 24 * from) * HOUR_MS,
      ),
    });
    expect(messages(lacks(4))).toEqual(['c1 has delivered nothing for 1 whole day ≥ 1 whole day']);
    expect(messages(lacks(0))).toEqual(['c1 has delivered nothing for 5 whole days ≥ 1 whole day']);
  });

  it('is each variant as soon as a day of 25 hours must have closed without a row', () => {
    expect(messages(dayDelivery(5, 25))).toHaveLength(2);
    expect(messages({ ...dayDelivery(5, 6 + 48), observations: dayDelivery(5, 6).observations })).toEqual([
      'control has delivered nothing for 2 whole days ≥ 1 whole day',
      'c1 has delivered nothing for 2 whole days ≥ 1 whole day',
    ]);
  });

  it('is none before a whole day can have closed, even if the day of the start has 25 hours', () => {
    const none = (hours: number) => ({
      ...dayDelivery(0, 0),
      dueAt: START + hours * HOUR_MS,
    });
    for (const hours of [0, 6, 24, 38, 49.9]) expect(messages(none(hours))).toEqual([]);
    expect(messages(none(50))).toHaveLength(2);
  });

  it('does not result from a day of 23 or 25 hours', () => {
    for (const length of [23, 25]) {
      const shifted = dayDelivery(3, 6);
      const changed = shifted.observations.map((row) =>
        row.bucketStart === START + (14 + 48) * HOUR_MS
          ? { ...row, bucketEnd: row.bucketStart + length * HOUR_MS }
          : row,
      );
      expect(messages({ ...shifted, observations: changed })).toEqual([]);
      const silent = changed.map((row) =>
        row.variantId === 'c1' && row.bucketStart === START + (14 + 48) * HOUR_MS
          ? { ...row, impressions: 0 }
          : row,
      );
      expect(messages({ ...shifted, observations: silent })).toEqual([
        'c1 has delivered nothing for 1 whole day ≥ 1 whole day',
      ]);
    }
  });
});

describe('spend against the plan, by days', () => {
  const even = { control: 5_000, c1: 5_000 };
  const off = (day: number) => (id: string, of: number) => (id === 'c1' && of === day ? { spend: 220 } : {});

  it('compares the last whole day, at any hour of the next', () => {
    for (const hour of [0, 6, 23]) {
      expect(spendOffPlan(dayDelivery(3, hour, off(2)), even)[0]).toMatchObject({
        level: 'block',
        message:
          'control spent 31.3 % of the last whole day against 50.0 % planned, off by -37.5 % < -35.0 %',
      });
      expect(spendOffPlan(dayDelivery(3, hour, off(1)), even)).toEqual([]);
    }
  });

  it('finds nothing before there is a whole day, or if the last one is long over', () => {
    expect(spendOffPlan(dayDelivery(0, 10), even)).toEqual([]);
    expect(spendOffPlan(dayDelivery(3, 25, off(2)), even)).toEqual([]);
  });
});

describe('spend against the plan', () => {
  const even = { control: 5_000, c1: 5_000 };
  const offBy = (spend: number) =>
    spendOffPlan(
      delivery(48, (id) => (id === 'c1' ? { spend } : {})),
      even,
    );

  it('is ignored within 10 %, gives a warning beyond that, and blocks beyond 35 %', () => {
    expect(offBy(121)).toEqual([]);
    expect(offBy(130)[0]).toMatchObject({
      level: 'warn',
      message: 'control spent 43.5 % of the last 24 h against 50.0 % planned, off by -13.0 % < -10.0 %',
    });
    expect(offBy(220)[0]).toMatchObject({ code: 'spend_off_plan', level: 'block' });
    expect(offBy(220)[0]?.message).toMatch(/^(control|c1) spent \d+\.\d % .* [<>] [+-]35\.0 %$/);
  });

  it('compares the last day with the current budgets: an uneven plan is fine if it is kept', () => {
    const threefold = delivery(48, (id, hour) => ({ spend: id === 'c1' && hour >= 24 ? 300 : 100 }));
    expect(spendOffPlan(threefold, { control: 2_000, c1: 6_000 })).toEqual([]);
    expect(spendOffPlan(threefold, even)[0]?.level).toBe('block');
  });

  it('is not judged on the first day, without spend, or if a budget is missing', () => {
    expect(
      spendOffPlan(
        delivery(23, () => ({ spend: 0 })),
        even,
      ),
    ).toEqual([]);
    expect(
      spendOffPlan(
        delivery(48, () => ({ spend: 0 })),
        even,
      ),
    ).toEqual([]);
    expect(
      spendOffPlan(
        delivery(48, (id) => (id === 'c1' ? { spend: 900 } : {})),
        { control: 1 },
      ),
    ).toEqual([]);
    const named = delivery(48, (id) => (id === 'c1' ? { variantId: 'constructor' } : {}));
    expect(spendOffPlan({ ...named, variantIds: ['control', 'constructor'] }, { control: 1 })).toEqual([]);
  });
});

describe('a mix shift', () => {
  const metric = METRICS.click_through_rate;
  /** Good hours have twice the click rate; c1 gets `share` of its impressions in them. */
  const rows = (share: number) =>
    Array.from({ length: 100 }, (_, hour) => {
      const good = hour % 2 === 0;
      const rate = good ? 0.04 : 0.02;
      const exposureB = Math.round(2_000 * (good ? share : 1 - share));
      const scatter = 1 + ((hour % 7) - 3) / 20;
      return {
        exposureA: 1_000,
        eventsA: Math.round(1_000 * rate),
        exposureB,
        eventsB: Math.round(exposureB * rate * scatter),
      };
    });

  it('is reported if crude and stratified estimates are more than a standard error apart', () => {
    expect(mixShift(metric, ['control', 'c1'], rows(0.5), 'hour')).toEqual([]);
    const [shifted] = mixShift(metric, ['control', 'c1'], rows(0.8), 'hour');
    expect(shifted).toMatchObject({ code: 'mix_shift', level: 'warn' });
    expect(shifted?.message).toMatch(
      /^delivery of control and c1 shifted between hours: rates of the totals differ by \+\d+\.\d %, hour by hour by [+-]\d\.\d %, \d+\.\d standard errors > 1 apart/,
    );
  });

  it('is a shift between days if buckets are days', () => {
    expect(mixShift(metric, ['control', 'c1'], rows(0.8), 'day')[0]?.message).toMatch(
      /^delivery of control and c1 shifted between days: rates of the totals differ by .*, day by day by /,
    );
  });

  it('is not found without data', () => {
    expect(mixShift(metric, ['control', 'c1'], [], 'hour')).toEqual([]);
  });
});

describe('shared budgets', () => {
  it('are reported for each campaign that has them, and block nothing', () => {
    expect(sharedBudgets([])).toEqual([]);
    expect(sharedBudgets(['401', '402'])).toEqual(
      ['401', '402'].map((id) => ({
        code: 'budget_sharing',
        level: 'warn',
        message: `Campaign ${id} shares up to 20 % of its ad sets' budgets between them: the split between the ads is not exact`,
      })),
    );
  });
});

describe('a starved variant', () => {
  const few = (id: string) => (id === 'c1' ? { linkClicks: 0, conversions: 0 } : {});

  it('is one with too few events after a week', () => {
    const starved = (hours: number) =>
      starvedVariants(METRICS.click_through_rate, delivery(hours, few), 25, 0);
    expect(starved(167)).toEqual([]);
    expect(starved(168)).toEqual([
      { code: 'starved', level: 'block', message: 'c1 has 0 link clicks < 25 after 7 days' },
    ]);
  });

  it('has one more day, that of the start, if buckets are days', () => {
    const starved = (days: number, hour: number) =>
      starvedVariants(METRICS.click_through_rate, dayDelivery(days, hour, few), 25, 0).map(
        ({ message }) => message,
      );
    expect(starved(7, 0)).toEqual([]);
    expect(starved(7, 9.9)).toEqual([]);
    expect(starved(7, 10)).toEqual(['c1 has 0 link clicks < 25 after 8 days']);
  });

  it('counts the conversions of whole days whose events are known', () => {
    const one = (id: string) => (id === 'c1' ? { conversions: 2 } : { conversions: 30 });
    const starved = starvedVariants(METRICS.conversion_rate, dayDelivery(12, 6, one), 25, 72);
    // 72 h before the cut-off, at six in the morning, nine days had ended.
    expect(starved.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^c1 has 18 conversions < 25 after 12 days, of 24 in all \(conversions count 3 days after the click: those since \d{4}-\d\d-\d\d \d\d:00 UTC don't count yet\)$/,
      ),
    ]);
  });

  it('also has the time in which conversions are booked', () => {
    const starved = (hours: number) =>
      starvedVariants(METRICS.conversion_rate, delivery(hours, few), 25, 72).map(({ message }) => message);
    expect(starved(239)).toEqual([]);
    expect(starved(240)).toEqual(['c1 has 0 conversions < 25 after 10 days']);
  });
});
