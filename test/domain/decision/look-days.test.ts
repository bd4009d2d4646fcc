import { describe, expect, it } from 'vitest';
import { type LookInput, takeLook } from '../../../src/domain/decision/look.js';
import { ruleSettings } from '../../../src/domain/decision/rule-settings.js';
import { standingOf } from '../../../src/domain/decision/standing.js';
import {
  DEFAULT_POLICY,
  type Experiment,
  type Policy,
  type Variant,
} from '../../../src/domain/experiment.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { poisson, random } from '../evidence/simulate.js';

/** Ten in the morning: the day of the start has 14 hours left. */
const START = Date.UTC(2026, 2, 2, 10);
const MIDNIGHT = START + 14 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

const variants = ['control', 'c1'].map(
  (id, index): Variant => ({
    id,
    role: index === 0 ? 'control' : 'challenger',
    adId: `60${index}`,
    adSetId: `50${index}`,
    creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
  }),
);

/** Whole days of both ads; the sixth day has 23 hours. */
function days(count: number, rates = [0.02, 0.026]): Observed[] {
  const uniform = random(3);
  const startOf = (day: number) => MIDNIGHT + day * DAY_MS - (day > 5 ? HOUR_MS : 0);
  return Array.from({ length: count }, (_, day) =>
    variants.map(({ id }, index): Observed => {
      const impressions = 8_000 + Math.floor(uniform() * 4_000);
      const linkClicks = poisson(uniform, impressions * rates[index]!);
      const bucket = { bucketStart: startOf(day), bucketEnd: startOf(day + 1) };
      const money = { spend: 1_000, conversions: poisson(uniform, 40), revenue: 4_000 };
      return { variantId: id, ...bucket, impressions, clicks: linkClicks, linkClicks, ...money };
    }),
  ).flat();
}

function input(policy: Partial<Policy>, observations: Observed[], dueAt: number, lookNumber = 1): LookInput {
  const experiment: Pick<Experiment, 'variants' | 'policy' | 'startedAt'> = {
    variants,
    policy: { ...DEFAULT_POLICY, buckets: 'day', ...policy },
    startedAt: START,
  };
  return { experiment, lookNumber, dueAt, observations, previous: null, states: {} };
}

const closed = (observations: Observed[], dueAt: number) =>
  observations.filter(({ bucketEnd }) => bucketEnd <= dueAt);

describe('a look at whole days', () => {
  it('has too little data before the third day', () => {
    const early = takeLook(input({}, days(2), MIDNIGHT + 2 * DAY_MS + 6 * HOUR_MS));
    expect(early).toMatchObject({
      verdict: 'insufficient_data',
      reasons: ['control and c1 delivered together on 2 days < 3.'],
      health: [],
    });
    const third = takeLook(input({}, days(3), MIDNIGHT + 3 * DAY_MS));
    expect(third.pairs[0]!.evidence).toMatchObject({ counts: true, missing: [] });
  });

  it('promotes at any hour, with delivery and guardrails in days', () => {
    const dueAt = MIDNIGHT + 8 * DAY_MS + 6 * HOUR_MS;
    const setting = { randomised: false, dailyBudgets: { control: 1_000, c1: 1_000 } };
    const promoted = takeLook({ ...input({}, days(8, [0.02, 0.03]), dueAt), setting });
    expect(promoted).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
    expect(promoted.health.filter(({ level }) => level !== 'note')).toEqual([]);
  });

  it('does not count if no day has closed since the last look that counted', () => {
    const rows = days(4);
    const first = takeLook(input({}, closed(rows, MIDNIGHT + 3 * DAY_MS), MIDNIGHT + 3 * DAY_MS));
    const again = (hours: number) => {
      const dueAt = MIDNIGHT + 3 * DAY_MS + hours * HOUR_MS;
      const next = input({}, closed(rows, dueAt), dueAt, 2);
      return takeLook({ ...next, previous: first.pairs, states: first.states });
    };
    for (const hours of [6, 12, 18]) {
      const { evidence } = again(hours).pairs[0]!;
      expect(evidence.missing.map(({ code }) => code)).toEqual(['information_growth']);
      expect(evidence.p).toBe(first.pairs[0]!.evidence.p);
    }
    expect(again(24).pairs[0]!.evidence.counts).toBe(true);
  });

  it('is the same in the strict form, because its rows are days', () => {
    const dueAt = MIDNIGHT + 8 * DAY_MS + 6 * HOUR_MS;
    const of = (strict: boolean) => takeLook(input({ strict }, days(8), dueAt));
    expect(of(true)).toEqual(of(false));
    const early = (strict: boolean) => takeLook(input({ strict }, days(2), MIDNIGHT + 2 * DAY_MS)).reasons;
    expect(early(true)).toEqual(early(false));
    const standing = (strict: boolean) => standingOf(input({ strict }, days(8), dueAt));
    expect(standing(true)).toEqual(standing(false));
    expect(standing(true).se).toBeGreaterThan(0);
    expect(ruleSettings({ ...DEFAULT_POLICY, strict: true, buckets: 'hour' }).strict).toBe(true);
  });

  it('weighs conversions of days that ended before the attribution window, not of those that began before it', () => {
    const rows = days(8);
    const at = (hours: number) =>
      takeLook(
        input(
          { objective: 'conversion_rate', attributionWindowHours: 48 },
          rows,
          MIDNIGHT + 8 * DAY_MS + hours * HOUR_MS,
        ),
      ).pairs[0]!.evidence.information;
    const information = (count: number) =>
      takeLook(
        input(
          { objective: 'conversion_rate', attributionWindowHours: 0 },
          rows.slice(0, 2 * count),
          MIDNIGHT + 8 * DAY_MS,
        ),
      ).pairs[0]!.evidence.information;
    // The sixth day had 23 hours: the days after it end an hour earlier.
    expect(at(-1.01)).toBe(information(5));
    expect(at(-1)).toBe(information(6));
    expect(at(22.99)).toBe(information(6));
    expect(at(23)).toBe(information(7));
  });

  it('uses hours if the policy was frozen before days existed', () => {
    const { buckets: _, ...earlier } = DEFAULT_POLICY;
    const look = takeLook({
      ...input({}, days(2), MIDNIGHT + 2 * DAY_MS),
      experiment: { variants, policy: earlier as Policy, startedAt: START },
    });
    expect(look.reasons).toEqual(['control and c1 delivered together in 2 hours < 3.']);
  });
});
