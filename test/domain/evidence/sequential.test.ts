import { describe, expect, it } from 'vitest';
import {
  nominalAlpha,
  sequential2 as sequential,
  spentFraction,
} from '../../../src/domain/evidence/sequential.js';
import type { SequentialState } from '../../../src/domain/evidence/sequential-state.js';
import type { Evidence, PairRow } from '../../../src/domain/evidence/types.js';
import reference from '../../reference/e2e_default.json' with { type: 'json' };
import { hourlyRows, pairRow, random, relativeError, REFERENCE_SETTINGS as settings } from './simulate.js';

interface ReferenceLook {
  hours: number;
  theta: number;
  se: number;
  df: number;
  info: number;
  t: number;
  bound_z: number;
  t_crit: number;
  ci_rel: number[];
  cross: boolean;
  p?: number;
  confidence?: number;
}

const DAY = 24;

/** Takes a look at all rows so far, at each of `hours`. */
function follow(rows: PairRow[], hours: number[], with_ = settings) {
  let state = sequential.start(with_);
  const states: SequentialState[] = [];
  const evidence = hours.map((at): Evidence => {
    const look = sequential.look(with_, state, rows.slice(0, Math.floor(at)), at);
    state = look.state;
    states.push(state);
    return look.evidence;
  });
  return { evidence, states };
}

const every = (step: number, until: number): number[] =>
  Array.from({ length: Math.floor(until / step) }, (_, i) => (i + 1) * step);

describe('whole experiments', () => {
  it.each(reference.cases.map((c, i) => ({ ...c, title: `${i}: ${c.scenario}, lift ${c.true_lift}` })))(
    '$title',
    (c) => {
      const rows = c.rows.map(pairRow);
      const counted = follow(rows, every(6, 672)).evidence.filter((evidence) => evidence.counts);
      const looks = c.looks as ReferenceLook[];
      expect(counted.map((evidence) => evidence.hours)).toEqual(looks.map((look) => look.hours));
      for (const [k, look] of looks.entries()) {
        const got = counted[k]!;
        expect(relativeError(got.theta, look.theta)).toBeLessThan(1e-9);
        expect(relativeError(got.se, look.se)).toBeLessThan(1e-9);
        expect(relativeError(got.df, look.df)).toBeLessThan(1e-9);
        expect(relativeError(got.t, look.t)).toBeLessThan(1e-9);
        expect(relativeError(got.information, look.info)).toBeLessThan(1e-9);
        expect(Math.abs(got.bound! - look.bound_z)).toBeLessThan(2e-4);
        expect(Math.abs(got.tCritical! - look.t_crit)).toBeLessThan(2e-4);
        expect(Math.abs(got.interval![0] - look.ci_rel[0]!)).toBeLessThan(1e-4);
        expect(Math.abs(got.interval![1] - look.ci_rel[1]!)).toBeLessThan(1e-4);
        expect(got.winner !== null).toBe(look.cross);
        if (look.p !== undefined) {
          // Below 1e-6 the fine grid is closer to the truth than the reference, which uses the coarse one.
          expect(Math.min(relativeError(got.p, look.p), Math.abs(got.p - look.p) / 1e-4)).toBeLessThan(0.01);
          expect(got.confidence).toBe(1 - got.p);
        }
      }
      const first = counted.find((evidence) => evidence.winner !== null);
      expect(first ? { hours: first.hours, winner: first.winner } : null).toEqual(c.decision);
    },
  );
});

describe('the p-value', () => {
  it.each([0.9, 0.95, 0.99])(
    'is at most 1 − %d exactly if a winner is called, and never rises',
    (confidence) => {
      const with_ = { ...settings, confidence };
      let called = 0;
      for (const c of reference.cases) {
        let before = 1;
        for (const evidence of follow(c.rows.map(pairRow), every(12, 672), with_).evidence) {
          expect(evidence.p).toBeLessThanOrEqual(before);
          before = evidence.p;
          if (!evidence.counts) continue;
          expect(evidence.winner !== null).toBe(evidence.p <= 1 - confidence);
          expect(evidence.winner !== null).toBe(evidence.confidence >= confidence);
          if (evidence.winner) {
            called++;
            expect(evidence.winner).toBe('B');
            expect(Math.abs(evidence.t)).toBeGreaterThan(0);
          }
        }
      }
      expect(called).toBeGreaterThan(50);
    },
  );

  it('does not depend on the confidence in the settings', () => {
    const rows = reference.cases[1]!.rows.map(pairRow);
    const [ninety, ninetyNine] = [0.9, 0.99].map((confidence) =>
      follow(rows, every(24, 192), { ...settings, confidence }).evidence.map((evidence) => evidence.p),
    );
    for (const [k, p] of ninety!.entries()) expect(relativeError(p, ninetyNine![k]!)).toBeLessThan(0.02);
    expect(ninety!.at(-1)).toBeLessThan(0.01);
  });
});

