import { describe, expect, it } from 'vitest';
import { type LookInput, takeLook } from '../../../src/domain/decision/look.js';
import { mostMoved } from '../../../src/domain/decision/segment-mix.js';
import { standingOf } from '../../../src/domain/decision/standing.js';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/experiment.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import type { SegmentObserved } from '../../../src/domain/segments.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { Random } from '../../../src/sandbox/random.js';
import { hourAt, START, variants } from '../support/traffic.js';

const YOUNG = '18-24 female';
const OLD = '45-54 female';
const RATES: Record<string, number> = { [YOUNG]: 0.06, [OLD]: 0.02 };

/**
 * Two ads from midnight on, whose young people click 3 times as often. `young`: the share of the young per ad; `lift`: of
 * the challenger in each segment.
 */
function delivered(key: string, days: number, young: [number, number], lift = 0) {
  const random = new Random(key);
  const observations: Observed[] = [];
  const cells = new Map<string, SegmentObserved>();
  for (let hour = 0; hour < 24 * days; hour++) {
    for (const [index, { id: variantId }] of variants.entries()) {
      const sums = { impressions: 0, clicks: 0, linkClicks: 0, spend: 0, conversions: 0, revenue: 0 };
      for (const segment of [YOUNG, OLD]) {
        const share = segment === YOUNG ? young[index]! : 1 - young[index]!;
        const impressions = random.poisson(1_000 * share);
        const linkClicks = random.binomial(impressions, RATES[segment]! * (index === 0 ? 1 : 1 + lift));
        const day = Math.floor(hour / 24);
        const key = `${variantId} ${segment} ${day}`;
        const cell = cells.get(key) ?? {
          ...{ variantId, breakdown: 'age_gender' as const, segment, ...sums, impressions: 0, linkClicks: 0 },
          ...{ clicks: 0, bucketStart: hourAt(24 * day), bucketEnd: hourAt(24 * (day + 1)) },
        };
        cell.impressions += impressions;
        cell.linkClicks += linkClicks;
        cell.clicks += linkClicks;
        cells.set(key, cell);
        sums.impressions += impressions;
        sums.linkClicks += linkClicks;
        sums.clicks += linkClicks;
      }
      sums.spend = sums.impressions;
      observations.push({
        variantId,
        bucketStart: hourAt(hour),
        bucketEnd: hourAt(hour + 1),
        ...sums,
      });
    }
  }
  return { observations, segments: [...cells.values()] };
}

function input(policy: Partial<Policy>, data: ReturnType<typeof delivered>, hours: number): LookInput {
  const dueAt = START + hours * HOUR_MS;
  const experiment = { variants, policy: { ...DEFAULT_POLICY, ...policy }, startedAt: START };
  const closed = <Row extends { bucketEnd: number }>(rows: Row[]) =>
    rows.filter(({ bucketEnd }) => bucketEnd <= dueAt);
  return {
    ...{ experiment, lookNumber: 1, dueAt, previous: null, states: {} },
    observations: closed(data.observations),
    segments: closed(data.segments),
  };
}

const finding = (look: ReturnType<typeof takeLook>) =>
  look.health.find(({ code }) => code === 'segment_mix') ?? null;

describe('equal ads that reach different people', () => {
  const data = delivered('mixed', 4, [0.3, 0.5]);

  it('have a false winner by hours, with a warning that names the segments and their shares', () => {
    const look = takeLook(input({ guardrails: [] }, data, 96));
    expect(look).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
    expect(look.pairs[0]!.segments).toBeUndefined();
    expect(finding(look)).toMatchObject({
      level: 'warn',
      message:
        'c1 over control is +24.7 % by hours and +0.5 % by segments of age and gender, 8.5 standard errors > 1 apart: the ads reach different people; the hours count (policy.strata "segment" weighs segments instead); 18-24 female: 29.9 % of the impressions of control and 49.9 % of c1, with 1.6 times the average rate; 45-54 female: 70.1 % of the impressions of control and 50.1 % of c1, with 0.6 times the average rate',
    });
    expect(look.reasons).toContainEqual(`${finding(look)!.message}.`);
  });

  it('have none by segments; the look says by which breakdown', () => {
    const look = takeLook(input({ strata: 'segment', guardrails: [] }, data, 96));
    expect(look.verdict).toBe('continue_testing');
    expect(look.pairs[0]!.segments?.breakdown).toBe('age_gender');
    expect(finding(look)?.message).toContain('; the segments count; ');
    expect(Math.abs(look.pairs[0]!.evidence.theta)).toBeLessThan(0.04);
    const { observations, segments, experiment, dueAt } = input({ strata: 'segment' }, data, 96);
    expect(standingOf({ experiment, observations, segments: segments!, dueAt }).theta).toBe(
      Math.abs(look.pairs[0]!.evidence.theta),
    );
  });
});

describe('segments', () => {
  it('find a better ad although it reaches fewer of the people who click', () => {
    const data = delivered('better', 6, [0.5, 0.4], 0.15);
    const byHours = takeLook(input({ guardrails: [] }, data, 144));
    const bySegments = takeLook(input({ strata: 'segment', guardrails: [] }, data, 144));
    expect(byHours.verdict).toBe('continue_testing');
    expect(bySegments).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
  });

  it('that both ads reach alike bring no warning', () => {
    const look = takeLook(input({ guardrails: [] }, delivered('alike', 4, [0.4, 0.4], 0.1), 96));
    expect(finding(look)).toBeNull();
  });

  it('are compared with the hours of the same days only', () => {
    const data = delivered('later', 4, [0.4, 0.4]);
    // After the last whole day the challenger has twice the clicks.
    const later = data.observations
      .filter(({ bucketStart }) => bucketStart < hourAt(18))
      .map((row) => ({
        ...row,
        bucketStart: row.bucketStart + 96 * HOUR_MS,
        bucketEnd: row.bucketEnd + 96 * HOUR_MS,
        linkClicks: row.variantId === 'c1' ? 2 * row.linkClicks : row.linkClicks,
      }));
    const more = { ...data, observations: [...data.observations, ...later] };
    expect(finding(takeLook(input({ guardrails: [] }, more, 114)))).toBeNull();
  });

  it('wait for the first whole day, and say what a cell is', () => {
    const data = delivered('early', 2, [0.4, 0.4]);
    const look = takeLook(input({ strata: 'segment', guardrails: [] }, { ...data, segments: [] }, 36));
    expect(look).toMatchObject({ verdict: 'insufficient_data', leaderVariantId: null });
    expect(look.reasons).toContain('control and c1 delivered together in 0 cells < 3.');
    expect(look.reasons.at(-1)).toBe('A cell is a whole day of one segment of the audience.');
  });
});

describe('the segments that move most', () => {
  it('come first, with the shares of each ad and the relative rate', () => {
    const row = (segment: string, [exposureA, eventsA, exposureB, eventsB]: number[]) => ({
      ...{ segment, exposureA: exposureA!, eventsA: eventsA!, exposureB: exposureB!, eventsB: eventsB! },
    });
    const moved = mostMoved([
      row('a', [100, 2, 100, 2]),
      row('b', [300, 30, 100, 10]),
      row('c', [100, 4, 300, 12]),
    ]);
    expect(moved.map(({ segment }) => segment)).toEqual(['b', 'c', 'a']);
    expect(moved[0]).toMatchObject({ shareA: 0.6, shareB: 0.2 });
    expect(moved[0]!.rate).toBeCloseTo(0.1 / 0.06, 10);
  });
});
