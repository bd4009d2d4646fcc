import { describe, expect, it } from 'vitest';
import { anytime, anytimeInterval, differences, logEquality } from '../../../src/domain/evidence/anytime.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import reference from '../../reference/e_process_and_shrinkage.json' with { type: 'json' };
import { hourlyRows, pairRow, REFERENCE_SETTINGS, random, relativeError } from './simulate.js';

const settings = { ...REFERENCE_SETTINGS, minimumHours: 0, minimumClicks: 1 };
const LIMIT = -Math.log(0.05);

function follow(rows: PairRow[], hours: number[]) {
  let state = anytime.start(settings);
  return hours.map((at) => {
    const { evidence, state: after } = anytime.look(settings, state, rows.slice(0, at), at);
    state = after;
    return evidence;
  });
}

/** The same hours, with B's clicks at `ratio` times their rate. */
const ahead = (seed: number, ratio: number, hours = 400): PairRow[] =>
  hourlyRows(random(seed), { hours, impressions: 300, rateA: 0.02, rateB: 0.02 * ratio });

describe('the e-process', () => {
  it.each(reference.e_process)('$name', (c) => {
    const rows = c.rows.map(pairRow);
    const sums = differences(rows);
    expect(relativeError(sums.a - sums.b, c.S)).toBeLessThan(1e-12);
    expect(relativeError(sums.aa - 2 * sums.ab + sums.bb, c.V)).toBeLessThan(1e-12);
    expect(relativeError(logEquality(sums), c.log_e_symmetric)).toBeLessThan(1e-12);
    const { evidence } = anytime.look(settings, anytime.start(settings), rows, rows.length);
    expect(evidence.logE).toBe(logEquality(sums));
    expect(relativeError(evidence.p, c.p_symmetric)).toBeLessThan(1e-12);
    expect(evidence.counts).toBe(true);
  });

  it('needs no minimum of rows: one row, or five, never call a winner', () => {
    const row = { exposureA: 1_000_000, eventsA: 1, exposureB: 1_000_000, eventsB: 900_000 };
    for (let count = 1; count <= 5; count++) {
      const [evidence] = follow(new Array<PairRow>(count).fill(row), [count]);
      expect(evidence).toMatchObject({ counts: true, winner: null });
    }
    const modest = { exposureA: 1000, eventsA: 1, exposureB: 1000, eventsB: 20 };
    const winners = follow(new Array<PairRow>(30).fill(modest), [5, 30]).map((evidence) => evidence.winner);
    expect(winners).toEqual([null, 'B']);
  });

  it('keeps its smallest p, and an ad that lost its lead is not a winner', () => {
    const rows = [...ahead(3, 1.6, 120), ...ahead(4, 0.5, 280)];
    const looks = follow(
      rows,
      Array.from({ length: 40 }, (_, k) => 10 * (k + 1)),
    );
    for (const [k, look] of looks.entries()) {
      if (k > 0) expect(look.p).toBeLessThanOrEqual(looks[k - 1]!.p);
    }
    const first = looks.findIndex((look) => look.winner === 'B');
    expect(first).toBeGreaterThan(0);
    const turned = looks.filter((look) => look.theta < 0);
    expect(turned.length).toBeGreaterThan(3);
    expect(turned[0]!.winner).toBeNull();
    expect(turned[0]!.p).toBeLessThan(0.05);
    expect(turned.at(-1)!.winner).toBe('A');
  });

  it.each([0.9, 0.95, 0.99])(
    'at confidence %d promotes exactly if E reached 1/(1 − confidence)',
    (confidence) => {
      const at = { ...settings, confidence };
      const rows = ahead(5, 1.3);
      let state = anytime.start(at);
      let best = 0;
      let called = 0;
      for (let hours = 5; hours <= rows.length; hours += 5) {
        const { evidence, state: after } = anytime.look(at, state, rows.slice(0, hours), hours);
        state = after;
        if (!evidence.counts) continue;
        best = Math.max(best, Math.exp(evidence.logE!));
        expect(evidence.winner).toBe(best >= 1 / (1 - confidence) ? 'B' : null);
        expect(evidence.winner !== null).toBe(evidence.confidence >= confidence);
        if (evidence.winner) called++;
      }
      expect(called).toBeGreaterThan(0);
    },
  );

  it('gives few false winners in 400 tests of equal ads, whatever the overdispersion', () => {
    let called = 0;
    for (let seed = 0; seed < 400; seed++) {
      const uniform = random(9000 + seed);
      const rows = hourlyRows(uniform, { hours: 672, impressions: 150, rateA: 0.02, rateB: 0.02 }).map(
        (row) => ({
          ...row,
          // Rates that vary from hour to hour, symmetrically, for each ad separately.
          eventsA: Math.round(row.eventsA * (0.4 + 1.2 * uniform())),
          eventsB: Math.round(row.eventsB * (0.4 + 1.2 * uniform())),
        }),
      );
      const calls = Array.from({ length: 112 }, (_, k) =>
        logEquality(differences(rows.slice(0, 6 * (k + 1)))),
      );
      if (calls.some((value) => value >= LIMIT)) called++;
    }
    // 5 % of 400 is 20; the mixture errs in 1.5 to 2 % of tests in four weeks.
    expect(called).toBeLessThanOrEqual(20);
    expect(called).toBeGreaterThan(0);
  });
});

