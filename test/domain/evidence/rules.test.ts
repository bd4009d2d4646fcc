import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/domain/evidence/rules.js';
import {
  type Evidence,
  isRuleName,
  type PairRow,
  RULE_NAMES,
  type RuleName,
  type RuleSettings,
} from '../../../src/domain/evidence/types.js';
import { hourlyRows, REFERENCE_SETTINGS, random } from './simulate.js';

const OTHER = { A: 'B', B: 'A' } as const;
const DAY = 24;

/** Every rule in each of its forms. */
const FORMS: { title: string; name: RuleName; settings: RuleSettings }[] = [
  ...RULE_NAMES.map((name) => ({ title: name, name, settings: REFERENCE_SETTINGS })),
  {
    title: 'sequential, strict',
    name: 'sequential',
    settings: { ...REFERENCE_SETTINGS, strict: true },
  },
];

const withDays = (rows: PairRow[]): PairRow[] => rows.map((row, hour) => ({ ...row, day: hour / DAY }));

const swapped = (rows: PairRow[]): PairRow[] =>
  rows.map(({ exposureA, eventsA, exposureB, eventsB, day }) => ({
    exposureA: exposureB,
    eventsA: eventsB,
    exposureB: exposureA,
    eventsB: eventsA,
    day,
  }));

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const uniform = random(seed);
  return values
    .map((value) => ({ value, key: uniform() }))
    .sort((x, y) => x.key - y.key)
    .map(({ value }) => value);
}

/** Evidence at each of `hours`; every second look continues from stored bytes. */
function follow(
  name: RuleName,
  settings: RuleSettings,
  rowsAt: (hours: number) => PairRow[],
  hours: number[],
) {
  let run = RULES[name].start(settings);
  return hours.map((at, k): Evidence => {
    if (k % 2 === 1) run = RULES[name].resume(settings, run.encode());
    const { evidence, after } = run.look(rowsAt(at), at);
    run = after;
    return evidence;
  });
}

function expectNumbers(evidence: Evidence): void {
  const numbers = JSON.stringify(evidence, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? 'not a finite number' : value,
  );
  expect(numbers).not.toContain('not a finite number');
}

const experiment = fc.record({
  seed: fc.integer(),
  impressions: fc.integer({ min: 20, max: 400 }),
  rateA: fc.double({ min: 0.005, max: 0.05, noNaN: true }),
  ratio: fc.double({ min: 0.5, max: 2, noNaN: true }),
});
type Drawn = typeof experiment extends fc.Arbitrary<infer T> ? T : never;
const rowsOf = ({ seed, impressions, rateA, ratio }: Drawn): PairRow[] =>
  withDays(hourlyRows(random(seed), { hours: 300, impressions, rateA, rateB: rateA * ratio }));
const schedule = fc
  .array(fc.double({ min: 0.2, max: 40, noNaN: true }), { minLength: 1, maxLength: 7 })
  .map((gaps) => {
    let at = 10;
    return gaps.map((gap) => {
      at += gap;
      return at;
    });
  });

