import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localDate, WEEKDAYS, type Weekday, weekdayOf } from '../../../src/domain/calendar.js';
import {
  type FreezeEvent,
  type FreezeTimes,
  type FreezeWindow,
  freezeAt,
  freezeSentence,
  timesInWords,
  windowsOf,
} from '../../../src/domain/rollout/freeze.js';
import { MOST_WINDOWS, windowProblem } from '../../../src/domain/rollout/freeze-limits.js';

const at = (iso: string): number => Date.parse(iso);
const iso = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString().slice(0, 16);

const aWindow = (times: FreezeTimes, more: Partial<FreezeWindow> = {}): FreezeWindow => ({
  id: 'w',
  name: 'Weekend',
  timezone: 'Europe/Berlin',
  times,
  ...more,
});
const point = (text: string) => {
  const [weekday, time = ''] = text.split(' ');
  return { weekday: weekday as Weekday, time };
};
const weekly = (from: string, to: string, more: Partial<FreezeWindow> = {}) =>
  aWindow({ kind: 'weekly', from: point(from), to: point(to) }, more);
const dated = (from: string, to: string, more: Partial<FreezeWindow> = {}) =>
  aWindow({ kind: 'dated', from, to }, more);

describe('a freeze', () => {
  it.each([
    ['before it begins', '2026-11-27T15:59Z', null],
    ['from its first minute', '2026-11-27T16:00Z', '2026-11-30T07:00'],
    ['over midnight and the end of the week', '2026-11-29T23:30Z', '2026-11-30T07:00'],
    ['until its end, which is free', '2026-11-30T07:00Z', null],
    ['and a week later', '2026-12-05T12:00Z', '2026-12-07T07:00'],
  ])('of every week holds %s', (_, now, until) => {
    const windows = [weekly('fri 17:00', 'mon 08:00')];
    expect(iso(freezeAt(windows, at(now))?.until)).toBe(until);
  });

  it.each([
    ['a night', 'wed 22:00', 'thu 06:00', '2026-11-25T23:00Z', '2026-11-26T05:00'],
    ['over Sunday night', 'sun 22:00', 'mon 06:00', '2026-11-30T01:00Z', '2026-11-30T05:00'],
    ['some hours of a day', 'wed 09:00', 'wed 17:00', '2026-11-25T10:00Z', '2026-11-25T16:00'],
    ['all but an hour of the week', 'wed 09:00', 'wed 08:00', '2026-11-25T10:00Z', '2026-12-02T07:00'],
  ])('may be %s', (_, from, to, now, until) => {
    expect(iso(freezeAt([weekly(from, to)], at(now))?.until)).toBe(until);
  });

  it('has the offset of the day on which it ends', () => {
    // On Sunday 29 March 2026 the clocks of Berlin go from 02:00 to 03:00, on 25 October from 03:00 to 02:00.
    const windows = [weekly('fri 17:00', 'mon 08:00')];
    expect(iso(freezeAt(windows, at('2026-03-28T12:00Z'))?.until)).toBe('2026-03-30T06:00');
    expect(iso(freezeAt(windows, at('2026-10-24T12:00Z'))?.until)).toBe('2026-10-26T07:00');
  });

  it('begins and ends at the change if the clock skips its times, and covers a time that comes twice', () => {
    const skipped = [weekly('sun 02:30', 'sun 05:00')];
    expect(freezeAt(skipped, at('2026-03-29T00:59Z'))).toBeNull();
    expect(iso(freezeAt(skipped, at('2026-03-29T01:00Z'))?.until)).toBe('2026-03-29T03:00');
    expect(iso(freezeAt([weekly('sun 01:00', 'sun 02:30')], at('2026-03-29T00:30Z'))?.until)).toBe(
      '2026-03-29T01:00',
    );
    const twice = [weekly('sun 02:00', 'sun 02:30')];
    expect(iso(freezeAt(twice, at('2026-10-25T00:00Z'))?.until)).toBe('2026-10-25T01:30');
    expect(freezeAt(twice, at('2026-10-25T01:30Z'))).toBeNull();
  });

  it('lasts until the end of the last of the windows that overlap or adjoin', () => {
    const windows = [
      dated('2026-11-26T00:00', '2026-11-28T00:00', { id: 'a', name: 'Black Friday' }),
      weekly('sat 00:00', 'mon 00:00', { id: 'b' }),
      dated('2026-11-29T18:00', '2026-12-01T12:00', {
        id: 'c',
        name: 'Cyber Monday',
        timezone: 'Asia/Tokyo',
      }),
    ];
    const freeze = freezeAt(windows, at('2026-11-26T12:00Z'))!;
    expect(freeze).toEqual({
      until: at('2026-12-01T03:00Z'),
      timezone: 'Asia/Tokyo',
      names: ['Black Friday', 'Weekend', 'Cyber Monday'],
    });
    expect(freezeSentence(freeze)).toBe(
      'Frozen until Tue 1 Dec 12:00 (Asia/Tokyo): Black Friday, Weekend, Cyber Monday.',
    );
  });

  it('has a sentence with the end by the clock of its zone', () => {
    const freeze = freezeAt([weekly('fri 17:00', 'mon 08:00')], at('2026-11-28T12:00Z'))!;
    expect(freezeSentence(freeze)).toBe('Frozen until Mon 30 Nov 08:00 (Europe/Berlin): Weekend.');
  });

  it('says its times in words', () => {
    expect(timesInWords(weekly('fri 17:00', 'mon 08:00'))).toBe(
      'every week from Fri 17:00 to Mon 08:00 (Europe/Berlin)',
    );
    expect(timesInWords(dated('2026-11-26T00:00', '2026-12-01T09:30'))).toBe(
      'from Thu 26 Nov 2026 00:00 to Tue 1 Dec 2026 09:30 (Europe/Berlin)',
    );
  });

  it('holds exactly while the wall clock is within the window, if no clock changes', () => {
    const zone = 'Asia/Kolkata';
    const clockOf = (instant: number) => {
      const date = localDate(instant, zone);
      const time = new Date(instant + 5.5 * 3_600_000).toISOString().slice(11, 16);
      return `${weekdayOf(date)} ${time}`;
    };
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
    const place = fc.record({ weekday: fc.constantFrom(...WEEKDAYS), time });
    fc.assert(
      fc.property(
        place,
        place,
        fc.integer({ min: at('2026-01-01'), max: at('2027-01-01') }),
        (from, to, now) => {
          const [begin, end] = [from, to].map((each) => `${WEEKDAYS.indexOf(each.weekday)} ${each.time}`) as [
            string,
            string,
          ];
          const clock = clockOf(now);
          const within = begin < end ? begin <= clock && clock < end : clock >= begin || clock < end;
          const window = aWindow({ kind: 'weekly', from, to }, { timezone: zone });
          return (freezeAt([window], now) !== null) === within;
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('the windows of an account', () => {
  const NOW = at('2026-11-23T09:00Z');
  const event = (window: FreezeWindow, removed = false): FreezeEvent => ({
    window,
    removed,
    by: 'ana',
    reason: 'a test',
    at: NOW,
  });

  it('are those that were set and not removed', () => {
    const [one, two] = [
      weekly('fri 17:00', 'mon 08:00', { id: 'a' }),
      weekly('wed 00:00', 'wed 06:00', { id: 'b' }),
    ];
    expect(windowsOf([event(one), event(two), event(one, true)])).toEqual([two]);
  });

  it.each([
    [
      weekly('fri 17:00', 'mon 08:00', { timezone: 'Mars/Olympus' }),
      'timezone',
      'must be an IANA time zone, e.g. Europe/Berlin',
    ],
    [weekly('fri 24:00', 'mon 08:00'), 'from', 'must have a time from 00:00 to 23:59, as HH:MM'],
    [
      dated('2026-11-26T00:00', '2026-11-31T00:00'),
      'to',
      'must be a date and time that exist, as YYYY-MM-DDTHH:MM',
    ],
    [dated('2026-11-26T00:00', '2026-11-26T00:00'), 'to', 'must be later than from'],
    [dated('2026-11-20T00:00', '2026-11-22T00:00'), 'to', 'must not be in the past'],
    [dated('2026-12-01T00:00', '2027-01-02T00:00'), 'to', 'must be at most 31 days later than from'],
    [dated('9999-12-01T00:00', '9999-12-31T23:59'), 'to', 'must be at most 730 days from now'],
    [
      weekly('mon 08:00', 'mon 08:00'),
      'windows',
      'must together leave at least 1 h of each week free, or no rollout could ever go on',
    ],
    [
      weekly('mon 08:00', 'mon 07:30'),
      'windows',
      'must together leave at least 1 h of each week free, or no rollout could ever go on',
    ],
  ])('refuse %j', (window, field, message) => {
    expect(windowProblem([], window, NOW)).toEqual({ field, message });
  });

  it('together leave free time, and make no freeze of months', () => {
    expect(
      windowProblem([weekly('mon 08:00', 'fri 08:00')], weekly('fri 09:00', 'mon 08:00'), NOW),
    ).toBeNull();
    expect(
      windowProblem([weekly('mon 08:00', 'fri 08:00')], weekly('fri 08:30', 'mon 08:00'), NOW)?.field,
    ).toBe('windows');
    const months = [
      dated('2026-12-01T00:00', '2027-01-01T00:00'),
      dated('2027-01-01T00:00', '2027-01-31T00:00'),
    ];
    expect(windowProblem([months[0]!], months[1]!, NOW)).toBeNull();
    expect(windowProblem(months, dated('2027-01-31T00:00', '2027-02-05T00:00'), NOW)?.message).toBe(
      'must not together make a freeze of more than 62 days',
    );
    expect(windowProblem(months, dated('2027-01-31T01:00', '2027-02-05T00:00'), NOW)).toBeNull();
  });

  it('are limited in number; those that are over do not count', () => {
    const some = Array.from({ length: MOST_WINDOWS }, (_, n) =>
      weekly('wed 00:00', 'wed 01:00', { id: `w${n}` }),
    );
    expect(windowProblem(some, weekly('thu 00:00', 'thu 01:00'), NOW)).toEqual({
      field: 'windows',
      message: 'must be at most 20: remove one first',
    });
    const over = dated('2026-11-01T00:00', '2026-11-02T00:00');
    expect(windowProblem([...some.slice(1), over], weekly('thu 00:00', 'thu 01:00'), NOW)).toBeNull();
  });
});
