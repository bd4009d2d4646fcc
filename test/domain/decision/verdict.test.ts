import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentSentence } from '../../../src/domain/decision/assignment.js';
import type { PairEvidence } from '../../../src/domain/decision/decision.js';
import type { HealthFinding } from '../../../src/domain/decision/delivery-health.js';
import { effectOf, intervalFor, pairOf } from '../../../src/domain/decision/pairs.js';
import {
  afterHealth,
  decide,
  type LookFacts,
  leaderOf,
  type VerdictOfLook,
} from '../../../src/domain/decision/verdict.js';
import type { Evidence, EvidenceGap } from '../../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy, type Variant } from '../../../src/domain/experiment.js';
import type { VariantMetrics } from '../../../src/domain/metric.js';
import { percent } from '../../../src/domain/percent.js';

const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const METRICS: VariantMetrics = {
  impressions: 10_000,
  clicks: 300,
  linkClicks: 200,
  spend: 0,
  conversions: 0,
  revenue: 0,
};

function variants(count: number): Variant[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index === 0 ? 'control' : `c${index}`,
    role: index === 0 ? 'control' : 'challenger',
    adId: `60${index}`,
    adSetId: `50${index}`,
    creative,
  }));
}

/** Evidence of a look that counts, with B ahead by 20 %. */
function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    hours: 48,
    theta: Math.log(1.2),
    se: 0.05,
    df: 40,
    t: 3.6,
    information: 100,
    counts: true,
    adjusted: true,
    missing: [],
    bound: 2.5,
    tCritical: 2.6,
    p: 0.03,
    confidence: 0.97,
    interval: [0.05, 0.37],
    winner: null,
    ...changes,
  };
}

function pair(
  variantA: string,
  variantB: string,
  changes: Partial<Evidence> = {},
  calledWinner: string | null = null,
): PairEvidence {
  return { variantA, variantB, evidence: evidence(changes), calledWinner, welch: null };
}

function gap(code: EvidenceGap, value: number, limit: number): Partial<Evidence> {
  return { counts: false, missing: [{ code, value, limit }], confidence: 0, p: 1, interval: null };
}

function decided(
  pairs: PairEvidence[],
  more: {
    hours?: number;
    lookNumber?: number;
    policy?: Partial<Policy>;
    weighed?: LookFacts['weighed'];
    metrics?: VariantMetrics;
    headlines?: string[];
  } = {},
) {
  const ids = new Set(pairs.flatMap((each) => [each.variantA, each.variantB]));
  const all = variants(ids.size).map((variant, index) => ({
    ...variant,
    creative: { ...creative, headline: more.headlines?.[index] ?? null },
  }));
  const { outlook: _, ...verdict } = decide({
    variants: all,
    policy: { ...DEFAULT_POLICY, ...more.policy },
    pairs,
    metrics: Object.fromEntries(all.map(({ id }) => [id, more.metrics ?? METRICS])),
    weighed: more.weighed,
    lookNumber: more.lookNumber ?? 8,
    hours: more.hours ?? 48,
  });
  return verdict;
}

