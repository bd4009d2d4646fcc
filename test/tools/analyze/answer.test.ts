import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer, decisionAnswer } from '../../../src/tools/analyze/answer.js';
import { decisionOf, firstWinner } from '../../../src/tools/analyze/decision.js';
import { lookHours } from '../../../src/tools/analyze/look-hours.js';
import { analysisOf } from '../../../src/tools/analyze/request.js';
import { hourlyRows, random } from '../../domain/evidence/simulate.js';

/** A line with this many hours at these click rates. */
function line(fields: object, options: Partial<Parameters<typeof hourlyRows>[1]> = {}, seed = 1): string {
  const rows = hourlyRows(random(seed), {
    hours: 240,
    impressions: 300,
    rateA: 0.02,
    rateB: 0.02,
    ...options,
  }).map((row) => [row.exposureA, row.eventsA, row.exposureB, row.eventsB]);
  return JSON.stringify({ ...fields, rows });
}

const hoursOf = (fields: object, hours: number) => [...lookHours(analysisOf(line(fields, { hours })))];

describe('the hours of the looks', () => {
  it('come at the interval of the checks, as long as there are rows', () => {
    expect(hoursOf({}, 20)).toEqual([6, 12, 18]);
    expect(hoursOf({ check_every_hours: 1 }, 3)).toEqual([1, 2, 3]);
    expect(hoursOf({ check_every_hours: 1.5 }, 5)).toEqual([1.5, 3, 4.5]);
    expect(hoursOf({}, 5)).toEqual([]);
  });

  it('include the horizon itself, even off the grid, and continue after it', () => {
    expect(hoursOf({ check_every_hours: 24, horizon_hours: 50 }, 100)).toEqual([24, 48, 50, 72, 96]);
    expect(hoursOf({ check_every_hours: 24, horizon_hours: 48 }, 72)).toEqual([24, 48, 72]);
    expect(hoursOf({ check_every_hours: 24, horizon_hours: 50 }, 50)).toEqual([24, 48, 50]);
    expect(hoursOf({ check_every_hours: 24, horizon_hours: 50 }, 49)).toEqual([24, 48]);
    expect(hoursOf({ check_every_hours: 100, horizon_hours: 50 }, 99)).toEqual([50]);
  });
});

describe('the answer', () => {
  it('lists the looks that count, also after the decision, to the end of the rows', () => {
    const { decision, looks } = answer(analysisOf(line({}, { rateB: 0.034 })));
    expect(decision?.winner).toBe('B');
    expect(decision!.hours).toBeLessThan(100);
    expect(looks!.map((look) => look.hours)).toEqual(Array.from({ length: 37 }, (_, k) => 24 + 6 * k));
    expect(looks!.every((look) => look.hours < decision!.hours || look.confidence >= 0.95)).toBe(true);
  });

  it('leaves out looks that do not count', () => {
    const settings = { minimum_hours: 60, minimum_clicks: 400, check_every_hours: 12 };
    const { looks } = answer(analysisOf(line(settings)));
    const sums = analysisOf(line(settings)).rows;
    const clicks = (hours: number) => sums.slice(0, hours).reduce((total, row) => total + row.eventsA, 0);
    expect(looks![0]!.hours).toBeGreaterThan(60);
    expect(clicks(looks![0]!.hours)).toBeGreaterThanOrEqual(400);
    expect(answer(analysisOf('{"rows":[]}'))).toEqual({ decision: null, looks: [] });
  });

  it('spends no error after the horizon', () => {
    const { looks } = answer(analysisOf(line({ horizon_hours: 100, check_every_hours: 20 })));
    const bounds = looks!.map(({ hours, bound }) => [hours, bound === null]);
    expect(bounds.filter(([, none]) => none)).toEqual(
      [120, 140, 160, 180, 200, 220, 240].map((hours) => [hours, true]),
    );
    expect(looks!.at(-1)).toMatchObject({ bound: null, t_critical: null, interval: null });
  });

  it.each([
    ['sequential', undefined, true],
    ['anytime', undefined, false],
    ['welch', 'unadjusted for repeated looks', true],
  ])('of the rule %s has the note %s', (rule, note, hasBound) => {
    const analysis = analysisOf(line({ rule }, { rateB: 0.034 }));
    const full = answer(analysis);
    expect(full.note).toBe(note);
    expect(full.decision?.winner).toBe('B');
    expect(full.looks!.every((look) => (look.bound !== null) === hasBound)).toBe(true);
    expect(decisionAnswer(analysis)).toEqual({ decision: full.decision, ...(note && { note }) });
  });

  it('needs 100 impressions per ad for the fixed rule, and only clicks for the others', () => {
    const few = { impressions: 2, hours: 48, rateA: 0.4, rateB: 0.4 };
    const settings = { minimum_clicks: 10, check_every_hours: 48 };
    const [row] = [analysisOf(line(settings, few)).rows.reduce((total, each) => total + each.exposureA, 0)];
    expect(row).toBeLessThan(100);
    expect(answer(analysisOf(line({ ...settings, rule: 'welch' }, few))).looks).toEqual([]);
    expect(answer(analysisOf(line({ ...settings, rule: 'anytime' }, few))).looks).toHaveLength(1);
  });

  it('counts days in the strict form', () => {
    const hourly = answer(analysisOf(line({}, { hours: 72 })));
    const strict = answer(analysisOf(line({ strict: true }, { hours: 72 })));
    expect(hourly.looks![0]!.hours).toBe(24);
    expect(strict.looks![0]!.hours).toBe(54);
    expect(strict.looks![0]!.theta).toBe(hourly.looks!.find((look) => look.hours === 54)!.theta);
  });
});

describe('the decision alone', () => {
  it("is the same as the rule's, for any rows and settings", () => {
    const drawn = fc.record({
      seed: fc.integer(),
      rateB: fc.constantFrom(0.02, 0.024, 0.03, 0.014),
      impressions: fc.integer({ min: 3, max: 500 }),
      confidence: fc.constantFrom(0.9, 0.95, 0.99),
      horizon_hours: fc.constantFrom(100, 240, 672),
      check_every_hours: fc.constantFrom(5, 6, 24, 36.5),
      strict: fc.boolean(),
    });
    let decided = 0;
    fc.assert(
      fc.property(drawn, ({ seed, rateB, impressions, ...fields }) => {
        const analysis = analysisOf(line(fields, { rateB, impressions, hours: 168 }, seed));
        const decision = decisionOf(analysis);
        expect(decision).toEqual(firstWinner(analysis));
        if (decision) decided++;
      }),
      { seed: 41, numRuns: 60 },
    );
    expect(decided).toBeGreaterThan(10);
  });

  it('is the same for rows without variance, with a silent ad, and with ten million impressions', () => {
    const rows: number[][][] = [
      new Array<number[]>(48).fill([500, 10, 500, 20]),
      new Array<number[]>(48).fill([500, 10, 0, 0]),
      Array.from({ length: 48 }, (_, hour) => [10_000_000, 200_000 + hour, 10_000_000, 210_000 - hour]),
      Array.from({ length: 48 }, (_, hour) => (hour % 2 ? [300, 9, 0, 0] : [300, 6 + hour, 290, 9 + hour])),
    ];
    for (const each of rows) {
      const analysis = analysisOf(JSON.stringify({ rows: each }));
      expect(decisionOf(analysis)).toEqual(firstWinner(analysis));
    }
  });
});
