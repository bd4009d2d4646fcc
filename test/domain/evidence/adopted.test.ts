import { describe, expect, it } from 'vitest';
import { spendingBounds } from '../../../src/domain/evidence/boundary.js';
import { normalUpperQuantile, studentCritical } from '../../../src/domain/evidence/distributions.js';
import { type RateRatio, rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { nominalAlpha, sequential, spentFraction } from '../../../src/domain/evidence/sequential.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { hourlyRows, random, REFERENCE_SETTINGS as settings } from './simulate.js';

const RUNS = 400;
/** The handover of a test that was planned for four weeks. */
const ADOPTED = 336;
const LOOKS = Array.from({ length: 28 }, (_, k) => 24 * (k + 1));
const spentAt = (hours: number) =>
  nominalAlpha(settings.confidence) * spentFraction(hours, settings.horizonHours);
/** The bound of a first look at these hours. No later look at them has a lower one. */
const SINGLE = LOOKS.map((hours) => normalUpperQuantile(spentAt(hours) / 2));

function crosses({ t, df }: RateRatio, look: number): boolean {
  return df > 0 && Math.abs(t) >= studentCritical(SINGLE[look]!, df);
}

/** Whether the rule calls a winner if its first look comes at the handover. */
function adoptedCalls(rows: PairRow[], estimates: RateRatio[], handover: number): boolean {
  const first = LOOKS.indexOf(handover);
  const last = estimates.findLastIndex((estimate, k) => k >= first && crosses(estimate, k));
  let state = sequential.start(settings);
  for (const hours of LOOKS.slice(first, last + 1)) {
    const look = sequential.look(settings, state, rows.slice(0, hours), hours);
    if (look.evidence.winner) return true;
    state = look.state;
  }
  return false;
}

describe('a test that is adopted after two of its four weeks', () => {
  const rows = hourlyRows(random(11), { hours: ADOPTED, impressions: 250, rateA: 0.02, rateB: 0.02 });

  it('has the bound of a single first look at that time, which spends all that the looks until then would have', () => {
    const { evidence, state } = sequential.look(settings, sequential.start(settings), rows, ADOPTED);
    expect(evidence.counts).toBe(true);
    expect(evidence.bound).toBeCloseTo(normalUpperQuantile(spentAt(ADOPTED) / 2), 6);
    expect(evidence.bound).toBeCloseTo(spendingBounds([evidence.information], [spentAt(ADOPTED)], 18)[0]!, 6);
    const spent = Math.max(...state.ladder.rungs.map(({ spent }) => spent));
    expect(spent).toBeGreaterThan(0);

    // A test that was watched from its start has spent as much by then, over its looks, so its bound there is higher.
    let watched = sequential.start(settings);
    let bound = 0;
    for (const hours of LOOKS.filter((each) => each <= ADOPTED)) {
      const look = sequential.look(settings, watched, rows.slice(0, hours), hours);
      watched = look.state;
      bound = look.evidence.bound ?? bound;
    }
    expect(bound).toBeGreaterThan(evidence.bound! + 0.1);
    watched.ladder.rungs.forEach((rung, index) => {
      expect(rung.spent).toBeCloseTo(state.ladder.rungs[index]!.spent, 6);
    });
  });

  it(`gives few false winners in ${RUNS} tests if it was planned, and many if it is handed over once it looks good`, () => {
    let planned = 0;
    let chosen = 0;
    for (let run = 0; run < RUNS; run++) {
      const all = hourlyRows(random(70_000 + run), {
        hours: 672,
        impressions: 120,
        rateA: 0.02,
        rateB: 0.02,
      });
      const estimates = LOOKS.map((hours) => rateRatio(all.slice(0, hours)));
      if (adoptedCalls(all, estimates, ADOPTED)) planned++;
      // The handover that makes the first look a winner, from the day on at which a look may count.
      if (estimates.some((estimate, k) => LOOKS[k]! >= settings.minimumHours && crosses(estimate, k)))
        chosen++;
    }
    const mostPlanned = RUNS * 0.05 + 3 * Math.sqrt(RUNS * 0.05 * 0.95);
    expect(planned).toBeLessThanOrEqual(mostPlanned);
    expect(planned).toBeGreaterThan(RUNS * 0.02);
    expect(chosen).toBeGreaterThan(RUNS * 0.12);
  }, 60_000);
});