describe('a look that does not count', () => {
  const rows = hourlyRows(random(5), { hours: 672, impressions: 250, rateA: 0.02, rateB: 0.026 });
  const strict = { ...settings, minimumImpressions: 100 };
  const codes = (evidence: Evidence): string[] => evidence.missing.map(({ code }) => code);

  it('gives every reason with its value and limit, keeps the state and calls no winner', () => {
    const state = sequential.start(strict);
    const poor = [{ exposureA: 90, eventsA: 3, exposureB: 80, eventsB: 2 }];
    const { evidence, state: after } = sequential.look(strict, state, poor, 3);
    expect(after).toBe(state);
    expect(evidence).toMatchObject({
      counts: false,
      bound: null,
      tCritical: null,
      interval: null,
      winner: null,
      p: 1,
    });
    expect(evidence.missing).toEqual([
      { code: 'minimum_hours', value: 3, limit: 24 },
      { code: 'minimum_impressions_a', value: 90, limit: 100 },
      { code: 'minimum_impressions_b', value: 80, limit: 100 },
      { code: 'minimum_clicks_a', value: 3, limit: 25 },
      { code: 'minimum_clicks_b', value: 2, limit: 25 },
      { code: 'minimum_rows', value: 1, limit: 3 },
      { code: 'no_variance', value: 0, limit: 0 },
    ]);
  });

  it('cannot promote: a lead without variance, or ten thousand impressions in one hour', () => {
    const same = { exposureA: 500, eventsA: 10, exposureB: 500, eventsB: 20 };
    const constant = sequential.look(
      settings,
      sequential.start(settings),
      new Array<PairRow>(48).fill(same),
      48,
    );
    expect(codes(constant.evidence)).toEqual(['no_variance']);
    expect(constant.evidence.winner).toBeNull();
    const single = sequential.look(
      settings,
      sequential.start(settings),
      [{ ...same, exposureA: 10_000 }],
      48,
    );
    expect(single.evidence.counts).toBe(false);
  });

  it('may be less than an hour after the last look that counted', () => {
    const { evidence, states } = follow(rows, [24, 24.5, 24.9, 25, 25.5]);
    expect(evidence.map((one) => one.counts)).toEqual([true, false, false, true, false]);
    expect(evidence[1]!.missing).toContainEqual({ code: 'too_soon_after_last_look', value: 0.5, limit: 1 });
    expect(states[2]).toBe(states[0]);
    expect(evidence[2]!.p).toBe(evidence[0]!.p);
  });

  it('may follow a restatement that removed information', () => {
    const first = sequential.look(settings, sequential.start(settings), rows.slice(0, 96), 96);
    const restated = rows
      .slice(0, 97)
      .map((row) => ({ ...row, eventsA: row.eventsA >> 1, eventsB: row.eventsB >> 1 }));
    const second = sequential.look(settings, first.state, restated, 102);
    expect(codes(second.evidence)).toEqual(['information_growth']);
    expect(second.evidence.missing[0]!.value).toBeLessThan(-0.3);
    expect(second.state).toBe(first.state);
    const third = sequential.look(settings, second.state, rows.slice(0, 120), 120);
    const straight = sequential.look(settings, first.state, rows.slice(0, 120), 120);
    expect(third).toEqual(straight);
    expect(third.evidence.counts).toBe(true);
  });

  it("keeps an earlier look's p", () => {
    const { evidence } = follow(rows, [...every(6, 192), 192.5]);
    expect(evidence.at(-2)!.winner).toBe('B');
    expect(evidence.at(-1)).toMatchObject({ counts: false, winner: null, p: evidence.at(-2)!.p });
  });
});

