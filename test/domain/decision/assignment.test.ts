import { describe, expect, it } from 'vitest';
import { assignmentSentence } from '../../../src/domain/decision/assignment.js';

describe('the sentence on the assignment', () => {
  it('is short if Meta assigned the people', () => {
    expect(assignmentSentence(true)).toBe(
      'People were split at random: an A/B test of Meta gave each person one of the ads.',
    );
  });

  it.each([
    [false, 'People were not split at random: Meta chose who saw which ad.'],
    [null, 'Meta did not say whether people were split at random.'],
  ])('for %s says what that can do, with figures, and how to set up a split test of Meta', (known, first) => {
    const said = assignmentSentence(known);
    expect(said.startsWith(first)).toBe(true);
    expect(said).toMatch(
      /comparing hours called a false winner in \d+ to \d+ % of tests, comparing parts of the audience in at most \d+ %/,
    );
    expect(said).toContain('in Ads Manager open Experiments, create an A/B test');
  });
});
