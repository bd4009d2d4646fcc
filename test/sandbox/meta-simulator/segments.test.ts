import { afterEach, describe, expect, it } from 'vitest';
import type { MarketSegments } from '../../../src/sandbox/meta-simulator/index.js';
import { Audience } from '../../../src/sandbox/meta-simulator/segments.js';
import { DAY, Stage } from './support.js';

let stage: Stage;
afterEach(() => stage.dispose());

const MIXED: MarketSegments = { by: 'age', contrast: 4, spread: 0.5, memoryHours: 24 };
const AMOUNTS = ['impressions', 'clicks', 'inline_link_clicks', 'spend'] as const;
const HOURLY = 'hourly_stats_aggregated_by_advertiser_time_zone';

async function opened(): Promise<{ adIds: string[] }> {
  stage = await new Stage().open();
  return stage.market.createTest({
    name: 'segments',
    ads: [
      { name: 'control', dailyBudget: 50_000, trueClickRate: 0.04 },
      { name: 'challenger', dailyBudget: 50_000, trueClickRate: 0.04 },
    ],
    segments: MIXED,
  });
}

async function read(adIds: string[], breakdowns: string[]) {
  const { status, body } = await stage.get(`${stage.market.account.id}/insights`, {
    level: 'ad',
    time_increment: 1,
    time_range: { since: '2026-11-23', until: '2026-12-31' },
    filtering: [{ field: 'ad.id', operator: 'IN', value: adIds }],
    fields: `ad_id,${AMOUNTS.join()}`,
    limit: 5_000,
    ...(breakdowns.length > 0 && { breakdowns }),
  });
  return { status, rows: body.data ?? [], error: body.error };
}

const sumOf = (rows: Record<string, string>[], field: (typeof AMOUNTS)[number]) =>
  Math.round(rows.reduce((sum, row) => sum + Number(row[field] ?? 0), 0) * 100) / 100;

describe('breakdowns of insights', () => {
  it.each([
    [['age', 'gender'], 4],
    [['age'], 4],
    [['publisher_platform', 'platform_position'], 2],
    [[HOURLY], 24],
  ])('by %j have rows that sum to the totals', async (breakdowns, perDay) => {
    const { adIds } = await opened();
    stage.clock.pass(2 * DAY);
    const totals = (await read(adIds, [])).rows;
    const { rows } = await read(adIds, breakdowns);
    const [first] = totals;
    const own = rows.filter((row) => row.ad_id === first!.ad_id && row.date_start === '2026-11-24');
    expect(own).toHaveLength(perDay);
    for (const name of breakdowns) expect(own[0]).toHaveProperty(name);
    for (const field of AMOUNTS) {
      expect(sumOf(totals, field)).toBeGreaterThan(0);
      expect(sumOf(rows, field)).toBe(sumOf(totals, field));
    }
  });

  it.each([
    [['age', 'publisher_platform']],
    [['platform_position']],
    [['age', HOURLY]],
    [['age', 'gender', 'publisher_platform', 'platform_position']],
  ])('that Meta does not combine are refused: %j', async (breakdowns) => {
    const { adIds } = await opened();
    expect(await read(adIds, breakdowns)).toMatchObject({ status: 400, error: { code: 100 } });
  });

  it('of a test without segments have one segment, and change nothing else', async () => {
    stage = await new Stage().open();
    stage.clock.pass(DAY);
    const totals = (await read([...stage.ads], [])).rows;
    const { rows } = await read([...stage.ads], ['age', 'gender']);
    expect(rows).toEqual(totals.map((row) => ({ ...row, age: '25-34', gender: 'female' })));
  });

  it('are the same after a restart', async () => {
    const { adIds } = await opened();
    stage.clock.pass(DAY);
    const before = await read(adIds, ['age', 'gender']);
    await stage.restart();
    expect(await read(adIds, ['age', 'gender'])).toEqual(before);
  });

  it('show click rates that differ by the contrast', async () => {
    const { adIds } = await opened();
    stage.clock.pass(6 * DAY);
    const { rows } = await read(adIds, ['age']);
    const rateOf = (age: string) => {
      const own = rows.filter((row) => row.age === age);
      return sumOf(own, 'inline_link_clicks') / sumOf(own, 'impressions');
    };
    expect(rateOf('45-54') / rateOf('18-24')).toBeGreaterThan(3);
    expect(rateOf('45-54') / rateOf('18-24')).toBeLessThan(5);
  });
});

describe("an audience's shares", () => {
  const shares = (memoryHours: number | null, adId: string, hour: number) =>
    new Audience(1, { ...MIXED, memoryHours }).mix(adId, hour).map(({ share }) => share);
  const apart = (one: number[], other: number[]) =>
    one.reduce((sum, share, i) => sum + Math.abs(share - other[i]!), 0);

  it('sum to 1, and are of each ad', async () => {
    stage = await new Stage().open();
    const own = shares(24, 'a', 500_000);
    expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(apart(own, shares(24, 'b', 500_000))).toBeGreaterThan(0.05);
  });

  it('drift with their memory, or stay', async () => {
    stage = await new Stage().open();
    const hours = Array.from({ length: 40 }, (_, i) => 500_000 + 97 * i);
    const moved = (memoryHours: number | null, by: number) =>
      hours.reduce(
        (sum, hour) => sum + apart(shares(memoryHours, 'a', hour), shares(memoryHours, 'a', hour + by)),
        0,
      ) / hours.length;
    expect(moved(24, 1)).toBeLessThan(0.5 * moved(24, 48));
    expect(moved(6, 12)).toBeGreaterThan(1.2 * moved(24, 12));
    expect(moved(null, 48)).toBe(0);
  });
});
