import { describe, expect, it } from 'vitest';
import type { PairEvidence } from '../../../src/domain/decision/decision.js';
import {
  type Course,
  conditionalPower,
  courseOf,
  futilityAdvice,
} from '../../../src/domain/decision/futility.js';
import { ruleSettings } from '../../../src/domain/decision/rule-settings.js';
import { normalSurvival } from '../../../src/domain/evidence/distributions.js';
import { RULES } from '../../../src/domain/evidence/rules.js';
import type { PairRow, RuleName } from '../../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy, type Variant } from '../../../src/domain/experiment.js';
import { Random } from '../../../src/sandbox/random.js';
import { SequentialWalk } from '../../../src/tools/backtest/sequential-walk.js';
import { emptyStream, RunningRatio } from '../../../src/tools/backtest/stream.js';
import { hourlyRows, random } from '../evidence/simulate.js';

const BOUND = 2.85;
const TEN_PERCENT = Math.log(1.1);

function course(changes: Partial<Course> = {}): Course {
  return { z: 0.5, information: 300, finalInformation: 1200, looks: 10, bound: () => BOUND, ...changes };
}

describe('conditional power', () => {
  it.each([
    [0, 300, 600, 0.1],
    [1.4, 300, 330, 0.05],
    [-2, 100, 5000, 0.2],
  ])('equals the closed form if one look is left: Z %d, I %d to %d, lift %d', (z, now, end, lift) => {
    const theta = Math.log1p(lift);
    const needed = BOUND * Math.sqrt(end) - z * Math.sqrt(now) - theta * (end - now);
    const exact = normalSurvival(needed / Math.sqrt(end - now));
    const power = conditionalPower(course({ z, information: now, finalInformation: end, looks: 1 }), theta);
    expect(power).toBeCloseTo(exact, 12);
  });

  // Four standard errors of 20,000 paths are at most 0.0142; the integration is off by at most 0.003.
  it.each([
    ['2 looks', course({ looks: 2 })],
    ['16 looks', course({ looks: 16 })],
    ['84 looks, approximated by 16', course({ looks: 84 })],
    ['84 looks, from behind', course({ looks: 84, z: -1 })],
    ['40 looks close together, near the bound', course({ looks: 40, z: 2.5, finalInformation: 310 })],
    [
      'a moving bound, like that of an e-process',
      course({ looks: 12, bound: (at) => 3.2 - 0.3 * (at / 1200) ** 0.5 }),
    ],
  ])('is the share of simulated paths that first cross on that side: %s', (name, given) => {
    for (const lift of [0, 0.05, 0.1]) {
      const theta = Math.log1p(lift);
      const share = simulatedPower(given, theta, 20_000, `${name} ${lift}`);
      expect(Math.abs(conditionalPower(given, theta) - share)).toBeLessThan(
        0.003 + 4 * Math.sqrt(Math.max(share, 1e-4) / 20_000),
      );
    }
  });

  it('is 1 if the effect is large, and 0 if no time is left', () => {
    expect(conditionalPower(course({ looks: 84, information: 5000, finalInformation: 20_000 }), 0.7)).toBe(1);
    expect(conditionalPower(course({ z: -2.8, finalInformation: 301 }), TEN_PERCENT)).toBeLessThan(1e-12);
  });

  it('grows with the effect, the lead and the information', () => {
    const power = (changes: Partial<Course>, theta = TEN_PERCENT) =>
      conditionalPower(course({ looks: 30, ...changes }), theta);
    expect(power({}, 0.05)).toBeLessThan(power({}, 0.1));
    expect(power({ z: 0 })).toBeLessThan(power({ z: 1 }));
    expect(power({ finalInformation: 600 })).toBeLessThan(power({ finalInformation: 1200 }));
  });

  it("matches the default rule's results in the rest of a test with that true lift", () => {
    const RUNS = 300;
    const SEEN = 240;
    const settings = ruleSettings(DEFAULT_POLICY);
    const fill = (stream: ReturnType<typeof emptyStream>, key: string, from: number, lift: number) => {
      const draws = new Random(key);
      for (let hour = from; hour < (from === 0 ? SEEN : settings.horizonHours); hour++) {
        for (const [impressions, clicks, rate] of [
          [stream.impressionsA, stream.clicksA, 0.02],
          [stream.impressionsB, stream.clicksB, 0.02 * (1 + lift)],
        ] as const) {
          impressions[hour] = draws.poisson(250);
          clicks[hour] = draws.binomial(impressions[hour]!, rate);
        }
      }
    };
    let won = 0;
    let predicted = Number.NaN;
    for (let run = 0; run < RUNS; run++) {
      const stream = emptyStream(settings.horizonHours);
      fill(stream, 'seen', 0, 0);
      fill(stream, `rest ${run}`, SEEN, 0.1);
      const ratio = new RunningRatio(stream);
      const walk = new SequentialWalk(settings);
      for (let hours = 6; hours <= settings.horizonHours; hours += 6) {
        ratio.readTo(hours);
        const winner = walk.look(hours, ratio);
        if (hours === SEEN && run === 0) {
          const information = 1 / ratio.se ** 2;
          const finalInformation = (information * settings.horizonHours) / SEEN;
          const looks = (settings.horizonHours - SEEN) / 6;
          // The boundary at this look, with equal information per look.
          const at = { z: ratio.t, information, finalInformation, looks, bound: () => 2.83 };
          predicted = conditionalPower(at, TEN_PERCENT);
        }
        if (winner === null) continue;
        expect(hours).toBeGreaterThan(SEEN);
        if (winner === 'B') won++;
        break;
      }
    }
    expect(predicted).toBeGreaterThan(0.2);
    expect(predicted).toBeLessThan(0.8);
    expect(Math.abs(won / RUNS - predicted)).toBeLessThan(3 * Math.sqrt(0.25 / RUNS));
  }, 60_000);
});

