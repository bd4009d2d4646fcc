import { describe, expect, it } from 'vitest';
import { guardrailFinding } from '../../../src/domain/decision/guardrails.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import type { Bucket, Guardrail } from '../../../src/domain/experiment.js';
import { poisson, random } from '../evidence/simulate.js';

/** 200 hours with 1,000 spent on each ad; conversions at these rates per unit, determined by the seed. */
function hours(rateRival: number, rateWinner: number, seed = 1, count = 200): PairRow[] {
  const uniform = random(seed);
  return Array.from({ length: count }, () => ({
    exposureA: 1_000,
    eventsA: poisson(uniform, 1_000 * rateRival),
    exposureB: 1_000,
    eventsB: poisson(uniform, 1_000 * rateWinner),
  }));
}

function judged(rows: PairRow[], guardrail: Partial<Guardrail> = {}, buckets: Bucket = 'hour') {
  return guardrailFinding({
    guardrail: { metric: 'cost_per_conversion', mode: 'no_harm', margin: 0, ...guardrail },
    winner: 'c1',
    rival: 'control',
    rows,
    minimum: 25,
    buckets,
  });
}

describe('rows that are days', () => {
  it('are called days', () => {
    const equal = Array.from({ length: 4 }, () => ({
      exposureA: 1_000,
      eventsA: 50,
      exposureB: 1_000,
      eventsB: 50,
    }));
    expect(judged(equal, {}, 'day').message).toMatch(/\(no variation between days\)$/);
    expect(judged(equal, {}, 'hour').message).toMatch(/\(no variation between hours\)$/);
  });
});

describe('no harm', () => {
  it('blocks if the winner is shown to be worse, in the figure that users read', () => {
    const harm = judged(hours(0.004, 0.002));
    expect(harm).toMatchObject({ code: 'guardrail_cost_per_conversion', level: 'block' });
    expect(harm.message).toMatch(
      /^cost per conversion of c1 over control: \+\d+\.\d %, at least \+\d+\.\d %, which is worse \(95 % confidence\)$/,
    );
    const rate = judged(hours(0.004, 0.002), { metric: 'conversion_rate' });
    expect(rate.message).toMatch(
      /^conversion rate of c1 over control: -\d+\.\d %, at most -\d+\.\d %, which is worse/,
    );
  });

  it('passes a better winner, and one that may be as good', () => {
    expect(judged(hours(0.002, 0.004)).level).toBe('note');
    expect(judged(hours(0.002, 0.002)).message).toMatch(/, no evidence of harm$/);
  });

  it('passes if conversions are few, and says so', () => {
    expect(judged(hours(0.0001, 0.0001))).toEqual({
      code: 'guardrail_cost_per_conversion',
      level: 'note',
      message: expect.stringMatching(/too little data to see harm \(.* has \d+ conversions < 25\)$/),
    });
    expect(judged([]).level).toBe('note');
  });

  it('blocks if only the winner has hardly any conversions', () => {
    const none = judged(hours(0.002, 0));
    expect(none.level).toBe('block');
    expect(none.message).toMatch(
      /0 conversions against \d+, a chance of 0\.0000 < 0\.05 if it were no worse$/,
    );
    expect(judged(hours(0, 0.002)).level).toBe('note');
  });

  it('blocks about one in twenty winners that are as good', () => {
    const blocked = Array.from({ length: 400 }, (_, seed) => judged(hours(0.002, 0.002, seed + 1)));
    const share = blocked.filter(({ level }) => level === 'block').length / 400;
    expect(share).toBeGreaterThan(0.01);
    expect(share).toBeLessThan(0.1);
  });
});

describe('non-inferiority', () => {
  const wide: Partial<Guardrail> = { mode: 'non_inferiority', margin: 0.3 };

  it('passes if the loss is shown to be within the margin', () => {
    const passed = judged(hours(0.004, 0.004), wide);
    expect(passed.level).toBe('note');
    expect(passed.message).toMatch(
      /at most [+-]\d+\.\d %, within the limit of \+42\.9 % \(95 % confidence\)$/,
    );
    const rate = judged(hours(0.004, 0.004), { ...wide, metric: 'conversion_rate' });
    expect(rate.message).toMatch(/at least [+-]\d+\.\d %, within the limit of -30\.0 % \(95 % confidence\)$/);
  });

  it('blocks if that is not shown: worse, uncertain, or too little data', () => {
    expect(judged(hours(0.004, 0.002), wide)).toMatchObject({ level: 'block' });
    expect(judged(hours(0.004, 0.004), { ...wide, margin: 0.01 }).message).toMatch(
      /and the limit is \+1\.0 %/,
    );
    expect(judged(hours(0.0001, 0.0001), wide)).toMatchObject({
      level: 'block',
      message: expect.stringMatching(/too little data to show that it is not worse/),
    });
  });

  it('weighs revenue, which is not a count', () => {
    const revenue = hours(0.05, 0.05).map((row) => ({
      ...row,
      eventsA: row.eventsA * 4_000,
      eventsB: row.eventsB * 4_000,
      countA: row.eventsA,
      countB: row.eventsB,
    }));
    expect(judged(revenue, { ...wide, metric: 'revenue_per_spend' })).toMatchObject({
      code: 'guardrail_revenue_per_spend',
      level: 'note',
    });
  });
});