describe('its horizon', () => {
  it('changes nothing: not the evidence of a look, nor the state that it leaves', () => {
    const rows = ahead(11, 1.15);
    const [short, long] = [
      { ...settings, horizonHours: 48 },
      { ...settings, horizonHours: 2_160 },
    ];
    let state = anytime.start(short);
    for (let hours = 6; hours <= rows.length; hours += 6) {
      const planned = anytime.look(short, state, rows.slice(0, hours), hours);
      expect(anytime.look(long, state, rows.slice(0, hours), hours)).toEqual(planned);
      state = planned.state;
    }
  });

  it('may be made longer after a look at the data: equal ads still win in less than 5 % of tests', () => {
    const tests = 200;
    let called = 0;
    let extended = 0;
    for (let seed = 0; seed < tests; seed++) {
      const uniform = random(70_000 + seed);
      const rows = hourlyRows(uniform, { hours: 2_160, impressions: 40, rateA: 0.02, rateB: 0.02 });
      const wins = (until: number) => logEquality(differences(rows.slice(0, until))) >= LIMIT;
      let horizon = 336;
      for (let hours = 24; hours <= horizon; hours += 24) {
        if (wins(hours)) {
          called++;
          break;
        }
        // Whoever hopes for a winner asks for more time at each planned end at which an ad leads visibly.
        const sums = differences(rows.slice(0, hours));
        if (hours === horizon && Math.abs(sums.a - sums.b) > Math.sqrt(sums.a + sums.b) / 2) {
          horizon = Math.min(2_160, horizon + 336);
          extended++;
        }
      }
    }
    expect(extended).toBeGreaterThan(tests / 2);
    // 5 % of 200 is 10.
    expect(called).toBeLessThanOrEqual(10);
  });
});

describe('its interval', () => {
  it('excludes 0 exactly if this look rejects equal ads', () => {
    let out = 0;
    for (let seed = 0; seed < 12; seed++) {
      const rows = ahead(seed, [0.75, 1, 1.35][seed % 3]!);
      for (let hours = 20; hours <= rows.length; hours += 20) {
        const sums = differences(rows.slice(0, hours));
        const interval = anytimeInterval(sums, 0.95);
        if (!interval) continue;
        const without = interval[0] > 0 || interval[1] < 0;
        expect(without).toBe(logEquality(sums) >= LIMIT);
        if (without) out++;
      }
    }
    expect(out).toBeGreaterThan(30);
  });

  it('contains the true lift at all looks together in nearly all tests', () => {
    let missed = 0;
    const tests = 200;
    for (let seed = 0; seed < tests; seed++) {
      const ratio = [0.7, 1.2, 1.6][seed % 3]!;
      const rows = ahead(500 + seed, ratio);
      for (let hours = 24; hours <= rows.length; hours += 12) {
        const interval = anytimeInterval(differences(rows.slice(0, hours)), 0.95);
        if (interval && (interval[0] > ratio - 1 || interval[1] < ratio - 1)) {
          missed++;
          break;
        }
      }
    }
    // 5 % of 200 is 10.
    expect(missed).toBeLessThanOrEqual(10);
  });

  it('narrows with data, and is null without a click or while no lift is ruled out', () => {
    const rows = ahead(7, 1.2);
    const width = (hours: number) => {
      const [low, high] = anytimeInterval(differences(rows.slice(0, hours)), 0.95)!;
      return high - low;
    };
    expect(width(400)).toBeLessThan(0.6 * width(100));
    expect(anytimeInterval(differences([]), 0.95)).toBeNull();
    expect(anytimeInterval(differences(rows.slice(0, 1)), 0.95)).toBeNull();
    const oneSided = rows.map((row) => ({ ...row, eventsA: 0 }));
    expect(anytimeInterval(differences(oneSided), 0.95)).toBeNull();
  });
});
