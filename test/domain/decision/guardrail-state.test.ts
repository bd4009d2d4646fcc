import { describe, expect, it } from 'vitest';
import { guardrailState } from '../../../src/domain/decision/guardrail-state.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import type { Guardrail } from '../../../src/domain/experiment.js';
import { Random } from '../../../src/sandbox/random.js';

const MARGIN: Guardrail = { metric: 'cost_per_conversion', mode: 'non_inferiority', margin: 0.25 };
const NO_HARM: Guardrail = { metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 };
const LOOKS = 28;
const HOURS_PER_LOOK = 6;

/** Hours of equal spend; the rival (A) has `perDay` conversions per day, the winner's cost `cost` times as much. */
function hours(key: string, count: number, perDay: number, cost: number): PairRow[] {
  const random = new Random(key);
  return Array.from({ length: count }, (_, hour) => ({
    exposureA: 1_000,
    eventsA: random.poisson(perDay / 24),
    exposureB: 1_000,
    eventsB: random.poisson(perDay / 24 / cost),
    day: hour / 24,
  }));
}

/** Steady hours, so that the estimate is the true cost. */
function steady(count: number, perHour: number, cost: number): PairRow[] {
  return Array.from({ length: count }, (_, hour) => ({
    exposureA: 1_000,
    eventsA: perHour + (hour % 2),
    exposureB: 1_000,
    eventsB: (perHour + (hour % 2 === 0 ? 1 : 0)) / cost,
    day: hour / 24,
  }));
}

function state(rows: readonly PairRow[], guardrail = MARGIN, fraction = 1) {
  const input = { guardrail, winner: 'c1', rival: 'control', rows, minimum: 25, buckets: 'hour' as const };
  return guardrailState({ ...input, fraction });
}

/** The share of 150 tests that pass at any look of the wait. */
function passing(perDay: number, cost: number): number {
  const runs = 150;
  let passed = 0;
  for (let run = 0; run < runs; run++) {
    const rows = hours(`${perDay} ${cost} ${run}`, LOOKS * HOURS_PER_LOOK, perDay, cost);
    const looks = Array.from({ length: LOOKS }, (_, look) => look + 1);
    if (
      looks.some(
        (look) => state(rows.slice(0, look * HOURS_PER_LOOK), MARGIN, look / LOOKS).state === 'passed',
      )
    )
      passed++;
  }
  return passed / runs;
}

describe('a winner that must be shown to be no worse', () => {
  it('passes in at most one in twenty tests at a cost of +50 %, and in one in five at +20 %', () => {
    for (const perDay of [20, 100]) {
      expect(passing(perDay, 1.5)).toBeLessThanOrEqual(0.05);
      expect(passing(perDay, 1.2)).toBeLessThanOrEqual(0.2 + 3 * 0.033);
      expect(passing(perDay, 1.2)).toBeGreaterThan(0.05);
    }
  }, 180_000);

  it('passes mostly if it costs the same, and nearly always if it is cheaper', () => {
    expect(passing(20, 1)).toBeGreaterThan(0.55);
    expect(passing(100, 1)).toBeGreaterThan(0.95);
    expect(passing(20, 0.8)).toBeGreaterThan(0.95);
  }, 180_000);

  it('says by how much it could still be worse, of both limits', () => {
    expect(state(steady(168, 10, 1))).toEqual({
      state: 'passed',
      message: expect.stringMatching(
        /^cost per conversion of c1 over control: [+-]\d\.\d %, at most \+\d+\.\d %, within the limit of \+20\.0 % \(80 % confidence\), and at most \+\d+\.\d %, within the limit of \+33\.3 % \(95 % confidence\)$/,
      ),
    });
    expect(state(steady(168, 10, 1.2))).toEqual({
      state: 'open',
      message: expect.stringMatching(
        /: \+2\d\.\d % so far; it may still be as high as \+2\d\.\d %, and the limit is \+20\.0 % \(80 % confidence\)$/,
      ),
    });
  });

  it('needs more the less of the wait has passed', () => {
    const rows = hours('early', 72, 60, 0.9);
    expect([0.02, 1].map((fraction) => state(rows, MARGIN, fraction).state)).toEqual(['open', 'passed']);
  });

  it('is open with too few conversions, whatever they say', () => {
    expect(state(hours('few', 24, 20, 0.5))).toEqual({
      state: 'open',
      message: expect.stringMatching(/: too little data \(control has \d+ conversions < 25\)$/),
    });
    expect(state([]).state).toBe('open');
  });

  it('shows harm if the loss is beyond the margin, in each way', () => {
    expect(state(steady(168, 10, 2))).toMatchObject({
      state: 'harm',
      message: expect.stringMatching(
        /beyond the margin of \+33\.3 %, evidence that the winner is worse E = /,
      ),
    });
    expect(state(hours('none', 72, 24, 1e9))).toMatchObject({ state: 'harm' });
    const few = Array.from({ length: 12 }, (_, hour) => ({
      ...{ exposureA: 10, eventsA: 2, exposureB: 10, eventsB: 0 },
      day: hour / 24,
    }));
    expect(state(few)).toMatchObject({
      state: 'harm',
      message: expect.stringMatching(
        /0 conversions against 24, a chance of 0\.0000 < 0\.05 if it were no worse$/,
      ),
    });
  });

  it('reads a rate the other way round', () => {
    const rate: Guardrail = { ...MARGIN, metric: 'conversion_rate' };
    expect(state(steady(168, 10, 1), rate).message).toMatch(
      /at least -\d+\.\d %, within the limit of -16\.7 % \(80 % confidence\), and at least -\d+\.\d %, within the limit of -25\.0 % \(95 % confidence\)$/,
    );
    expect(state(steady(168, 10, 1.2), rate).message).toMatch(
      /as low as -\d+\.\d %, and the limit is -16\.7 %/,
    );
  });
});

describe('a winner that must not be shown to be worse', () => {
  it('passes once there are enough conversions, unless harm is shown', () => {
    expect(state(hours('few', 24, 20, 0.5), NO_HARM).state).toBe('open');
    expect(state(steady(168, 10, 1), NO_HARM)).toMatchObject({
      state: 'passed',
      message: expect.stringMatching(/no evidence of harm$/),
    });
    expect(state(steady(168, 2, 1.12), NO_HARM)).toMatchObject({
      state: 'harm',
      message: expect.stringMatching(
        /: \+1\d\.\d %, at least \+\d+\.\d %, which is worse \(95 % confidence\)$/,
      ),
    });
  });
});
