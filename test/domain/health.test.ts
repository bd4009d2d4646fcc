import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/domain/experiment.js';
import { mixShift, silentVariants, spendOffPlan, starvedVariants } from '../../src/domain/health.js';
import { METRICS, type Observed } from '../../src/domain/metric.js';

const START = Date.UTC(2026, 0, 5);
const IDS = ['control', 'c1'];

function observed(variantId: string, hour: number, changes: Partial<Observed> = {}): Observed {
  const counts = { impressions: 1_000, clicks: 25, linkClicks: 20, spend: 100, conversions: 1, revenue: 400 };
  const bucketStart = START + hour * HOUR_MS;
  return { variantId, bucketStart, bucketEnd: bucketStart + HOUR_MS, ...counts, ...changes };
}

/** So many hours of two variants, each changed by its own function of the hour. */
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
      { code: 'no_delivery', level: 'block', message: 'c1 has delivered nothing for 6 h ≥ 6 h' },
    ]);
  });

  it('is one that never delivered, too; an hour that is still open is not held against it', () => {
    const early = { variantIds: IDS, observations: [], startedAt: START, buckets: 'hour' as const };
    expect(silentVariants({ ...early, dueAt: START + 5.99 * HOUR_MS })).toEqual([]);
    expect(silentVariants({ ...early, dueAt: START + 6 * HOUR_MS })).toHaveLength(2);
  });
});

describe('spend against the plan', () => {
  const even = { control: 5_000, c1: 5_000 };
  const offBy = (spend: number) =>
    spendOffPlan(
      delivery(48, (id) => (id === 'c1' ? { spend } : {})),
      even,
    );

  it('is left alone within a tenth, warned of beyond it, and blocks beyond 35 %', () => {
    expect(offBy(121)).toEqual([]);
    expect(offBy(130)[0]).toMatchObject({
      level: 'warn',
      message: 'control spent 43.5 % of the last 24 h against 50.0 % planned, off by -13.0 % < -10.0 %',
    });
    expect(offBy(220)[0]).toMatchObject({ code: 'spend_off_plan', level: 'block' });
    expect(offBy(220)[0]?.message).toMatch(/^(control|c1) spent \d+\.\d % .* [<>] [+-]35\.0 %$/);
  });

  it('is the last day against budgets as they are: an uneven plan that is kept is fine', () => {
    const threefold = delivery(48, (id, hour) => ({ spend: id === 'c1' && hour >= 24 ? 300 : 100 }));
    expect(spendOffPlan(threefold, { control: 2_000, c1: 6_000 })).toEqual([]);
    expect(spendOffPlan(threefold, even)[0]?.level).toBe('block');
  });

  it('is not judged in the first day, without spend, or without every budget', () => {
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

  it('is said where crude and stratified estimates are more than a standard error apart', () => {
    expect(mixShift(metric, ['control', 'c1'], rows(0.5), 'hour')).toEqual([]);
    const [shifted] = mixShift(metric, ['control', 'c1'], rows(0.8), 'hour');
    expect(shifted).toMatchObject({ code: 'mix_shift', level: 'warn' });
    expect(shifted?.message).toMatch(
      /^delivery of control and c1 shifted between hours: rates of the totals differ by \+\d+\.\d %, hour by hour by [+-]\d\.\d %, \d+\.\d standard errors > 1 apart/,
    );
  });

  it('is not seen without data', () => {
    expect(mixShift(metric, ['control', 'c1'], [], 'hour')).toEqual([]);
  });
});

describe('a starved variant', () => {
  const few = (id: string) => (id === 'c1' ? { linkClicks: 0, conversions: 0 } : {});

  it('is one with too few events after a week', () => {
    const starved = (hours: number) =>
      starvedVariants(METRICS.click_through_rate, delivery(hours, few), 25, 24);
    expect(starved(167)).toEqual([]);
    expect(starved(168)).toEqual([
      { code: 'starved', level: 'block', message: 'c1 has 0 link clicks < 25 after 7 days' },
    ]);
  });

  it('has as long as conversions take to be booked on top', () => {
    const starved = (hours: number) =>
      starvedVariants(METRICS.conversion_rate, delivery(hours, few), 25, 72).map(({ message }) => message);
    expect(starved(239)).toEqual([]);
    expect(starved(240)).toEqual(['c1 has 0 conversions < 25 after 10 days']);
  });
});
