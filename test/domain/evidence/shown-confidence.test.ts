import { describe, expect, it } from 'vitest';
import { shownConfidence } from '../../../src/domain/evidence/shown-confidence.js';

describe('the shown confidence', () => {
  it('falls with the lead while the best so far stays', () => {
    expect(shownConfidence({ adjusted: true, counts: true, p: 0.25, pNow: 0.25 })).toEqual({
      now: 0.75,
      best: 0.75,
    });
    expect(shownConfidence({ adjusted: true, counts: true, p: 0.25, pNow: 0.5 })).toEqual({
      now: 0.5,
      best: 0.75,
    });
  });

  it('is no figure before the first look that counts', () => {
    expect(shownConfidence({ adjusted: true, counts: false, p: 1 })).toEqual({ now: null, best: null });
  });

  it('is 0 at a look that counts without any evidence', () => {
    expect(shownConfidence({ adjusted: true, counts: true, p: 1, pNow: 1 })).toEqual({ now: 0, best: 0 });
  });

  it('keeps the best at a later look that does not count', () => {
    expect(shownConfidence({ adjusted: true, counts: false, p: 0.25 })).toEqual({ now: null, best: 0.75 });
  });

  it('has no figure of the look itself if the rule recorded none', () => {
    expect(shownConfidence({ adjusted: true, counts: true, p: 0.25 })).toEqual({ now: null, best: 0.75 });
  });
});