describe('two variants', () => {
  it('promotes the challenger that the rule called', () => {
    expect(decided([pair('control', 'c1', {}, 'c1')])).toEqual({
      verdict: 'promote',
      winnerVariantId: 'c1',
      leaderVariantId: 'c1',
      confidence: 0.97,
      reasons: [
        'c1 wins: confidence 0.970 ≥ 0.950 at look 8; click rate of c1 over control: +20.0 % (95 % interval +5.0 % to +37.0 %).',
      ],
    });
  });

  it('names each ad by its headline, in full at its first mention', () => {
    const [reason] = decided([pair('control', 'c1', {}, 'c1')], { headlines: ['Winter', 'Summer'] }).reasons;
    expect(reason).toBe(
      '“Summer” (c1) wins: confidence 0.970 ≥ 0.950 at look 8; click rate of “Summer” over “Winter” (control): +20.0 % (95 % interval +5.0 % to +37.0 %).',
    );
    const same = decided([pair('control', 'c1', {}, 'c1')], { headlines: ['Sale', 'Sale'] }).reasons[0];
    expect(same).toContain('click rate of “Sale” (c1) over “Sale” (control)');
  });

  it('promotes the control as well, with its lift over the challenger', () => {
    const verdict = decided([
      pair('control', 'c1', { theta: Math.log(0.8), t: -3.6, interval: [-0.3, -0.1] }, 'control'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'promote', winnerVariantId: 'control' });
    expect(verdict.reasons).toEqual([
      'control wins: confidence 0.970 ≥ 0.950 at look 8; click rate of control over c1: +25.0 % (95 % interval +11.1 % to +42.9 %).',
    ]);
  });

  it('continues until the bound is crossed, with number, operator and limit', () => {
    const verdict = decided([pair('control', 'c1', { p: 0.19, confidence: 0.81, interval: [-0.02, 0.47] })]);
    expect(verdict).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null, confidence: 0.81 });
    expect(verdict.reasons).toEqual([
      'c1 leads, but confidence 0.810 < 0.950 after 8 looks; click rate of c1 over control: +20.0 % (95 % interval -2.0 % to +47.0 %).',
    ]);
  });

  it('never shows a confidence below the limit as the limit', () => {
    for (const confidence of [0.9499, 0.949999, 0.95 - 4e-16]) {
      const [reason] = decided([pair('control', 'c1', { confidence, p: 1 - confidence })]).reasons;
      const shown = /confidence (\d\.\d+) < (\d\.\d+)/.exec(reason!);
      expect(Number(shown?.[1]), reason).toBeLessThan(Number(shown?.[2]));
    }
  });

  it('has no leader if the ads have equal estimates', () => {
    expect(decided([pair('control', 'c1', { theta: 0, t: 0, confidence: 0, p: 1, interval: null })])).toEqual(
      {
        verdict: 'continue_testing',
        winnerVariantId: null,
        leaderVariantId: null,
        confidence: 0,
        reasons: ['No ad leads after 8 looks.'],
      },
    );
  });

  it('does not promote at a look that does not count, even a winner called earlier', () => {
    const verdict = decided([pair('control', 'c1', { counts: false, interval: null }, 'c1')]);
    expect(verdict).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null });
    expect(verdict.reasons).toEqual([
      'c1 leads with confidence 0.970 ≥ 0.950, but look 8 brought too little that is new to promote on it; click rate of c1 over control: +20.0 %.',
    ]);
  });

  it('does not promote an ad that was called earlier and no longer leads, nor the ad that leads now', () => {
    const verdict = decided([pair('control', 'c1', { theta: -0.05, t: -0.8 }, 'c1')]);
    expect(verdict).toMatchObject({
      verdict: 'continue_testing',
      winnerVariantId: null,
      leaderVariantId: 'control',
    });
    expect(verdict.reasons).toEqual([
      'control leads now, but an earlier look called c1 the better one (confidence 0.970 ≥ 0.950); click rate of control over c1: +5.1 % (95 % interval -27.0 % to -4.8 %).',
    ]);
  });
});

describe("the figures of Welch's rule", () => {
  const fixed = { adjusted: false };

  it('are always shown as unadjusted', () => {
    const won = decided([pair('control', 'c1', fixed, 'c1')]).reasons;
    expect(won).toEqual([
      'c1 wins: confidence 0.970 ≥ 0.950 (unadjusted for repeated looks) at look 8; click rate of c1 over control: +20.0 % (95 % interval, unadjusted for repeated looks, +5.0 % to +37.0 %).',
    ]);
    const open = decided([
      pair('control', 'c1', { ...fixed, p: 0.19, confidence: 0.81, interval: null }),
    ]).reasons;
    expect(open).toEqual([
      'c1 leads, but confidence 0.810 < 0.950 (unadjusted for repeated looks) after 8 looks; click rate of c1 over control: +20.0 %.',
    ]);
    const over = decided(
      [pair('control', 'c1', { ...fixed, p: 0.4, confidence: 0.6, interval: [-0.1, 0.6] })],
      {
        hours: 672,
      },
    ).reasons;
    expect(over[0]).toBe(
      'The planned 28 days are over with confidence 0.600 < 0.950 (unadjusted for repeated looks); click rate of c1 over control: +20.0 % (95 % interval, unadjusted for repeated looks, -10.0 % to +60.0 %). The budgets stay as they are.',
    );
  });
});

