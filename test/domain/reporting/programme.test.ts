import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Variant } from '../../../src/domain/experiment.js';
import { compoundReport } from '../../../src/domain/reporting/compound-report.js';
import { type ProgrammeTest, programmeOf } from '../../../src/domain/reporting/programme.js';
import { curveSentence } from '../../../src/domain/reporting/programme-sentences.js';
import { gainsTogether } from '../../../src/domain/reporting/shrinkage.js';

const HOUR = 3_600_000;
const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const variants: Variant[] = (['control', 'challenger'] as const).map((role) => ({
  ...{ id: role, role, adId: `ad-${role}`, adSetId: `set-${role}`, creative },
}));

type Status = NonNullable<ProgrammeTest['promotion']>['status'];

/** The n-th test: promoted after 10 h with a log lift, or without a winner. */
function test(
  n: number,
  theta: number | null,
  more: { status?: Status; forced?: boolean } = {},
): ProgrammeTest {
  const startedAt = n * 100 * HOUR;
  const ended = startedAt + 10 * HOUR;
  const common = {
    ...{ verification: null, harmAtGate: false, lastDecision: null },
    experiment: {
      ...{ id: `test-${n}`, currency: 'EUR', variants, policy: DEFAULT_POLICY, startedAt },
      ...{ promotedAt: theta === null ? null : ended, endedAt: theta === null ? ended : null },
    },
  };
  if (theta === null) return { ...common, promotion: null };
  return {
    ...common,
    promotion: {
      ...{ winnerVariantId: 'challenger', status: 'completed', confidence: 0.97, theta, se: 0.05, ...more },
      plan: { winnerAdSetId: 'set-challenger', base: { 'set-control': 500, 'set-challenger': 500 } },
    },
  };
}

const programme = (tests: ProgrammeTest[]) => programmeOf(tests, new Map(), compoundReport(tests));

describe('the curve over tests', () => {
  // 30 tests in turn: every third has no winner, and each lift is larger than the one before.
  const tests = Array.from({ length: 30 }, (_, n) => test(n, n % 3 === 0 ? null : 0.1 + n / 100));

  it('has the mean lifts of the winners by the number of tests decided before them, in any order', () => {
    const { prior } = compoundReport(tests);
    const { curve } = programme([...tests].reverse());
    const inside = (from: number, to: number) =>
      tests.slice(from, to).flatMap(({ promotion }) => (promotion ? [promotion.theta] : []));
    for (const [band, [from, to]] of [
      [0, 10],
      [10, 25],
      [25, 50],
    ].entries()) {
      const thetas = inside(from!, to!);
      const gains = thetas.map((theta) => ({ estimate: { theta, se: 0.05 }, weight: 1 / thetas.length }));
      const { mean, interval } = gainsTogether(gains, prior);
      const { promotions, lift } = curve[band]!;
      expect(promotions).toBe(thetas.length);
      expect(lift!.shrunk).toBeCloseTo(mean, 10);
      expect(lift!.interval[0]).toBeCloseTo(interval[0], 7);
      expect(lift!.interval[1]).toBeCloseTo(interval[1], 7);
      expect(lift!.claimed).toBeCloseTo(
        thetas.reduce((sum, t) => sum + Math.expm1(t), 0) / thetas.length,
        10,
      );
    }
    expect(curve[0]!.lift!.shrunk).toBeLessThan(curve[2]!.lift!.shrunk);
    expect(curve[3]).toMatchObject({ from: 50, to: 100, promotions: 0, lift: null });
    expect(curve.at(-1)).toMatchObject({ from: 800, to: null });
    expect(curveSentence(curve)).toMatch(/^Lifts of winners by the number of tests/);
  });

  it('leaves out forced, reverted and shadow promotions, and bands with fewer than 3', () => {
    const few = [
      test(0, 0.2),
      test(1, 0.2),
      test(2, 0.2, { forced: true }),
      test(3, 0.2, { status: 'reverted' }),
      test(4, 0.2, { status: 'shadow' }),
    ];
    expect(programme(few).curve[0]).toMatchObject({ promotions: 2, lift: null });
    expect(programme([...few, test(5, 0.2)]).curve[0]!.promotions).toBe(3);
  });
});

describe('the promotion rate and the hours to promotion', () => {
  it('count every winner that the rule found, in shadow and reverted too, and no forced one', () => {
    const tests = [
      test(0, 0.2),
      test(1, 0.2, { status: 'reverted' }),
      test(2, 0.2, { status: 'shadow' }),
      test(3, 0.2, { forced: true }),
      test(4, null),
      test(5, null),
    ];
    const { promotionRate, hoursToPromotion } = programme(tests);
    expect(promotionRate).toMatchObject({ part: 3, of: 5, share: 0.6 });
    expect(hoursToPromotion).toEqual({ of: 3, median: 10, quartiles: null });
  });
});
