import { describe, expect, it } from 'vitest';
import { NO_HISTORY } from '../../../src/domain/evidence/drift.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { DEFAULT_POLICY, type Policy, type Variant } from '../../../src/domain/experiment.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  hasFaded,
  judgeRecheck,
  type RecheckOutcome,
  recheckOutcome,
} from '../../../src/domain/verification/recheck.js';
import { outcomeOf, type Weight, weigh } from '../../../src/domain/verification/verification.js';
import { recheckWindow } from '../../../src/domain/verification/window.js';
import { poisson, random } from '../evidence/simulate.js';

const LAST_WRITE = 1_000_000 * HOUR_MS;
const DAY = 24 * HOUR_MS;

const variants = ['control', 'c1'].map(
  (id): Variant => ({
    id,
    role: id === 'control' ? 'control' : 'challenger',
    adId: `ad-${id}`,
    adSetId: `set-${id}`,
    creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
  }),
);

/** Hours of both ads up to day 28, at a split of 80/20. */
function hours(
  count: number,
  rates: { control: number; c1: number },
  { from = LAST_WRITE + 21 * DAY, impressions = 200, seed = 1 } = {},
): Observed[] {
  const uniform = random(seed);
  return Array.from({ length: count }).flatMap((_, hour) =>
    Object.entries(rates).map(([variantId, rate]): Observed => {
      const shown = variantId === 'control' ? impressions : 4 * impressions;
      const linkClicks = poisson(uniform, shown * rate);
      return {
        ...{ variantId, bucketStart: from + hour * HOUR_MS, bucketEnd: from + (hour + 1) * HOUR_MS },
        ...{ impressions: shown, clicks: linkClicks, linkClicks, spend: shown, revenue: 0 },
        conversions: poisson(uniform, linkClicks / 10),
      };
    }),
  );
}

/** A verification that measured this lift (log rate ratio). */
function verifiedAt(theta: number, se = 0.05, more: Partial<Weight> = {}): Weight {
  const interval: [number, number] = [Math.expm1(theta - 1.65 * se), Math.expm1(theta + 1.65 * se)];
  const events = { winnerEvents: 2_000, rivalEvents: 500 };
  return { theta, se, df: 160, interval, rows: 168, days: 7, ...events, logHarm: null, ...more };
}

function judged(
  observations: Observed[],
  more: Partial<Omit<Parameters<typeof judgeRecheck>[0], 'experiment'>> & { policy?: Partial<Policy> } = {},
) {
  const { policy: changes, ...rest } = more;
  const policy = { ...DEFAULT_POLICY, ...changes };
  const promotion = { winnerVariantId: 'c1', metrics: {}, phasesDone: { '80': LAST_WRITE } };
  return judgeRecheck({
    ...{ experiment: { variants, policy }, promotion, verified: verifiedAt(0.2) },
    window: recheckWindow(policy, promotion.phasesDone)!,
    ...{ observations, history: NO_HISTORY, unjudged: null, laterTests: [], ...rest },
  });
}

const INTERVAL = String.raw`[+-]\d+\.\d % \(90 % interval [+-]\d+\.\d % to [+-]\d+\.\d % (> 0 %|< 0 %|reaches 0 %)\)`;
const MEASURED = `click rate of c1 over control ${INTERVAL} in the 7 days up to day 28 after the rollout`;
const VERIFIED = String.raw`\+22\.1 % \(90 % interval \+12\.5 % to \+32\.6 % > 0 %\) in the verification\.`;

