import { describe, expect, it } from 'vitest';
import {
  countdownText,
  durationText,
  instantText,
  intervalText,
  liftText,
  localeOf,
  money,
  moneyChange,
  share,
} from '../../src/web/format.js';

const MINUTE = 60_000;
const at = (ms: number) => new Date(ms).toISOString();

describe('formats of pages', () => {
  it('write amounts with the digits that Meta uses for the currency', () => {
    expect(money(12_345, 'USD', { locale: 'en-US' })).toBe('$123.45');
    expect(money(12_345, 'JPY', { locale: 'en-GB' })).toBe('JP¥12,345');
    // Two decimals in ISO 4217, none at Meta.
    expect(money(12_345, 'HUF', { locale: 'en-GB' })).toMatch(/^HUF\s12,345$/);
    expect(moneyChange(-500, 'EUR', { locale: 'en-GB' })).toBe('-€5.00');
    expect(moneyChange(500, 'EUR', { locale: 'en-GB' })).toBe('+€5.00');
    expect(share(0.125)).toBe('12.5 %');
  });

  it('write instants in the time zone of the account, over a change of the clocks', () => {
    const reader = { locale: 'en-GB', timezone: 'America/New_York' };
    expect(instantText('2026-11-01T05:30:00Z', reader)).toBe('1 Nov 2026, 01:30');
    expect(instantText('2026-11-01T06:30:00Z', reader)).toBe('1 Nov 2026, 01:30');
    expect(instantText('2026-11-01T07:30:00Z', reader)).toBe('1 Nov 2026, 02:30');
  });

  it('write a lift in words of the objective: a cost is better if it is less', () => {
    expect(liftText(0.25, 'click_through_rate')).toBe('+25.0 %');
    expect(liftText(0.6, 'cost_per_conversion')).toBe('costs 37.5 % less');
    expect(liftText(-0.2, 'cost_per_conversion')).toBe('costs 25 % more');
    expect(liftText(0, 'cost_per_conversion')).toBe('costs as much');
    expect(liftText(-1, 'cost_per_conversion')).toBe('has no conversion');
    expect(intervalText([-0.2, 0.6], 'cost_per_conversion')).toBe('costs 25 % more to costs 37.5 % less');
    expect(intervalText([-0.1, 0.2], 'conversion_rate')).toBe('-10.0 % to +20.0 %');
  });

  it('write durations and countdowns; what has just become due is not late', () => {
    expect(durationText(30_000)).toBe('less than a minute');
    expect(durationText(61 * MINUTE)).toBe('1 h 1 min');
    expect(durationText(24 * 60 * MINUTE)).toBe('1 d');
    expect(durationText(49 * 60 * MINUTE)).toBe('2 d 1 h');
    expect(countdownText(at(90 * MINUTE), { now: 0, scale: 1 })).toBe('in 1 h 30 min');
    expect(countdownText(at(0), { now: 10_000, scale: 1 })).toBe('now');
    expect(countdownText(at(0), { now: 10 * MINUTE, scale: 1 })).toBe('10 min late');
    expect(countdownText(at(0), { now: 10 * MINUTE, scale: 1_800 })).toBe('now');
  });

  it('take the first English of a browser, and British English for any other', () => {
    expect(localeOf('en-US,en;q=0.9')).toBe('en-US');
    expect(localeOf('de-DE,de;q=0.9,en-AU;q=0.8')).toBe('en-AU');
    for (const header of [undefined, '', '*', 'de-DE', 'en-ZZZ;q=1', '<script>'])
      expect(localeOf(header)).toBe('en-GB');
  });
});
