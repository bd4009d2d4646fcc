import { afterEach, describe, expect, it } from 'vitest';
import { Calendar } from '../../../src/sandbox/meta-simulator/calendar.js';
import { Delivery } from '../../../src/sandbox/meta-simulator/delivery.js';
import { DAY, HOUR, type HourRow, START, Stage, total } from './support.js';

let stage: Stage;
afterEach(async () => {
  await stage.dispose();
});

const of = (rows: HourRow[], adId: string) => rows.filter((row) => row.adId === adId);
const rate = (rows: HourRow[]) => total(rows, 'linkClicks') / total(rows, 'impressions');

function correlation(xs: number[], ys: number[]): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const sum = (f: (i: number) => number) => xs.reduce((acc, _, i) => acc + f(i), 0);
  const xy = sum((i) => (xs[i]! - mx) * (ys[i]! - my));
  return xy / Math.sqrt(sum((i) => (xs[i]! - mx) ** 2) * sum((i) => (ys[i]! - my) ** 2));
}

describe('delivery', () => {
  it('shows the hidden click rates over many hours', async () => {
    stage = await new Stage({ seed: 3 }).open();
    stage.clock.pass(60 * DAY);
    const rows = await stage.hours();
    const [control, challenger] = stage.ads.map((id) => rate(of(rows, id)));
    expect(control! / 0.04).toBeGreaterThan(0.95);
    expect(control! / 0.04).toBeLessThan(1.05);
    // Both ads share the drift, so it cancels in the ratio.
    expect(challenger! / control! / 1.25).toBeGreaterThan(0.97);
    expect(challenger! / control! / 1.25).toBeLessThan(1.03);
    expect(total(rows, 'clicks')).toBeGreaterThan(total(rows, 'linkClicks'));
  });

  it('drifts with a mean of 1, in the same way for all ads of the account', async () => {
    stage = await new Stage().open();
    const [a, b] = (
      await stage.market.createTest({
        name: 'large',
        ads: [0.04, 0.05].map((trueClickRate, i) => ({ name: `${i}`, dailyBudget: 500_000, trueClickRate })),
      })
    ).adIds as [string, string];
    stage.clock.pass(28 * DAY);
    const rows = await stage.hours();
    const logs = [a, b].map((id) => of(rows, id).map((row) => Math.log(row.linkClicks / row.impressions)));
    const delivery = new Delivery(1, new Calendar('UTC'));
    const first = Math.floor(START / HOUR);
    const drift = logs[0]!.map((_, i) => Math.log(delivery.drift(first + i)));
    // Shared variance over total variance: 0.021 / (0.021 + 0.04) = 0.34 between two ads.
    expect(correlation(logs[0]!, logs[1]!)).toBeGreaterThan(0.2);
    const residual = logs.map((log, ad) =>
      log.map((value, i) => value - drift[i]! - Math.log([0.04, 0.05][ad]!)),
    );
    expect(Math.abs(correlation(residual[0]!, residual[1]!))).toBeLessThan(0.1);
    // The rest is the variation of 20 % between hours.
    for (const log of residual) {
      const mean = log.reduce((x, y) => x + y, 0) / log.length;
      const deviation = Math.sqrt(log.reduce((s, x) => s + (x - mean) ** 2, 0) / log.length);
      expect(deviation).toBeGreaterThan(0.17);
      expect(deviation).toBeLessThan(0.24);
    }
    const year = Array.from({ length: 3 * 365 * 24 }, (_, i) => delivery.drift(first + i));
    expect(Math.abs(year.reduce((x, y) => x + y, 0) / year.length - 1)).toBeLessThan(0.02);
  });

  it('spends according to the budget in force, to the minute, and never far above it', async () => {
    stage = await new Stage().open();
    const [big] = (
      await stage.market.createTest({
        name: 'big',
        ads: [{ name: 'big', dailyBudget: 2_400_000, trueClickRate: 0.02 }],
      })
    ).adSetIds as [string];
    stage.clock.pass(10 * HOUR + 30 * 60_000);
    expect((await stage.setBudget(big, 7_200_000)).body).toEqual({ success: true });
    stage.clock.pass(5 * HOUR + 30 * 60_000);
    const spends = (await stage.hours()).filter((row) => row.spend > 100).map((row) => row.spend);
    expect(spends).toHaveLength(16);
    const planned = [...Array(10).fill(1_000), 2_000, ...Array(5).fill(3_000)];
    spends.forEach((spend, hour) => {
      expect(spend / planned[hour]).toBeGreaterThan(0.7);
      expect(spend / planned[hour]).toBeLessThan(1.3);
    });
    const small = (await stage.hours()).filter((row) => row.adId === stage.ads[0]);
    expect(total(small, 'spend')).toBeLessThan(1.2 * ((16 / 24) * 50));
    expect(total(small, 'spend')).toBeGreaterThan(0.8 * ((16 / 24) * 50));
  });

  it('follows lifetime and campaign budgets, and does not overspend the smallest budget on any day', async () => {
    stage = await new Stage().open();
    const [control, challenger] = stage.adSets;
    const end = stage.clock.instant + 10 * DAY;
    await stage.market.edit(control, { daily_budget: null, lifetime_budget: 120_000, end_time: end });
    await stage.market.edit(challenger, { daily_budget: 100 });
    stage.clock.pass(12 * DAY);
    const perDay = (rows: HourRow[]) => {
      const days = new Map<string, number>();
      for (const { day, spend } of rows) days.set(day, (days.get(day) ?? 0) + spend);
      return [...days.values()];
    };
    const rows = await stage.hours();
    const lifetime = perDay(of(rows, stage.ads[0]));
    expect(lifetime).toHaveLength(10);
    for (const spent of lifetime) expect(Math.abs(spent - 120)).toBeLessThan(25);
    const least = perDay(of(rows, stage.ads[1]));
    expect(least).toHaveLength(12);
    for (const spent of least) expect(Math.abs(spent - 1)).toBeLessThan(0.75);

    await stage.market.edit(stage.test.campaignId, { daily_budget: 30_000 });
    stage.clock.pass(DAY);
    await stage.market.edit(control, { end_time: null });
    stage.clock.pass(DAY);
    const shared = of(await stage.hours(), stage.ads[1]).filter(({ day }) => day >= '2026-12-05');
    for (const spent of perDay(shared)) expect(Math.abs(spent - 150)).toBeLessThan(25);
  });

  it("delivers nothing before its campaign's start or after its end", async () => {
    stage = await new Stage().open();
    const start_time = stage.clock.instant + 2 * HOUR;
    await stage.market.edit(stage.test.campaignId, { start_time, stop_time: start_time + 3.5 * HOUR });
    stage.clock.pass(10 * HOUR);
    const rows = await stage.hours();
    for (const ad of stage.ads) expect(of(rows, ad).map(({ hour }) => hour)).toEqual([2, 3, 4, 5]);
  });

  it('delivers nothing while the ad, its ad set or its campaign is paused, or after the end', async () => {
    stage = await new Stage().open();
    const pauses = [stage.ads[0], stage.adSets[0], stage.test.campaignId];
    for (const id of pauses) {
      await stage.market.edit(id, { status: 'PAUSED' });
      stage.clock.pass(2 * HOUR);
      await stage.market.edit(id, { status: 'ACTIVE' });
      stage.clock.pass(2 * HOUR);
    }
    await stage.market.edit(stage.adSets[0], { end_time: stage.clock.instant });
    stage.clock.pass(4 * HOUR);
    const rows = await stage.hours();
    expect(of(rows, stage.ads[0]).map(({ hour }) => hour)).toEqual([2, 3, 6, 7, 10, 11]);
    expect(of(rows, stage.ads[1]).map(({ hour }) => hour)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15,
    ]);
  });

  it('shows the current hour as far as it is over, and never changes what it has shown', async () => {
    stage = await new Stage().open();
    stage.clock.pass(5 * HOUR);
    let before = await stage.hours();
    const seen: number[] = [];
    for (let minutes = 0; minutes < 60; minutes += 10) {
      stage.clock.pass(10 * 60_000);
      const now = await stage.hours();
      for (const row of before) {
        const later = now.find(({ adId, hour }) => adId === row.adId && hour === row.hour)!;
        expect(later.impressions).toBeGreaterThanOrEqual(row.impressions);
        expect(later.linkClicks).toBeGreaterThanOrEqual(row.linkClicks);
        expect(later.spend).toBeGreaterThanOrEqual(row.spend);
        if (row.hour < 5) expect(later).toEqual(row);
      }
      seen.push(of(now, stage.ads[0]).find(({ hour }) => hour === 5)?.impressions ?? 0);
      before = now;
    }
    expect(seen[0]).toBe(0);
    expect(seen[2]).toBeGreaterThan(0);
    expect(seen[5]).toBeGreaterThan(1.5 * seen[2]!);
  });

  it('is the same for an ad whatever other ads there are, and however often it is read', async () => {
    stage = await new Stage().open();
    for (let i = 0; i < 30; i++) {
      stage.clock.pass(HOUR / 2);
      await stage.hours();
    }
    const often = await stage.hours();
    const other = new Stage();
    await other.open();
    try {
      await other.market.createTest({
        name: 'beside',
        ads: [{ name: 'x', dailyBudget: 9_000, trueClickRate: 0.1 }],
      });
      await other.market.edit(other.adSets[1], { daily_budget: 50_000 });
      other.clock.pass(15 * HOUR);
      const once = await other.hours();
      expect(of(once, other.ads[0])).toEqual(of(often, stage.ads[0]));
      expect(of(once, other.ads[1])).not.toEqual(of(often, stage.ads[1]));
    } finally {
      await other.dispose();
    }
  });

  it('is another one for another seed', async () => {
    stage = await new Stage({ seed: 1 }).open();
    const other = await new Stage({ seed: 2 }).open();
    try {
      stage.clock.pass(DAY);
      other.clock.pass(DAY);
      expect(other.ads).not.toEqual(stage.ads);
      const figures = (rows: HourRow[]) =>
        rows.map(({ impressions, linkClicks }) => [impressions, linkClicks]);
      expect(figures(await other.hours())).not.toEqual(figures(await stage.hours()));
    } finally {
      await other.dispose();
    }
  });
});