describe('the horizon', () => {
  it('ends an undecided test with no winner', () => {
    const verdict = decided([pair('control', 'c1', { p: 0.4, confidence: 0.6, interval: [-0.1, 0.6] })], {
      hours: 672,
    });
    expect(verdict).toMatchObject({ verdict: 'no_winner', winnerVariantId: null, leaderVariantId: 'c1' });
    expect(verdict.reasons).toEqual([
      'The planned 28 days are over with confidence 0.600 < 0.950; click rate of c1 over control: +20.0 % (95 % interval -10.0 % to +60.0 %). The budgets stay as they are.',
    ]);
  });

  it('also ends a test with too little data', () => {
    const verdict = decided([pair('control', 'c1', gap('minimum_clicks_b', 3, 25))], { hours: 672 });
    expect(verdict.verdict).toBe('no_winner');
  });

  it('still promotes a winner that is found at the very end', () => {
    expect(decided([pair('control', 'c1', {}, 'c1')], { hours: 672 }).verdict).toBe('promote');
  });

  it('says why an ad that was called earlier is not the winner', () => {
    const { reasons } = decided([pair('control', 'c1', { theta: -0.05, t: -0.8, interval: null }, 'c1')], {
      hours: 672,
    });
    expect(reasons).toEqual([
      'The planned 28 days are over: control leads now, but an earlier look called c1 the better one (confidence 0.970 ≥ 0.950); click rate of control over c1: +5.1 %. The budgets stay as they are.',
    ]);
  });

  it('is not reached a minute before', () => {
    expect(decided([pair('control', 'c1', { confidence: 0.6 })], { hours: 671.98 }).verdict).toBe(
      'continue_testing',
    );
  });
});

describe('too little data', () => {
  it.each<[EvidenceGap, number, number, string]>([
    ['minimum_hours', 6.04, 24, '6 h of data < 24 h.'],
    ['minimum_hours', 23.98, 24, '23.9 h of data < 24 h.'],
    [
      'minimum_clicks_a',
      24,
      25,
      'control has 24 link clicks < 25 in the hours in which both delivered, of 200 in all.',
    ],
    [
      'minimum_clicks_b',
      0,
      25,
      'c1 has 0 link clicks < 25 in the hours in which both delivered, of 200 in all.',
    ],
    [
      'minimum_impressions_a',
      99,
      100,
      'control has 99 impressions < 100 in the hours in which both delivered, of 10000 in all.',
    ],
    [
      'minimum_impressions_b',
      7,
      100,
      'c1 has 7 impressions < 100 in the hours in which both delivered, of 10000 in all.',
    ],
    ['minimum_rows', 2, 3, 'control and c1 delivered together in 2 hours < 3.'],
    ['minimum_rows', 1, 3, 'control and c1 delivered together in 1 hour < 3.'],
    ['minimum_days', 2, 3, 'control and c1 delivered together on 2 days < 3.'],
    [
      'no_variance',
      0,
      0,
      "The click rate of control and that of c1 can't be compared yet: no variation between hours.",
    ],
    ['minimum_clicks_a', 200, 250, 'control has 200 link clicks < 250.'],
  ])('%s: %d against %d', (code, value, limit, sentence) => {
    const verdict = decided([pair('control', 'c1', gap(code, value, limit))]);
    expect(verdict.verdict).toBe('insufficient_data');
    expect(verdict.reasons).toEqual([sentence]);
  });

  it.each<[EvidenceGap, number, string]>([
    [
      'minimum_impressions_a',
      0,
      "control has 0 link clicks < 25, of 200 in all (conversions count 7 days after the click: those since 2026-05-12 14:00 UTC don't count yet).",
    ],
    [
      'minimum_clicks_b',
      3,
      "c1 has 3 conversions < 25 in the hours in which both delivered, of 40 in all (conversions count 7 days after the click: those since 2026-05-12 14:00 UTC don't count yet).",
    ],
    [
      'minimum_rows',
      0,
      "control and c1 delivered together in 0 hours < 25 (conversions count 7 days after the click: those since 2026-05-12 14:00 UTC don't count yet).",
    ],
  ])('%s names the cut-off, because the metrics show more', (code, value, sentence) => {
    const cut = { until: Date.UTC(2026, 4, 12, 14), windowHours: 168, startedAt: Date.UTC(2026, 4, 1) };
    const known = { ...METRICS, linkClicks: 0, conversions: 4 };
    const verdict = decided([pair('control', 'c1', gap(code, value, 25))], {
      policy: { objective: 'conversion_rate' },
      metrics: { ...METRICS, conversions: 40 },
      weighed: { cut, metrics: { control: known, c1: known } },
    });
    expect(verdict.reasons).toEqual([sentence]);
  });

  it.each<[EvidenceGap, string]>([
    ['minimum_rows', 'control and c1 delivered together on 2 days < 3.'],
    [
      'no_variance',
      "The click rate of control and that of c1 can't be compared yet: no variation between days.",
    ],
  ])('%s counts days if buckets are days', (code, sentence) => {
    const days: Policy = { ...DEFAULT_POLICY, buckets: 'day' };
    expect(decided([pair('control', 'c1', gap(code, 2, 3))], { policy: days }).reasons).toEqual([sentence]);
  });

  it.each<EvidenceGap>(['information_growth', 'too_soon_after_last_look'])(
    '%s alone is not too little data',
    (code) => {
      const verdict = decided([
        pair('control', 'c1', { ...gap(code, 0.001, 0.003), confidence: 0.7, p: 0.3 }),
      ]);
      expect(verdict.verdict).toBe('continue_testing');
    },
  );

  it('gives each reason once, even if several pairs have it', () => {
    const hours = gap('minimum_hours', 6, 24);
    const verdict = decided([
      pair('control', 'c1', hours),
      pair('control', 'c2', hours),
      pair('c1', 'c2', hours),
    ]);
    expect(verdict.reasons).toEqual(['6 h of data < 24 h.']);
  });
});

