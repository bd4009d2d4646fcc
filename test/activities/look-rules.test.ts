import { afterEach, describe, expect, it } from 'vitest';
import type { Observation } from '../../src/contract/records.js';
import type { Decision } from '../../src/domain/decision/decision.js';
import { RULES } from '../../src/domain/evidence/rules.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/experiment.js';
import { poisson, random } from '../domain/evidence/simulate.js';
import { HOUR, START, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

/** `hours` hours of a control and a clearly better challenger, in pairs. */
function hours(count: number): Observation[] {
  const uniform = random(1);
  return Array.from({ length: count }).flatMap((_, hour) =>
    ['control', 'challenger-1'].map((variantId, index): Observation => {
      const impressions = 800 + Math.floor(uniform() * 400);
      const linkClicks = poisson(uniform, impressions * [0.02, 0.032][index]!);
      return {
        variantId,
        adId: `60${index}`,
        bucketStart: START + hour * HOUR,
        bucketEnd: START + (hour + 1) * HOUR,
        granularity: 'hour',
        impressions,
        clicks: linkClicks + 5,
        linkClicks,
        spend: 100,
        conversions: 1,
        revenue: 0,
      };
    }),
  );
}

/** Decides look `lookNumber` at `hour` hours in a test with these rows and this policy. */
async function looksAt(rows: Observation[], policy: Partial<Policy>) {
  const stage = await stages.open({ policy });
  await stage.store.appendObservations('exp', rows, START);
  return (lookNumber: number, hour: number): Promise<Decision> => {
    const dueAt = START + hour * HOUR;
    stage.clock.instant = dueAt;
    return stage.looks.look({ experimentId: 'exp', lookNumber, dueAt, askedBy: 'schedule' });
  };
}

describe("the policy's rule", () => {
  it.each(['sequential', 'anytime', 'welch'] as const)(
    '%s decides, and continues from its own state',
    async (rule) => {
      const look = await looksAt(hours(60), { rule });
      const first = await look(1, 30);
      const second = await look(2, 60);
      expect(second).toMatchObject({ rule, ruleVersion: RULES[rule].version, verdict: 'promote' });
      const rows = hours(60);
      const pairs = (until: number) =>
        Array.from({ length: until }, (_, hour): PairRow => {
          const [a, b] = rows.slice(2 * hour, 2 * hour + 2);
          return {
            exposureA: a!.impressions,
            eventsA: a!.linkClicks,
            exposureB: b!.impressions,
            eventsB: b!.linkClicks,
            day: hour / 24,
          };
        });
      const { minimumRunHours, minimumClicks, minimumImpressions, horizonHours, confidence } = DEFAULT_POLICY;
      const settings = {
        minimumHours: minimumRunHours,
        minimumClicks,
        minimumImpressions,
        horizonHours,
        confidence,
      };
      const one = RULES[rule].start(settings).look(pairs(30), 30);
      expect(first.pairs[0]!.evidence).toEqual(one.evidence);
      expect(second.pairs[0]!.evidence).toEqual(one.after.look(pairs(60), 60).evidence);
      expect(second.reasons[0]!.includes('unadjusted for repeated looks')).toBe(rule === 'welch');
    },
  );

  it('waits for three days in its strict form', async () => {
    const look = await looksAt(hours(60), { strict: true });
    const early = await look(1, 48);
    expect(early).toMatchObject({
      verdict: 'insufficient_data',
      reasons: ['“ad 0” (control) and “ad 1” (challenger-1) delivered together on 2 days < 3.'],
    });
    expect((await look(2, 60)).pairs[0]!.evidence).toMatchObject({ counts: true, missing: [] });
  });

  it('counts hours in which only one ad delivered, if it weighs totals', async () => {
    const alone = (rows: Observation[]) =>
      rows.filter((row, index) => index >= 20 || row.variantId !== 'challenger-1');
    const look = await looksAt(alone(hours(40)), { rule: 'welch' });
    const [pair] = (await look(1, 40)).pairs;
    expect(pair!.welch!.p).toBeCloseTo(pair!.evidence.p, 12);
    expect(pair!.welch!.t).toBeCloseTo(-pair!.evidence.t, 12);
  });
});
