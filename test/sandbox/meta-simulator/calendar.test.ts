import { describe, expect, it } from 'vitest';
import { Calendar, dayName, HOUR_MS, parseDay } from '../../../src/sandbox/meta-simulator/calendar.js';

const label = (calendar: Calendar, instant: number) => {
  const hour = calendar.localHour(instant);
  return `${dayName(Math.floor(hour / 24))} ${hour % 24}`;
};

describe('Calendar', () => {
  it('names hours by the wall clock of the account', () => {
    const at = Date.UTC(2026, 10, 23, 3, 30);
    expect(label(new Calendar('America/New_York'), at)).toBe('2026-11-22 22');
    expect(label(new Calendar('Asia/Kolkata'), at)).toBe('2026-11-23 9');
    expect(label(new Calendar('Asia/Kolkata'), at - 1)).toBe('2026-11-23 8');
  });

  it('counts the hour that clocks repeat once, and the hour that they skip not at all', () => {
    const berlin = new Calendar('Europe/Berlin');
    const back = Date.UTC(2026, 9, 25);
    expect([0, 1, 2].map((hour) => label(berlin, back + hour * HOUR_MS))).toEqual([
      '2026-10-25 2',
      '2026-10-25 2',
      '2026-10-25 3',
    ]);
    const forward = Date.UTC(2026, 2, 29);
    expect([0, 1].map((hour) => label(berlin, forward + hour * HOUR_MS))).toEqual([
      '2026-03-29 1',
      '2026-03-29 3',
    ]);
  });

  it('writes instants as Graph does', () => {
    const at = Date.UTC(2026, 10, 23, 14);
    expect(new Calendar('America/New_York').format(at)).toBe('2026-11-23T09:00:00-0500');
    expect(new Calendar('Asia/Kolkata').format(at)).toBe('2026-11-23T19:30:00+0530');
  });

  it('knows when a local day began, even if a change of clocks makes it longer or shorter', () => {
    const berlin = new Calendar('Europe/Berlin');
    expect(berlin.startOfDay(Date.UTC(2026, 9, 25, 20))).toBe(Date.UTC(2026, 9, 24, 22));
    expect(berlin.startOfDay(Date.UTC(2026, 2, 29, 20))).toBe(Date.UTC(2026, 2, 28, 23));
    const kolkata = new Calendar('Asia/Kolkata');
    const midnight = Date.UTC(2026, 10, 22, 18, 30);
    for (const later of [0, 1, 23.9 * HOUR_MS]) expect(kolkata.startOfDay(midnight + later)).toBe(midnight);
    expect(kolkata.startOfDay(midnight - 1)).toBe(midnight - 24 * HOUR_MS);
  });

  it('reads days and refuses other text', () => {
    expect(dayName(parseDay('2026-02-28')!)).toBe('2026-02-28');
    expect(['2026-02-30', '2026-2-3', '', 7, undefined].map(parseDay)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('refuses an unknown time zone', () => {
    expect(() => new Calendar('Mars/Olympus')).toThrow(RangeError);
  });
});