describe('three variants', () => {
  const behind = { theta: Math.log(0.8), t: -3.6, interval: [-0.3, -0.1] as [number, number] };

  it('promotes the variant that beat every other one in its pair', () => {
    const verdict = decided([
      pair('control', 'c1', { confidence: 0.99, p: 0.01 }, 'c1'),
      pair('control', 'c2', { theta: 0.01, t: 0.1, confidence: 0.1, p: 0.9 }),
      pair('c1', 'c2', { ...behind, confidence: 0.96, p: 0.04 }, 'c1'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1', confidence: 0.96 });
    expect(verdict.reasons[0]).toContain('c1 over c2: +25.0 %');
  });

  it('continues if one rival is not beaten yet, and names it', () => {
    const verdict = decided([
      pair('control', 'c1', { confidence: 0.99, p: 0.01 }, 'c1'),
      pair('control', 'c2', { theta: 0.1, t: 1 }),
      pair('c1', 'c2', { theta: -0.08, se: 0.08, t: -1, confidence: 0.4, p: 0.6, interval: [-0.3, 0.2] }),
    ]);
    expect(verdict).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null, confidence: 0.4 });
    expect(verdict.reasons[0]).toMatch(
      /^c1 leads, but confidence 0\.400 < 0\.950 after 8 looks; at this rate about 3 more days; click rate of c1 over c2: /,
    );
  });

  describe('of which one has beaten the control and the other is close', () => {
    const rivals = (more: Partial<Evidence>) => [
      pair('control', 'c1', { confidence: 0.99, p: 0.01 }, 'c1'),
      pair('control', 'c2', { theta: 0.1, t: 1 }),
      pair('c1', 'c2', { theta: -0.02, se: 0.02, t: -1, confidence: 0.4, p: 0.6, ...more }),
    ];
    const close = { interval: [-0.06, 0.031] as [number, number] };

    it('promotes it, with its confidence over the control and the figures of both', () => {
      const verdict = decided(rivals(close));
      expect(verdict).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1', confidence: 0.99 });
      expect(verdict.reasons).toEqual([
        'c1 wins: confidence 0.990 ≥ 0.975 at look 8; click rate of c1 over control: +20.0 % (95 % interval +5.0 % to +37.0 %).',
        'c1 has beaten control; within the indifference zone: c2 (click rate over c1 at most +3.1 % < +5.0 %).',
      ]);
    });

    it('continues without a zone', () => {
      for (const indifference of [0, undefined]) {
        const verdict = decided(rivals(close), { policy: { indifference } });
        expect(verdict).toMatchObject({ verdict: 'continue_testing', confidence: 0.4 });
        expect(verdict.reasons).toHaveLength(1);
        expect(verdict.reasons[0]).toContain('at this rate about 12 more days');
      }
    });

    it('says what is still open, and how long that takes: it takes less than to beat the rival', () => {
      const verdict = decided(rivals({ interval: [-0.06, 0.05002] }));
      expect(verdict.verdict).toBe('continue_testing');
      // A lead of 1 is worth 1 + ln(1.05)/0.02 = 3.44, which is beyond the bound of 2.6: no time is left to estimate.
      expect(verdict.reasons[0]).toMatch(
        /^c1 leads, but confidence 0\.400 < 0\.950 after 8 looks; click rate/,
      );
      expect(verdict.reasons[1]).toBe(
        'c1 has beaten control; still open: c2 (click rate over c1 at most +5.1 % > +5.0 %).',
      );
      const later = decided(rivals({ se: 0.04, interval: [-0.1, 0.09] })).reasons[0];
      // 1 + ln(1.05)/0.04 = 2.22; (2.6/2.22)² − 1 is 0.37 times the 48 hours so far.
      expect(later).toContain('at this rate about 18 more hours');
    });

    it('says that more confidence over the control is needed', () => {
      const [control, ...others] = rivals(close);
      const unsure = { ...control!, evidence: evidence({ confidence: 0.97, p: 0.03 }) };
      const verdict = decided([unsure, ...others]);
      expect(verdict.verdict).toBe('continue_testing');
      expect(verdict.reasons[1]).toBe(
        'c1 has beaten control; within the indifference zone: c2 (click rate over c1 at most +3.1 % < +5.0 %); with 2 ads to choose from, a confidence of 0.975 over the control is needed.',
      );
    });

    it('says so in the terms of the objective, and that figures are unadjusted if they are', () => {
      const cost = decided(rivals({ ...close, adjusted: false }), {
        policy: { objective: 'cost_per_conversion', rule: 'welch' },
      });
      expect(cost.reasons[1]).toBe(
        'c1 has beaten control; within the indifference zone: c2 (cost per conversion over c1 at least -3.0 % > -4.8 %, unadjusted for repeated looks).',
      );
    });

    it('ends without a winner at the horizon if the rival is still open', () => {
      const verdict = decided(rivals({}), { hours: 672 });
      expect(verdict.verdict).toBe('no_winner');
      expect(verdict.reasons[1]).toContain('still open: c2 (click rate over c1 at most +37.0 % > +5.0 %)');
    });
  });

  it('combines calls of different looks: one pair called earlier, the last pair now', () => {
    const verdict = decided([
      pair('control', 'c1', { counts: false, interval: null, confidence: 0.98 }, 'c1'),
      pair('control', 'c2', { theta: 0.01, t: 0.1 }),
      pair('c1', 'c2', behind, 'c1'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
  });

  it('promotes no variant if the pairs form a circle', () => {
    const verdict = decided([
      pair('control', 'c1', {}, 'c1'),
      pair('c1', 'c2', {}, 'c2'),
      pair('control', 'c2', behind, 'control'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'continue_testing', leaderVariantId: null, confidence: 0 });
  });

  it('promotes a variant that beat all others earlier only while it leads each of them', () => {
    const verdict = decided([
      pair('control', 'c1', {}, 'c1'),
      pair('control', 'c2', { theta: 0.3, t: 5 }, 'c2'),
      pair('c1', 'c2', { theta: 0.01, t: 0.2 }, 'c1'),
    ]);
    expect(verdict).toMatchObject({ verdict: 'continue_testing', leaderVariantId: 'c2' });
  });
});

describe('pairs', () => {
  it('are found in either order, with the effect reversed', () => {
    const pairs = [pair('control', 'c1')];
    expect(pairOf(pairs, 'c1', 'control')).toBe(pairs[0]);
    expect(effectOf(pairs, 'c1', 'control')).toBeCloseTo(Math.log(1.2), 12);
    expect(effectOf(pairs, 'control', 'c1')).toBeCloseTo(-Math.log(1.2), 12);
    expect(() => pairOf(pairs, 'control', 'c2')).toThrow(RangeError);
    expect(leaderOf(variants(2), pairs)).toBe('c1');
  });

  it('reverse their interval, and have none if it would have no upper end', () => {
    const [low, high] = intervalFor(pair('control', 'c1', { interval: [-0.5, 1] }), 'control')!;
    expect([low, high]).toEqual([-0.5, 1]);
    expect(intervalFor(pair('control', 'c1', { interval: [-1, 3] }), 'control')).toBeNull();
    expect(intervalFor(pair('control', 'c1', { interval: null }), 'c1')).toBeNull();
  });
});

describe('sentences', () => {
  it.each([
    [0.312, '+31.2 %'],
    [0, '+0.0 %'],
    [-0.2, '-20.0 %'],
    [-0.0001, '+0.0 %'],
    [1e307, '> +1000000 %'],
  ])('show %d as %s', (fraction, text) => {
    expect(percent(fraction)).toBe(text);
  });

  it('never contain NaN, Infinity or an exponent, and always a number, an operator and a limit', () => {
    const theta = fc.oneof(
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.constantFrom(0, 1e-300, -1e-300, 700, -700),
    );
    const interval = fc.option(
      fc
        .tuple(theta, fc.double({ min: 0, max: 700, noNaN: true }))
        .map(([middle, half]): [number, number] => [Math.expm1(middle - half), Math.expm1(middle + half)])
        .filter(([, high]) => high < Infinity),
    );
    const anyPair = fc.record({
      theta,
      interval,
      counts: fc.boolean(),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      called: fc.constantFrom('control', 'c1', null),
      gaps: fc.array(
        fc.constantFrom<EvidenceGap>('minimum_hours', 'no_variance', 'information_growth', 'minimum_rows'),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(anyPair, fc.double({ min: 0, max: 700, noNaN: true }), (made, hours) => {
        const { reasons, verdict } = decided(
          [
            pair(
              'control',
              'c1',
              {
                theta: made.theta,
                interval: made.interval,
                counts: made.counts,
                confidence: made.confidence,
                missing: made.gaps.map((code) => ({ code, value: 0.0012345, limit: 3 })),
              },
              made.called,
            ),
          ],
          { hours },
        );
        expect(reasons.length).toBeGreaterThan(0);
        for (const reason of reasons) {
          expect(reason).not.toMatch(/NaN|Infinity|null|undefined|\de[+-]?\d/);
          expect(reason).toMatch(/\.$/);
          if (verdict === 'promote' || verdict === 'no_winner') expect(reason).toMatch(/\d (<|≥) \d/);
        }
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('after the checks of delivery and guardrails', () => {
  const won: VerdictOfLook = {
    verdict: 'promote',
    winnerVariantId: 'c1',
    leaderVariantId: 'c1',
    confidence: 0.97,
    reasons: ['c1 wins: confidence 0.970 ≥ 0.950 at look 8.'],
  };
  const open: VerdictOfLook = {
    ...won,
    verdict: 'continue_testing',
    winnerVariantId: null,
    reasons: ['c1 leads.'],
  };
  const silent: HealthFinding = { code: 'no_delivery', level: 'block', message: 'c1 is silent' };
  const shifted: HealthFinding = { code: 'mix_shift', level: 'warn', message: 'delivery shifted' };
  const passed: HealthFinding = { code: 'guardrail_conversion_rate', level: 'note', message: 'no harm' };
  const starved: HealthFinding = { code: 'starved', level: 'block', message: 'c2 has 3 link clicks < 25' };
  const judged = (
    verdict: VerdictOfLook,
    health: HealthFinding[],
    hours = 48,
    randomised: boolean | null = false,
  ) => afterHealth(verdict, health, { hours, policy: DEFAULT_POLICY, randomised, variants: variants(3) });

  it('a winner is promoted with its warnings and notes', () => {
    expect(judged(won, [shifted, passed], 48, true)).toEqual({
      ...won,
      reasons: [
        ...won.reasons,
        'delivery shifted.',
        'no harm.',
        'People were split at random: an A/B test of Meta gave each person one of the ads.',
      ],
    });
  });

  it('a winner is promoted even if it is unknown whether Meta randomised', () => {
    expect(judged(won, [], 48, null)).toEqual({
      ...won,
      reasons: [...won.reasons, assignmentSentence(null)],
    });
  });

  it('a blocked winner is not promoted, and the sentence says both', () => {
    expect(judged(won, [silent, shifted])).toEqual({
      ...won,
      verdict: 'continue_testing',
      winnerVariantId: null,
      reasons: [
        'c1 wins: confidence 0.970 ≥ 0.950 at look 8, but c1 is silent: not promoted.',
        'delivery shifted.',
        assignmentSentence(false),
      ],
    });
  });

  it('a blocked winner at the horizon means no winner: no later look could promote it', () => {
    const ended = judged(won, [silent], DEFAULT_POLICY.horizonHours);
    expect(ended).toMatchObject({ verdict: 'no_winner', winnerVariantId: null });
    expect(ended.reasons[0]).toBe(
      'The planned 28 days are over: c1 wins: confidence 0.970 ≥ 0.950 at look 8, but c1 is silent: not promoted. The budgets stay as they are.',
    );
  });

  it('an open test with a starved variant is held for a user, until the horizon', () => {
    const held = judged(open, [starved, shifted]);
    expect(held).toMatchObject({ verdict: 'held', winnerVariantId: null });
    expect(held.reasons).toEqual([
      'c2 has 3 link clicks < 25: held for a person, who may drop it, let it run on or stop the test.',
      'c1 leads.',
      'delivery shifted.',
    ]);
    expect(judged({ ...open, verdict: 'no_winner' }, [starved]).verdict).toBe('no_winner');
  });

  it('an open test without a finding stays as it is', () => {
    expect(judged(open, [passed])).toEqual(open);
  });
});
