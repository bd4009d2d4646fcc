import { describe, expect, it } from 'vitest';
import { CONFIDENCE_THRESHOLDS } from '../../src/domain/evidence/types.js';
import {
  controlOf,
  DEFAULT_POLICY,
  EXPERIMENT_STATES,
  isEnded,
  participants,
  type Variant,
  variantOf,
} from '../../src/domain/experiment.js';

const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const challenger: Variant = { id: 'b', role: 'challenger', adId: '602', adSetId: '502', creative };
const control: Variant = { id: 'a', role: 'control', adId: '601', adSetId: '501', creative };

describe('an experiment', () => {
  it('has ended in four states only', () => {
    expect(EXPERIMENT_STATES.filter(isEnded)).toEqual(['completed', 'reverted', 'no_winner', 'stopped']);
  });

  it('finds its variants', () => {
    const experiment = { variants: [challenger, control] };
    expect(controlOf(experiment)).toBe(control);
    expect(variantOf(experiment, 'b')).toBe(challenger);
    expect(() => variantOf(experiment, 'c')).toThrow(new RangeError('no variant c in this experiment'));
    expect(() => controlOf({ variants: [challenger] })).toThrow(RangeError);
  });
});

describe('the variants that are compared', () => {
  it('are all but those dropped, whatever their ids', () => {
    const named = { ...challenger, id: 'constructor' };
    const variants = [control, challenger, named];
    const ids = (dropped: Record<string, number>) =>
      participants({ variants, dropped }, 5).map(({ id }) => id);
    expect(ids({ b: 5 })).toEqual(['a', 'constructor']);
    expect(ids({ constructor: 5 })).toEqual(['a', 'b']);
    expect(ids({ b: 6 })).toEqual(['a', 'b', 'constructor']);
  });
});

describe('the default policy', () => {
  it('has the documented values', () => {
    expect(DEFAULT_POLICY).toMatchObject({
      confidence: 0.95,
      minimumRunHours: 24,
      minimumImpressions: 100,
      minimumClicks: 25,
      horizonHours: 672,
      checkEveryHours: 6,
      approvalRequired: false,
      approvalHours: 72,
      verification: { settleHours: 24, windowHours: 168 },
      recheckDays: 28,
    });
    expect(CONFIDENCE_THRESHOLDS).toContain(DEFAULT_POLICY.confidence);
  });
});