/** Plain simulation, look by look. */
function simulatedPower(given: Course, theta: number, paths: number, key: string): number {
  const { z, information, finalInformation, looks, bound } = given;
  const draws = new Random(key);
  const step = (finalInformation - information) / looks;
  let found = 0;
  for (let path = 0; path < paths; path++) {
    let score = z * Math.sqrt(information);
    for (let look = 1; look <= looks; look++) {
      const now = information + look * step;
      score += theta * step + Math.sqrt(step) * draws.normal();
      const limit = bound(now) * Math.sqrt(now);
      if (Math.abs(score) < limit) continue;
      if (score > 0) found++;
      break;
    }
  }
  return found / paths;
}

const IDS = ['control', 'challenger-1', 'challenger-2'];

function variantsOf(count: number): Variant[] {
  return IDS.slice(0, count).map((id, index) => ({
    id,
    role: index === 0 ? 'control' : 'challenger',
    adId: `6${index}`,
    adSetId: `7${index}`,
    creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
  }));
}

/** The rule's evidence on two ads after `hours`, with one look per day. */
function pairAt(
  hours: number,
  options: { impressions: number; rates?: [number, number]; seed?: number; rule?: RuleName; ids?: string[] },
): PairEvidence {
  const { impressions, rates: [rateA, rateB] = [0.02, 0.02], seed = 1, rule = 'sequential' } = options;
  const [variantA, variantB] = options.ids ?? IDS;
  const rows: PairRow[] = hourlyRows(random(seed), { hours, impressions, rateA, rateB });
  let run = RULES[rule].start(ruleSettings(DEFAULT_POLICY));
  for (let at = 24; at < hours; at += 24) run = run.look(rows.slice(0, at), at).after;
  const { evidence } = run.look(rows, hours);
  const called = evidence.winner === null ? null : evidence.winner === 'A' ? variantA! : variantB!;
  return { variantA: variantA!, variantB: variantB!, evidence, calledWinner: called, welch: null };
}

