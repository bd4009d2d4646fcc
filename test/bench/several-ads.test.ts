import { describe, expect, it } from 'vitest';
import { report } from '../../bench/several-ads/report.js';
import { decideTest, type Promotion, simulate, type Tally } from '../../bench/several-ads/simulate.js';
import {
  type Ad,
  CONFIGURATIONS,
  type Configuration,
  drawTest,
  HOURS,
  historyOf,
  type World,
} from '../../bench/several-ads/worlds.js';
import type { PairEvidence } from '../../src/domain/decision/decision.js';
import { takeLook } from '../../src/domain/decision/look.js';
import { type DriftHistory, NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { DEFAULT_POLICY, type Variant } from '../../src/domain/experiment.js';
import type { Observed } from '../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../src/domain/time.js';

/** A short form of `npm run bench:several-ads`, which has 150 runs per configuration and world. */
const SEED = 501;
const ZONE = 0.05;
/** An account that is known not to drift: the rule is least careful there. */
const NO_DRIFT: DriftHistory = {
  tests: 100,
  logLikelihood: NO_HISTORY.logLikelihood.map((_, i) => (i === 0 ? 0 : -1e6)),
};

/** The promotion that the service's own looks decide on. */
function decidedByLooks(ads: readonly Ad[], indifference: number, history: DriftHistory): Promotion | null {
  const variants = ads.map(
    (_, i): Variant => ({
      id: `ad-${i}`,
      role: i === 0 ? 'control' : 'challenger',
      adId: `60${i}`,
      adSetId: `50${i}`,
      creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
    }),
  );
  const experiment = { variants, policy: { ...DEFAULT_POLICY, indifference, guardrails: [] }, startedAt: 0 };
  let previous: PairEvidence[] | null = null;
  let states: Record<string, Uint8Array> = {};
  for (let hours = 6; hours <= HOURS; hours += 6) {
    const observations = Array.from({ length: hours }, (_, hour) =>
      ads.map((ad, i): Observed => {
        const bucket = { bucketStart: hour * HOUR_MS, bucketEnd: (hour + 1) * HOUR_MS };
        const clicks = ad.clicks[hour]!;
        const counts = { impressions: ad.impressions[hour]!, clicks, linkClicks: clicks };
        return { variantId: `ad-${i}`, ...bucket, ...counts, spend: 100, conversions: 0, revenue: 0 };
      }),
    ).flat();
    const dueAt = hours * HOUR_MS;
    const look = takeLook({
      experiment,
      lookNumber: hours / 6,
      dueAt,
      observations,
      previous,
      states,
      history,
      ruleVersion: '3',
    });
    if (look.verdict === 'promote') {
      return { ad: variants.findIndex(({ id }) => id === look.winnerVariantId), hours };
    }
    ({ pairs: previous, states } = look);
  }
  return null;
}

describe('the walk of the benchmark', () => {
  it.each([
    { world: 'iid', rates: [1, 1.25, 1.22, 1.02] },
    { world: 'overdispersed_40', rates: [1, 1.3, 1.26, 0.9] },
    { world: 'drift_5', rates: [1, 1.2, 1.19] },
  ] as const)('promotes the ad that the looks promote, at the same look: $world', ({ world, rates }) => {
    const ads = drawTest(`${SEED} looks`, world, rates, 'largest');
    const result = decideTest(ads, ZONE, NO_DRIFT);
    expect(result.after).not.toBeNull();
    expect(result.after).not.toEqual(result.before);
    expect(result.after).toEqual(decidedByLooks(ads, ZONE, NO_DRIFT));
  });
});

describe('with an indifference zone', () => {
  const run = (configuration: Configuration, runs: number, world: World = 'iid') =>
    simulate({
      seed: SEED,
      configuration,
      world,
      traffic: 'largest',
      runs,
      zone: ZONE,
      histories: [NO_DRIFT],
    });

  it('close good ads are decided, and much sooner', () => {
    const { before, after, dropping } = run('two_close', 20);
    expect(before.promoted).toBeLessThan(16);
    expect(after.promoted).toBe(20);
    expect(after.hours).toBeLessThan(0.5 * before.hours);
    expect(after.falsely).toBe(0);
    // The beaten ads that are dropped were no obstacle.
    expect(dropping).toEqual(after);
  });

  it('an ad that is worse by more than the zone is not promoted', () => {
    expect(run('many_just_beyond', 20).after).toMatchObject({ promoted: 20, falsely: 0 });
  });

  it('equal ads have few false winners, and two equal ads the same ones', () => {
    // At 5 %, 1.25 of 25 are expected; 5 is three standard errors more.
    const six = run('six_equal', 25);
    expect(six.after.falsely).toBeLessThan(5);
    expect(six.dropping.falsely).toBeLessThan(5);
    const { before, after } = run('two_equal', 60);
    expect(after).toEqual(before);
  }, 180_000);
});

describe('the report', () => {
  const tally = (falsely: number, worseThanControl: number): Tally => ({
    runs: 200,
    before: { promoted: 40, falsely: 2, worseThanControl: 0, hours: 120_000 },
    after: { promoted: 150, falsely, worseThanControl, hours: 80_000 },
    dropping: { promoted: 160, falsely: 3, worseThanControl: 0, hours: 60_000 },
    controlBeaten: { tests: 199, hours: 19_900 },
  });
  const of = (falsely: number, worseThanControl: number) =>
    report([{ world: 'iid', configuration: 'two_close', tally: tally(falsely, worseThanControl) }]);

  it('has the shares before and after', () => {
    expect(of(4, 1)).toMatchObject({
      rows: [
        {
          rates: CONFIGURATIONS.two_close,
          control_beaten: { percent: 99.5, mean_hours: 100 },
          before: { without_winner_percent: 80, mean_hours: 600, false_promotions: { count: 2, percent: 1 } },
          after: { without_winner_percent: 25, mean_hours: 400, worse_than_control: { percent: 0.5 } },
        },
      ],
      largest_false_promotions_percent: { before: 1, after: 2, with_drop_beaten: 1.5 },
      promises_hold: true,
    });
  });

  it('says if a promise is refuted', () => {
    expect(of(19, 0).promises_hold).toBe(true);
    expect(of(23, 0).promises_hold).toBe(false);
    expect(of(0, 9).promises_hold).toBe(false);
  });
});

describe('a test', () => {
  it('depends only on its key, world and rates; its account learns the drift of its world', () => {
    const draw = () => drawTest('a', 'drift_5', [1, 1.1, 1], 'drawn');
    expect(draw()).toEqual(draw());
    expect(drawTest('b', 'drift_5', [1, 1.1, 1], 'drawn')).not.toEqual(draw());
    const history = historyOf(`${SEED}`, 'drift_5');
    expect(history.tests).toBe(40);
    // Given 5 % of drift, no drift at all is implausible.
    expect(Math.max(...history.logLikelihood)).toBeGreaterThan(3);
  });
});
