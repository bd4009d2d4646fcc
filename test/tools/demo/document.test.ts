import { describe, expect, it } from 'vitest';
import { claimedInterval } from '../../../src/domain/reporting/lift.js';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { compoundInterval, shrunkLift } from '../../../src/domain/reporting/shrinkage.js';
import {
  DemoExperiment,
  effectOf,
  experimentEntry,
  learnedPrior,
  scenarioEntry,
} from '../../../src/tools/demo/document.js';
import { gathered, ROLLED_OUT, rolloutWrites } from './support/fixtures.js';

const PRIOR = learnPrior([
  { theta: 0.3, se: 0.05 },
  { theta: -0.2, se: 0.05 },
]);
const JUDGEMENT = { passed: true, summary: 'It went well.' };

describe('learnedPrior', () => {
  it('learns from all decided tests, including reverted ones and those that the control won, and from no running one', () => {
    const decided = Array.from({ length: 12 }, (_, index) =>
      gathered(`t${index}`, {
        winner: index % 4 === 0 ? 'control' : 'challenger',
        state: index === 5 ? 'reverted' : 'verifying',
        effect: index % 4 === 0 ? -0.35 : 0.25 + 0.02 * index,
      }),
    );
    const running = gathered('close', { winner: null, effect: 0.001, se: 0.02 });
    const expected = learnPrior(decided.map((one) => effectOf(one)!));
    expect(learnedPrior([...decided, running])).toEqual(expected);
    expect(expected.tests).toBe(12);
  });

  it('is the default before any test is decided', () => {
    expect(learnedPrior([gathered('close', { winner: null })])).toEqual(learnPrior([]));
  });
});

describe('experimentEntry', () => {
  it('has the form of the document, lifts as fractions of challenger over control', () => {
    const one = gathered('spring', {
      winner: 'challenger',
      effect: Math.log(1.4),
      se: 0.06,
      writes: rolloutWrites(),
      budgets: ROLLED_OUT,
    });
    const entry = DemoExperiment.parse(experimentEntry(one, PRIOR));
    expect(entry.claimed_lift).toBeCloseTo(0.4, 12);
    expect(entry.shrunk_lift).toBe(shrunkLift({ theta: Math.log(1.4), se: 0.06 }, PRIOR));
    expect(entry.winner_ad_id).toBe('challenger-ad');
    expect([entry.control_creative, entry.winner_creative]).toEqual(['Old', 'New']);
    expect(entry.ledger).toHaveLength(6);
    expect(Object.keys(entry.ledger[0]!).sort()).toEqual(
      ['ad_set_id', 'at', 'before', 'intended', 'outcome', 'phase', 'read_back', 'sequence'].sort(),
    );
  });

  it('claims no lift if nothing could be estimated', () => {
    const entry = experimentEntry(
      gathered('spring', { winner: null, effect: 0, se: 0, confidence: 0 }),
      PRIOR,
    );
    expect([entry.claimed_lift, entry.shrunk_lift, entry.winner_creative]).toEqual([0, 0, null]);
  });
});

describe('scenarioEntry', () => {
  const row = [
    gathered('one', { winner: 'challenger', effect: Math.log(1.4) }),
    gathered('two', { winner: 'control', effect: Math.log(0.7) }),
    gathered('three', { winner: 'challenger', effect: Math.log(1.3) }),
    gathered('four', { winner: null, effect: Math.log(1.1) }),
  ];

  it('multiplies the lifts of consecutive tests; a test won by its control, or by nobody yet, gains nothing', () => {
    const entry = scenarioEntry('compound_learning', JUDGEMENT, row, PRIOR);
    expect(entry.claimed_product).toBeCloseTo(1.4 * 1.3 - 1, 12);
    expect(entry.experiments[1]!.claimed_lift).toBeCloseTo(-0.3, 12);
    const believed = [0, 2].map((index) => 1 + entry.experiments[index]!.shrunk_lift);
    expect(entry.shrunk_product).toBeCloseTo(believed[0]! * believed[1]! - 1, 12);
    expect(entry.shrunk_product).toBeLessThan(entry.claimed_product!);
    const winners = [0, 2].map((index) => effectOf(row[index]!)!);
    expect(entry.shrunk_product_interval).toEqual(compoundInterval(winners, PRIOR));
    expect(entry.claimed_product_interval).toEqual(claimedInterval(winners));
  });

  it('multiplies lifts in no other scenario', () => {
    expect(scenarioEntry('batch', JUDGEMENT, row, PRIOR)).not.toHaveProperty('claimed_product');
  });
});