function advised(pairs: PairEvidence[], hours: number, policy: Partial<Policy> = {}) {
  const variants = variantsOf(pairs.length === 1 ? 2 : 3);
  const frozen = { ...DEFAULT_POLICY, ...policy };
  return futilityAdvice({ variants, policy: frozen, pairs, hours, weighedHours: hours });
}

describe('the course of a pair', () => {
  it.each(['sequential', 'welch'] as const)('is one bound on Z for both ads under %s', (rule) => {
    const pair = pairAt(240, { impressions: 100, rule });
    const towards = (id: string) => courseOf(pair, id, DEFAULT_POLICY, 2, 10)!;
    expect(towards('challenger-1').z).toBeCloseTo(pair.evidence.t, 1);
    expect(towards('control').z).toBe(-towards('challenger-1').z);
    expect(towards('control').bound(1e4)).toBe(pair.evidence.bound);
    expect(towards('control').finalInformation).toBe(2 / pair.evidence.se ** 2);
  });

  it('has its bound, under the e-process, at the Z that gives E = 20 by its formula', () => {
    const pair = pairAt(240, { impressions: 400, rates: [0.02, 0.0215], rule: 'anytime' });
    const { se, t, information, logE } = pair.evidence;
    const now = courseOf(pair, 'challenger-1', DEFAULT_POLICY, 2, 10)!;
    const logOf = (z: number, variance: number) => {
      const scaled = 0.15 ** 2 * variance;
      return (scaled * z * z) / (2 * (1 + scaled)) - 0.5 * Math.log1p(scaled);
    };
    const variance = (se * information) ** 2;
    // With the rule's own variance the formula gives the rule's E.
    expect(logE!).toBeGreaterThan(0.3);
    expect(Math.abs(logOf(t, variance) / logE! - 1)).toBeLessThan(0.1);
    for (const growth of [1, 1.5, 2]) {
      const bound = now.bound(now.information * growth);
      expect(logOf(bound, variance * growth)).toBeCloseTo(Math.log(20), 9);
    }
  });

  it('is null if the look did not count, or if no look is left', () => {
    const silent = pairAt(12, { impressions: 100 });
    expect(silent.evidence.counts).toBe(false);
    expect(courseOf(silent, 'control', DEFAULT_POLICY, 2, 10)).toBeNull();
    const pair = pairAt(240, { impressions: 100 });
    expect(courseOf(pair, 'control', DEFAULT_POLICY, 1, 10)).toBeNull();
    const unspent = { ...pair, evidence: { ...pair.evidence, bound: null } };
    expect(courseOf(unspent, 'control', DEFAULT_POLICY, 2, 10)).toBeNull();
  });
});