describe.each(FORMS)('$title', ({ name, settings }) => {
  const prefix = (rows: PairRow[]) => (hours: number) => rows.slice(0, Math.floor(hours));

  it('reverses sign, interval and winner, and nothing else, if the ads are swapped', () => {
    fc.assert(
      fc.property(experiment, schedule, (drawn, hours) => {
        const rows = rowsOf(drawn);
        const others = follow(name, settings, prefix(swapped(rows)), hours);
        for (const [k, one] of follow(name, settings, prefix(rows), hours).entries()) {
          const other = others[k]!;
          expect(other.theta).toBeCloseTo(-one.theta, 9);
          expect(other.t).toBeCloseTo(-one.t, 7);
          for (const same of ['se', 'df', 'information', 'p', 'confidence'] as const) {
            expect(Math.abs(other[same] - one[same])).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(one[same])));
          }
          expect(other.bound === null).toBe(one.bound === null);
          expect(other.counts).toBe(one.counts);
          expect(other.winner).toBe(one.winner && OTHER[one.winner]);
          if (one.interval && other.interval && one.interval[0] > -1) {
            expect(Math.log1p(other.interval[1])).toBeCloseTo(-Math.log1p(one.interval[0]), 5);
          }
        }
      }),
      { seed: 31, numRuns: 25 },
    );
  });

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(experiment, schedule, fc.integer(), (drawn, hours, seed) => {
        const rows = rowsOf(drawn);
        const others = follow(name, settings, (at) => shuffled(prefix(rows)(at), seed), hours);
        for (const [k, one] of follow(name, settings, prefix(rows), hours).entries()) {
          const other = others[k]!;
          expect(other.theta).toBeCloseTo(one.theta, 9);
          expect(other.se).toBeCloseTo(one.se, 9);
          expect(other.p).toBeCloseTo(one.p, 6);
          expect([other.counts, other.winner]).toEqual([one.counts, one.winner]);
        }
      }),
      { seed: 32, numRuns: 25 },
    );
  });

  it('does not depend on a drift common to both ads', () => {
    const drifts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 72, maxLength: 72 });
    fc.assert(
      fc.property(drifts, fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2, 3), (perMille, clicks, split) => {
        // The ratio of the two rates is `clicks` to 2 in each hour; the hour's own rate is a drift.
        const rows = withDays(
          perMille.map((drift) => ({
            exposureA: 1000 * split,
            eventsA: 2 * drift * split,
            exposureB: 1000,
            eventsB: clicks * drift,
          })),
        );
        const [first, second] = follow(name, settings, prefix(rows), [48, 72]);
        for (const one of [first!, second!]) {
          expect(one.theta).toBeCloseTo(Math.log(clicks / 2), 10);
          if (clicks === 2) expect(one.winner).toBeNull();
        }
      }),
      { seed: 33, numRuns: 40 },
    );
  });

  it('keeps its promises on any schedule, from memory and from stored bytes', () => {
    fc.assert(
      fc.property(experiment, schedule, (drawn, hours) => {
        const rows = rowsOf(drawn);
        let run = RULES[name].start(settings);
        for (const [k, evidence] of follow(name, settings, prefix(rows), hours).entries()) {
          const fromMemory = run.look(prefix(rows)(hours[k]!), hours[k]!);
          run = fromMemory.after;
          expect(evidence).toEqual(fromMemory.evidence);
          expectNumbers(evidence);
          expect(evidence.adjusted).toBe(RULES[name].adjusted);
          expect(evidence.counts).toBe(evidence.missing.length === 0);
          expect(evidence.confidence).toBe(1 - evidence.p);
          expect(evidence.p).toBeGreaterThan(0);
          if (evidence.winner !== null) {
            expect(evidence.counts).toBe(true);
            expect(evidence.confidence).toBeGreaterThanOrEqual(settings.confidence);
            expect(evidence.winner).toBe(evidence.theta > 0 ? 'B' : 'A');
          }
          if (evidence.interval) {
            expect(evidence.interval[0]).toBeLessThan(Math.expm1(evidence.theta));
            expect(evidence.interval[1]).toBeGreaterThan(Math.expm1(evidence.theta));
          }
        }
      }),
      { seed: 34, numRuns: 25 },
    );
  });

  it('has a result for any counts: none, one hour, ten million impressions', () => {
    const count = fc.oneof(fc.constant(0), fc.nat(30), fc.nat(10_000_000));
    const row = fc.record({ exposureA: count, eventsA: count, exposureB: count, eventsB: count });
    const equal = { exposureA: 10_000_000, eventsA: 200_000, exposureB: 10_000_000, eventsB: 200_000 };
    const edges: [PairRow[], number][] = [
      [[], 0],
      [[], 672],
      [[{ exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0 }], 24],
      [[{ exposureA: 1, eventsA: 1, exposureB: 1, eventsB: 0 }], 1],
      [[equal], 24],
      [new Array<PairRow>(30).fill(equal), 30],
      [new Array<PairRow>(30).fill({ ...equal, eventsB: 10_000_000 }), 30],
    ];
    const loose = { ...settings, minimumHours: 0, minimumClicks: 0 };
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.double({ min: 0, max: 800, noNaN: true }),
        (rows, hours) => {
          const seen = withDays(rows.flatMap((each) => [each, each]));
          const later = withDays([...rows, ...rows].flatMap((each) => [each, each]));
          const looks = follow(name, loose, (at) => (at === hours ? seen : later), [hours, hours + 5]);
          for (const evidence of looks) expectNumbers(evidence);
        },
      ),
      { seed: 35, numRuns: 60, examples: edges },
    );
  });

  it('calls a clear winner, and no winner without data', () => {
    const rows = withDays(hourlyRows(random(2), { hours: 120, impressions: 400, rateA: 0.02, rateB: 0.034 }));
    expect(follow(name, settings, prefix(rows), [120])[0]!.winner).toBe('B');
    expect(follow(name, settings, prefix(swapped(rows)), [120])[0]!.winner).toBe('A');
    const [empty] = follow(name, settings, () => [], [120]);
    expect(empty).toMatchObject({
      counts: false,
      winner: null,
      p: 1,
      confidence: 0,
      theta: 0,
      interval: null,
    });
  });

  it('refuses a confidence without a confirmed error rate, with the reason', () => {
    for (const confidence of [0.8, 0.975, 1, Number.NaN]) {
      expect(() => RULES[name].start({ ...settings, confidence })).toThrow(
        /one of 0\.90, 0\.95, 0\.99, for which error rates were confirmed/,
      );
    }
  });

  it('refuses bytes of another state', () => {
    const bytes = RULES[name].start(settings).encode();
    const other = Uint8Array.from(bytes, (byte, i) => (i === 0 ? 99 : byte));
    expect(() => RULES[name].resume(settings, other)).toThrow(RangeError);
    expect(() => RULES[name].resume(settings, new Uint8Array([...bytes, 0]))).toThrow(RangeError);
  });
});

describe('the registry', () => {
  it('knows its rules by name, and no property that objects inherit', () => {
    expect(RULE_NAMES).toEqual(expect.arrayContaining(['sequential', 'anytime', 'welch']));
    for (const name of RULE_NAMES) expect(RULES[name].name).toBe(name);
    expect(isRuleName('anytime')).toBe(true);
    for (const name of ['toString', '__proto__', 'bayes', 3, null]) expect(isRuleName(name)).toBe(false);
  });
});
