import { describe, expect, it } from 'vitest';
import { conversionGoals } from '../../../src/domain/decision/conversion-goal.js';

describe('a test by clicks whose ads are optimised for conversions', () => {
  it('has one warning that names the ad sets and their goals', () => {
    const goals = { control: 'OFFSITE_CONVERSIONS', c1: 'VALUE', c2: 'LINK_CLICKS' };
    expect(conversionGoals('click_through_rate', goals)).toEqual([
      {
        code: 'conversion_goal',
        level: 'warn',
        message:
          'Clicks decide this test, but Meta optimises the delivery of control (OFFSITE_CONVERSIONS) and c1 (VALUE) for conversions: more clicks may not mean more sales',
      },
    ]);
  });

  it('has none if the ads are optimised for clicks, or if conversions decide', () => {
    expect(conversionGoals('click_through_rate', { control: 'LINK_CLICKS' })).toEqual([]);
    expect(conversionGoals('click_through_rate', {})).toEqual([]);
    expect(conversionGoals('conversion_rate', { control: 'OFFSITE_CONVERSIONS' })).toEqual([]);
  });
});