describe('a recheck', () => {
  it('holds if the lift is above 0 and not shown to be lower than verified', () => {
    const found = judged(hours(168, { control: 0.02, c1: 0.024 }));
    expect(found).toMatchObject({ outcome: 'holds', winner: 'c1', rival: 'control', rows: 168, days: 7 });
    expect(found.message).toMatch(new RegExp(`^The lift holds: ${MEASURED}; ${VERIFIED}$`));
    expect(found).not.toHaveProperty('logHarm');
  });

  it('has faded if the lift is shown to be lower, though it is still above 0', () => {
    const found = judged(hours(168, { control: 0.02, c1: 0.0224 }, { impressions: 1_000 }), {
      verified: verifiedAt(0.4),
    });
    expect(found.outcome).toBe('faded');
    expect(found.interval![0]).toBeGreaterThan(0);
    expect(found.message).toMatch(new RegExp(`^The lift has faded: ${MEASURED}; `));
  });

  it('has faded if the winner is behind, whatever was verified', () => {
    for (const verified of [verifiedAt(0.2), verifiedAt(-0.1), null]) {
      const found = judged(hours(168, { control: 0.02, c1: 0.015 }), { verified });
      expect(found.outcome).toBe('faded');
      expect(found.message).toMatch(/^The lift has faded: .* < 0 %\) in the 7 days/);
    }
  });

  it('is unclear if the interval reaches 0 and the lift may still be as verified', () => {
    const found = judged(hours(168, { control: 0.02, c1: 0.0205 }), { verified: verifiedAt(0.09) });
    expect(found.outcome).toBe('unclear');
    expect(found.message).toMatch(/^It is unclear whether the lift holds: .* reaches 0 %\) in the 7 days/);
  });

  it('is unclear with too little data, or if the ads no longer both deliver', () => {
    expect(judged(hours(168, { control: 0.0005, c1: 0.02 })).message).toMatch(
      /^It is unclear whether the lift holds: too little data in the 7 days up to day 28 after the rollout \(control has \d+ link clicks < 25\); /,
    );
    const alone = hours(168, { control: 0.02, c1: 0.03 }).filter(({ variantId }) => variantId === 'c1');
    expect(judged(alone)).toMatchObject({
      outcome: 'unclear',
      rows: 0,
      interval: null,
      message: expect.stringContaining('(hours in which both delivered: 0 < 3)'),
    });
  });

  it('compares with nothing if the verification had too little data', () => {
    const found = judged(hours(168, { control: 0.02, c1: 0.024 }), {
      verified: verifiedAt(2, 0.01, { rivalEvents: 24 }),
    });
    expect(found.outcome).toBe('holds');
    expect(found.message).toMatch(/; the verification had too little data\.$/);
  });

  it('ignores what is outside its window', () => {
    const within = hours(168, { control: 0.02, c1: 0.024 });
    const before = hours(168, { control: 0.02, c1: 0.1 }, { from: LAST_WRITE + 14 * DAY });
    const after = hours(24, { control: 0.02, c1: 0.1 }, { from: LAST_WRITE + 28 * DAY });
    expect(judged([...before, ...within, ...after])).toEqual(judged(within));
  });

  it('makes no judgement of another split, and still says what was measured', () => {
    const detail = 'ad set 1 stood at USD 3.00, not at USD 4.00';
    const found = judged(hours(168, { control: 0.02, c1: 0.024 }), {
      unjudged: { code: 'split_changed', detail },
    });
    expect(found).toMatchObject({ outcome: 'not_judged', rows: 168 });
    expect(found.message).toMatch(
      new RegExp(
        `^Whether the lift holds is not judged, since the split is no longer that of the last phase \\(${detail}\\): ${MEASURED}; ${VERIFIED}$`,
      ),
    );
  });

  it('says that its window could not be read', () => {
    expect(judged([], { unjudged: { code: 'unread', detail: 'no answer' } })).toMatchObject({
      outcome: 'not_judged',
      message:
        'Whether the lift holds is not judged: the 7 days up to day 28 after the rollout could not be read (no answer).',
    });
  });

  it('names the tests that began on its ad sets', () => {
    const laterTests = [
      { adSetId: 'set-c1', experimentId: 'autumn' },
      { adSetId: 'set-control', experimentId: 'winter' },
    ];
    const found = judged(hours(168, { control: 0.02, c1: 0.024 }), { laterTests });
    expect(found.outcome).toBe('holds');
    expect(found.message).toMatch(
      / in the verification\. Since the rollout, ad sets have been part of other tests: ad set set-c1 in autumn, ad set set-control in winter\.$/,
    );
  });

  it('shows an inverse metric as users read it', () => {
    const policy: Partial<Policy> = { objective: 'cost_per_conversion', attributionWindowHours: 0 };
    const found = judged(hours(168, { control: 0.05, c1: 0.07 }), { policy });
    expect(found.outcome).toBe('holds');
    expect(found.message).toMatch(
      /^The lift holds: cost per conversion of c1 over control -\d+\.\d % .* < 0 %\)/,
    );
  });
});

describe('the comparison with the verification', () => {
  it('takes the errors of both into account', () => {
    expect(hasFaded(verifiedAt(0.05), verifiedAt(0.16))).toBe(false);
    expect(hasFaded(verifiedAt(0.05), verifiedAt(0.18))).toBe(true);
    // Two estimates without any scatter can't be compared.
    expect(hasFaded(verifiedAt(0, 0), verifiedAt(0.2, 0))).toBe(false);
  });

  /** Shares of outcomes over simulated pairs of weeks at 80/20, 403 events of the control per week. */
  function shares(then: number, now: number, seed: number) {
    const uniform = random(seed);
    const week = (lift: number) =>
      Array.from(
        { length: 168 },
        (_, hour): PairRow => ({
          ...{ exposureA: 120, eventsA: poisson(uniform, 2.4) },
          ...{ exposureB: 480, eventsB: poisson(uniform, 9.6 * (1 + lift)), day: hour / 24 },
        }),
      );
    const setting = { strict: false, history: NO_HISTORY };
    const counts = { holds: 0, faded: 0, unclear: 0, not_judged: 0, verified: 0 } satisfies Record<
      RecheckOutcome | 'verified',
      number
    >;
    const runs = 100;
    for (let run = 0; run < runs; run++) {
      const verified = weigh(week(then), setting);
      counts[recheckOutcome(weigh(week(now), setting), verified)] += 1 / runs;
      if (outcomeOf(verified) === 'verified') counts.verified += 1 / runs;
    }
    return counts;
  }

  it('seldom calls an unchanged lift faded (3.3 to 3.7 % of 2,000)', () => {
    for (const lift of [0.1, 0.3]) expect(shares(lift, lift, 11).faded).toBeLessThan(0.08);
  });

  it('finds most lifts of +20 % that are gone (70 % of 2,000; 3 % seem to hold)', () => {
    const { faded, holds } = shares(0.2, 0, 12);
    expect(faded).toBeGreaterThan(0.58);
    expect(holds).toBeLessThan(0.08);
  });
});
