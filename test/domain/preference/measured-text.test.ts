import { describe, expect, it } from 'vitest';
import { lessPeriodMeans, measuredTexts } from '../../../src/domain/preference/measured-text.js';
import { counted, measured } from './support/rows.js';

describe('measured texts', () => {
  it('have the empirical logit and its variance', () => {
    const [row] = measuredTexts([counted({ testId: 'a', events: 30, trials: 1_000 })]);
    expect(row!.logRate).toBeCloseTo(Math.log(30.5 / 970.5), 12);
    expect(row!.variance).toBeCloseTo(1 / 30.5 + 1 / 970.5, 12);
  });

  it('count the ads of a test together that have one group and text', () => {
    const rows = measuredTexts([
      counted({ testId: 'a', text: 'same', events: 1 }),
      counted({ testId: 'a', text: 'other' }),
      counted({ testId: 'a', text: 'same', events: 2 }),
      counted({ testId: 'a', text: 'same', group: 'elsewhere' }),
      counted({ testId: 'b', text: 'same' }),
    ]);
    expect(rows.map(({ testId, group, text }) => [testId, group, text])).toEqual([
      ['a', 'image', 'same'],
      ['a', 'image', 'other'],
      ['a', 'elsewhere', 'same'],
      ['b', 'image', 'same'],
    ]);
    expect(rows[0]!.logRate).toBeCloseTo(Math.log(3.5 / 19_997.5), 12);
  });

  it('leave out what had no trial, and keep what had no event', () => {
    const rows = measuredTexts([
      counted({ testId: 'a', trials: 0, events: 0 }),
      counted({ testId: 'b', events: 0 }),
    ]);
    expect(rows.map(({ testId }) => testId)).toEqual(['b']);
    expect(rows[0]!.logRate).toBeCloseTo(Math.log(0.5 / 10_000.5), 12);
  });

  it('lose the mean of their period', () => {
    const row = (period: string, logRate: number) => measured({ testId: 'a', period, logRate });
    expect([...lessPeriodMeans([row('1', 3), row('2', 10), row('1', 5)])]).toEqual([-1, 0, 1]);
  });
});
