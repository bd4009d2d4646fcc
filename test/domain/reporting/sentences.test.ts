import { describe, expect, it } from 'vitest';
import { compoundReport } from '../../../src/domain/reporting/compound-report.js';
import { summarise } from '../../../src/domain/reporting/lift-summary.js';
import { learnPrior } from '../../../src/domain/reporting/prior.js';
import { priorNote, reportSentence } from '../../../src/domain/reporting/sentences.js';
import { estimates } from './support/draw.js';

const learned = (tests: number) => learnPrior(estimates(tests, { scale: 0.1, se: 0.03 }, 1));

describe('the note on the prior', () => {
  it('says until ten tests have a result that the shrinkage comes from a default', () => {
    expect(priorNote(learned(3))).toBe(
      'Only 3 tests have a result (a promoted ad, or no winner), fewer than 10: how far the lifts are shrunk comes mostly from a default, not from these tests.',
    );
    expect(priorNote(learned(1))).toMatch(
      /^Only 1 test has a result \(a promoted ad, or no winner\), fewer than 10/,
    );
    expect(priorNote(learned(0))).toBe(
      'No test has a result yet: how far the lifts are shrunk comes from a default.',
    );
    expect(priorNote(learned(9))).not.toBeNull();
    expect(priorNote(learned(10))).toBeNull();
  });
});

describe('the sentence of the report', () => {
  const report = {
    ...compoundReport([]),
    shrunk: summarise([0.1, 0.02], { interval: [0.031, 0.224], meanInterval: [0, 0] }),
    claimed: summarise([0.15, 0.1], { interval: [0.1, 0.3], meanInterval: [0, 0] }),
  };

  it('leads with the shrunk lift and its interval; the claimed one is second', () => {
    expect(reportSentence({ ...report, successfulPromotions: 2, prior: learned(12) })).toBe(
      '2 promotions together gained about +12.2 % (95 % interval +3.1 % to +22.4 %); the tests themselves claimed +26.5 %.',
    );
  });

  it('ends with the note on the prior', () => {
    expect(reportSentence({ ...report, successfulPromotions: 1, prior: learned(3) })).toMatch(
      /^1 promotion gained about .* claimed \+26\.5 %\. Only 3 tests have a result/,
    );
  });

  it('says if there is no promotion', () => {
    expect(reportSentence({ ...report, successfulPromotions: 0, prior: learned(12) })).toBe(
      'No promotion stands, so nothing has been gained yet.',
    );
  });
});
