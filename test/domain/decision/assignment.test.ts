import { describe, expect, it } from 'vitest';
import { assignmentSentence } from '../../../src/domain/decision/assignment.js';

describe('the sentence on the assignment', () => {
  it('is short if Meta assigned the people', () => {
    expect(assignmentSentence(true)).toBe(
      'randomised: true (a study of Meta gave each person one of the ads).',
    );
  });

  it.each([
    [false, 'randomised: false (Meta chose who saw which ad).'],
    [
      null,
      'randomised: unknown (Meta did not tell whether a study of its own gave each person one of the ads).',
    ],
  ])('for %s says what that can do, with figures, and how to set up a split test of Meta', (known, first) => {
    const said = assignmentSentence(known);
    expect(said.startsWith(first)).toBe(true);
    expect(said).toMatch(/hours called a false winner in \d+ to \d+ % of tests, segments in at most \d+ %/);
    expect(said).toContain('in Ads Manager open Experiments, create an A/B test');
  });
});
