import { describe, expect, it } from 'vitest';
import { guardrailHarmSentence } from '../../../src/domain/decision/guardrail-harm.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import type { Guardrail } from '../../../src/domain/experiment.js';
import { Random } from '../../../src/sandbox/random.js';

const MARGIN: Guardrail = { metric: 'cost_per_conversion', mode: 'non_inferiority', margin: 0.25 };
const NO_HARM: Guardrail = { metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 };
const said = (guardrail: Guardrail) => ({ guardrail, winner: 'c1', rival: 'control', period: 'so far' });

function hours(key: string, count: number, perHour: number, cost: number): PairRow[] {
  const random = new Random(key);
  return Array.from({ length: count }, (_, hour) => ({
    exposureA: 400,
    eventsA: random.poisson(perHour),
    exposureB: 1_600,
    eventsB: random.poisson((4 * perHour) / cost),
    day: hour / 24,
  }));
}

/** The share of 200 rollouts in which any of 10 daily gates finds harm. */
function reverted(cost: number, guardrail: Guardrail): number {
  let found = 0;
  for (let run = 0; run < 200; run++) {
    const rows = hours(`${cost} ${run}`, 240, 2, cost);
    const days = Array.from({ length: 10 }, (_, day) => day + 1);
    if (days.some((day) => guardrailHarmSentence(rows.slice(0, day * 24), said(guardrail)) !== null)) found++;
  }
  return found / 200;
}

describe('harm to a guardrail after a promotion', () => {
  it('is found in ads that cost far more, and hardly ever in equal ones', () => {
    expect(reverted(2, MARGIN)).toBeGreaterThan(0.95);
    expect(reverted(1, MARGIN)).toBeLessThanOrEqual(0.01);
    expect(reverted(1, NO_HARM)).toBeLessThanOrEqual(0.05);
  }, 60_000);

  it('is not found for a loss within the margin, however certain it is', () => {
    const rows = hours('much', 240, 100, 1.15);
    expect(guardrailHarmSentence(rows, said(MARGIN))).toBeNull();
    expect(guardrailHarmSentence(rows, said(NO_HARM))).toMatch(
      /^cost per conversion of c1 over control so far: \+1\d\.\d %, evidence that the winner is worse E = \S+ ≥ 20$/,
    );
  });

  it('is told in events if the winner has none', () => {
    expect(guardrailHarmSentence(hours('none', 48, 3, 1e9), said(MARGIN))).toMatch(
      /^cost per conversion of c1 over control so far: 0 conversions against \d+, beyond the margin of \+33\.3 %, /,
    );
    expect(guardrailHarmSentence([], said(MARGIN))).toBeNull();
  });
});