describe('a spend cap', () => {
  const spentCents = async (adIds?: string[]) => {
    const rows = await stage.hours();
    return Math.round(100 * total(adIds ? rows.filter(({ adId }) => adIds.includes(adId)) : rows, 'spend'));
  };

  it('of the account ends all delivery, with every status as it was, until it is raised', async () => {
    stage = await new Stage().open();
    const { account } = stage.market;
    await stage.market.edit(account.id, { spend_cap: 6_000 });
    stage.clock.pass(2 * DAY);
    const capped = await spentCents();
    expect(capped).toBeGreaterThanOrEqual(5_990);
    // At 100.00 a day, a quarter of an hour spends 1.04, or 1.30 at the highest pace, before chance.
    expect(capped).toBeLessThan(6_000 + 250);
    const fields = { fields: 'account_status,spend_cap,amount_spent' };
    expect((await stage.get(account.id, fields)).body).toMatchObject({
      account_status: 1,
      spend_cap: '6000',
      amount_spent: expect.stringMatching(/^(59|60|61|62)\d\d$/),
    });
    expect((await stage.get(stage.ads[0], { fields: 'effective_status' })).body.effective_status).toBe(
      'ACTIVE',
    );
    await stage.market.edit(account.id, { spend_cap: 12_000 });
    stage.clock.pass(DAY);
    expect(await spentCents()).toBeGreaterThan(capped + 4_000);
    expect(await spentCents()).toBeLessThan(12_000 + 250);
    await stage.market.edit(account.id, { spend_cap: 0 });
    stage.clock.pass(DAY);
    expect(await spentCents()).toBeGreaterThan(capped + 12_000);
  });

  it('of a campaign ends only its own delivery', async () => {
    stage = await new Stage().open();
    const other = await stage.market.createTest({
      name: 'other',
      ads: [{ name: 'other', dailyBudget: 5_000, trueClickRate: 0.02 }],
    });
    await stage.market.edit(stage.test.campaignId, { spend_cap: 4_000 });
    stage.clock.pass(2 * DAY);
    expect(await spentCents(stage.ads)).toBeLessThan(4_250);
    expect(await spentCents(other.adIds)).toBeGreaterThan(9_000);
    expect((await stage.get(stage.test.campaignId, { fields: 'spend_cap' })).body.spend_cap).toBe('4000');
    expect((await stage.get(other.campaignId, { fields: 'spend_cap' })).body).toEqual({
      id: other.campaignId,
    });
  });

  it('gives the same delivery whichever ad is read first, and after a restart', async () => {
    const seen: unknown[] = [];
    for (const ad of [0, 1] as const) {
      stage = await new Stage().open();
      await stage.market.edit(stage.market.account.id, { spend_cap: 5_000 });
      stage.clock.pass(DAY);
      await stage.get(`${stage.ads[ad]}/insights`, {
        time_range: { since: '2026-11-23', until: '2026-11-24' },
      });
      seen.push(await stage.hours());
      await stage.restart();
      seen.push(await stage.hours());
      if (ad === 0) await stage.dispose();
    }
    for (const rows of seen) expect(rows).toEqual(seen[0]);
  });
});