describe('advice to end a test', () => {
  const close = (hours: number, rule: RuleName = 'sequential') => pairAt(hours, { impressions: 60, rule });

  it.each(['sequential', 'anytime', 'welch'] as const)(
    'is given if neither ad can be found better in time, under %s',
    (rule) => {
      const pair = close(500, rule);
      const [finding, ...more] = advised([pair], 500);
      expect(more).toEqual([]);
      expect(finding).toMatchObject({ code: 'futility', level: 'warn' });
      const [, stated] =
        /^A click rate 10 % higher, in either ad, would be found by the planned end with a chance of at most ([\d.]+) % < 10 %: consider ending the test$/.exec(
          finding!.message,
        )!;
      const chances = ['control', 'challenger-1'].map((id) =>
        conditionalPower(courseOf(pair, id, DEFAULT_POLICY, 672 / 500, 29)!, TEN_PERCENT),
      );
      expect(Number(stated)).toBe(Math.floor(Math.max(...chances) * 1000) / 10);
    },
  );

  it('begins after a quarter of the planned duration, and ends at the horizon', () => {
    expect(advised([close(500)], 167.9)).toEqual([]);
    expect(
      advised([pairAt(168, { impressions: 60, seed: 2 })], 168, { minimumDetectableEffect: 0.05 }),
    ).toHaveLength(1);
    expect(advised([close(500)], 672)).toEqual([]);
  });

  it('needs both directions to be futile', () => {
    const ahead = pairAt(500, { impressions: 60, rates: [0.02, 0.0225], seed: 3 });
    expect(ahead.evidence.t).toBeGreaterThan(1);
    expect(ahead.calledWinner).toBeNull();
    const chance = (id: string) =>
      conditionalPower(courseOf(ahead, id, DEFAULT_POLICY, 672 / 500, 29)!, Math.log(1.3));
    expect(chance('control')).toBeLessThan(0.1);
    expect(chance('challenger-1')).toBeGreaterThan(0.1);
    expect(advised([ahead], 500, { minimumDetectableEffect: 0.3 })).toEqual([]);
  });

  it("assumes the policy's minimum detectable effect", () => {
    expect(advised([close(500)], 500, { minimumDetectableEffect: 1 })).toEqual([]);
    expect(advised([close(500)], 500, { minimumDetectableEffect: 0.01 })).toHaveLength(1);
    const [dearer] = advised([close(500)], 500, { objective: 'cost_per_conversion' });
    expect(dearer?.message).toMatch(/^A cost per conversion 9.1 % lower, in either ad, would be found/);
  });

  it('is not given under a policy frozen before it existed, nor if a look did not count or a winner was called', () => {
    const { minimumDetectableEffect: _, ...earlier } = DEFAULT_POLICY;
    const facts = { variants: variantsOf(2), pairs: [close(500)], hours: 500, weighedHours: 500 };
    expect(futilityAdvice({ ...facts, policy: earlier })).toEqual([]);
    expect(futilityAdvice({ ...facts, policy: DEFAULT_POLICY })).toHaveLength(1);
    const [pair] = [close(500)];
    expect(advised([{ ...pair, evidence: { ...pair.evidence, counts: false } }], 500)).toEqual([]);
    expect(advised([{ ...pair, calledWinner: 'control' }], 500)).toEqual([]);
  });

  it('needs, with three ads, a rival for each that it can no longer beat', () => {
    const [control, first, second] = IDS as [string, string, string];
    const hopeless = (ids: string[]) => pairAt(500, { impressions: 60, ids });
    const open = (ids: string[]) => ({ ...hopeless(ids), calledWinner: ids[0]! });
    const pairs = (one: PairEvidence, two: PairEvidence, three: PairEvidence) => [one, two, three];
    const [finding] = advised(
      pairs(hopeless([control, first]), hopeless([control, second]), hopeless([first, second])),
      500,
    );
    expect(finding?.message).toMatch(/10 % higher, in any one ad, would be found/);
    // Each has one hopeless pair, although the second challenger's other pair is open.
    expect(
      advised(pairs(hopeless([control, first]), hopeless([control, second]), open([first, second])), 500),
    ).toHaveLength(1);
    // The control has no hopeless pair: it may still win.
    expect(
      advised(pairs(open([control, first]), open([control, second]), hopeless([first, second])), 500),
    ).toEqual([]);
  });

  it('counts a challenger that may be better by less than the zone as no obstacle', () => {
    const [control, first, second] = IDS as [string, string, string];
    const ahead = { impressions: 220, rates: [0.02, 0.0213] as [number, number], seed: 3 };
    // Both challengers may still beat the control, but neither the other.
    const pairs = [
      pairAt(500, { ...ahead, ids: [control, first] }),
      pairAt(500, { ...ahead, ids: [control, second] }),
      pairAt(500, { impressions: 220, seed: 4, ids: [first, second] }),
    ];
    expect(pairs.map(({ calledWinner }) => calledWinner)).toEqual([null, null, null]);
    const effect = { minimumDetectableEffect: 0.08 };
    expect(advised(pairs, 500, { ...effect, indifference: 0 })).toHaveLength(1);
    expect(advised(pairs, 500, { ...effect, indifference: 0.05 })).toEqual([]);
  });
});