describe('after a winner was called', () => {
  it('continues: the ladder stays complete, and an ad that lost its lead is not a winner', () => {
    const good = hourlyRows(random(6), { hours: 150, impressions: 250, rateA: 0.02, rateB: 0.03 });
    const bad = hourlyRows(random(7), { hours: 522, impressions: 250, rateA: 0.02, rateB: 0.012 });
    const { evidence } = follow([...good, ...bad], every(6, 672));
    const called = evidence.filter((one) => one.winner === 'B');
    expect(called.length).toBeGreaterThan(10);
    const between = evidence.filter((one) => one.counts && one.winner === 'B' && one.t < one.tCritical!);
    expect(between.length).toBeGreaterThan(0);
    const end = evidence.at(-1)!;
    expect(end.counts).toBe(true);
    expect(end.winner).toBe('A');
    expect(end.t).toBeLessThan(-end.tCritical!);
    for (const one of evidence) {
      if (one.counts) expect(one.bound).toBeGreaterThan(2.6);
      if (one.winner) expect(one.winner).toBe(one.theta > 0 ? 'B' : 'A');
    }
  });

  it('spends nothing past the horizon', () => {
    const rows = hourlyRows(random(8), { hours: 900, impressions: 250, rateA: 0.02, rateB: 0.02 });
    const { evidence, states } = follow(rows, [600, 672, 700, 760]);
    expect(evidence.map((one) => one.bound !== null)).toEqual([true, true, false, false]);
    expect(evidence[2]).toMatchObject({ counts: true, tCritical: null, interval: null, winner: null });
    expect(states[3]!.looks).toBe(4);
    expect(evidence[3]!.p).toBe(evidence[1]!.p);
  });
});

describe('settings', () => {
  it('refuse an unconfirmed confidence, and a horizon that is not positive', () => {
    expect(() => sequential.start({ ...settings, confidence: 0.8 })).toThrow(RangeError);
    expect(() => sequential.start({ ...settings, confidence: Number.NaN })).toThrow(RangeError);
    expect(() => sequential.start({ ...settings, horizonHours: 0 })).toThrow(RangeError);
    expect(nominalAlpha(0.95)).toBeCloseTo(0.048, 15);
  });

  it('spend in calendar time: nothing at the start, everything from the horizon on', () => {
    expect(spentFraction(0, 672)).toBe(0);
    expect(spentFraction(336, 672)).toBeCloseTo(Math.log(6) / Math.log(11), 15);
    expect(spentFraction(672, 672)).toBe(1);
    expect(spentFraction(9 * DAY * 7, 672)).toBe(1);
  });
});

describe('the stored state', () => {
  const rows = hourlyRows(random(9), { hours: 672, impressions: 250, rateA: 0.02, rateB: 0.021 });

  it.each([0.95, 0.99])('survives bit for bit at every look, at confidence %d', (confidence) => {
    const with_ = { ...settings, confidence };
    const { states } = follow(rows, every(24, 672), with_);
    for (const state of [sequential.start(with_), ...states]) {
      const bytes = sequential.encode(state);
      const back = sequential.decode(bytes);
      expect(back).toEqual(state);
      expect(Buffer.compare(sequential.encode(back), bytes)).toBe(0);
      expect(bytes.length).toBeLessThan(120_000);
    }
  });

  it('gives the same next look from bytes as from memory', () => {
    const { states } = follow(rows, every(6, 96));
    const bytes = sequential.encode(states.at(-1)!);
    // A database may return a slice of a larger buffer.
    const padded = new Uint8Array(bytes.length + 16);
    padded.set(bytes, 5);
    const decoded = sequential.decode(padded.subarray(5, 5 + bytes.length));
    const look = (state: SequentialState) => sequential.look(settings, state, rows.slice(0, 102), 102);
    expect(look(decoded)).toEqual(look(states.at(-1)!));
  });

  it('refuses bytes of another version or of another length', () => {
    const bytes = sequential.encode(follow(rows, [48]).states[0]!);
    expect(() => sequential.decode(Uint8Array.from(bytes, (byte, i) => (i === 0 ? 9 : byte)))).toThrow(
      RangeError,
    );
    expect(() => sequential.decode(bytes.subarray(0, bytes.length - 8))).toThrow(RangeError);
    expect(() => sequential.decode(new Uint8Array(0))).toThrow(RangeError);
    expect(() => sequential.decode(Uint8Array.from([...bytes, 0]))).toThrow(RangeError);
  });
});
