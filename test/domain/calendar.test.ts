import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, dayAround, daysBetween, localDate, localHourStart } from '../../src/domain/calendar.js';

const iso = (instant: number): string => new Date(instant).toISOString();

describe('the start of a local hour', () => {
  it.each([
    ['UTC', '2026-01-15', 13, '2026-01-15T13:00:00.000Z'],
    ['America/Los_Angeles', '2026-01-15', 0, '2026-01-15T08:00:00.000Z'],
    ['America/Los_Angeles', '2026-07-15', 0, '2026-07-15T07:00:00.000Z'],
    ['Asia/Kolkata', '2026-01-15', 0, '2026-01-14T18:30:00.000Z'],
    ['Asia/Kathmandu', '2026-01-15', 6, '2026-01-15T00:15:00.000Z'],
    ['Pacific/Kiritimati', '2026-01-15', 0, '2026-01-14T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-01-15', 23, '2026-01-16T10:00:00.000Z'],
  ])('%s %s %i h', (zone, date, hour, instant) => {
    expect(iso(localHourStart(date, hour, zone))).toBe(instant);
  });

  it('that the clock repeats is that of the first of the two', () => {
    expect(iso(localHourStart('2026-11-01', 1, 'America/New_York'))).toBe('2026-11-01T05:00:00.000Z');
    expect(iso(localHourStart('2026-11-01', 2, 'America/New_York'))).toBe('2026-11-01T07:00:00.000Z');
    expect(iso(localHourStart('2026-10-25', 2, 'Europe/Berlin'))).toBe('2026-10-25T00:00:00.000Z');
    // The clock goes back half an hour: 01:30 to 02:00 comes twice, 01:00 once.
    expect(iso(localHourStart('2026-04-05', 1, 'Australia/Lord_Howe'))).toBe('2026-04-04T14:00:00.000Z');
    expect(iso(localHourStart('2026-04-05', 2, 'Australia/Lord_Howe'))).toBe('2026-04-04T15:30:00.000Z');
  });

  it('that the clock skips is as if the clock had not changed', () => {
    expect(iso(localHourStart('2026-03-08', 1, 'America/New_York'))).toBe('2026-03-08T06:00:00.000Z');
    expect(iso(localHourStart('2026-03-08', 2, 'America/New_York'))).toBe('2026-03-08T07:00:00.000Z');
    expect(iso(localHourStart('2026-03-08', 3, 'America/New_York'))).toBe('2026-03-08T07:00:00.000Z');
    expect(iso(localHourStart('2026-10-04', 2, 'Australia/Lord_Howe'))).toBe('2026-10-03T15:30:00.000Z');
  });

  it('is the instant of the change for a midnight that the clock skips', () => {
    expect(iso(localHourStart('2018-11-04', 0, 'America/Sao_Paulo'))).toBe('2018-11-04T03:00:00.000Z');
    expect(iso(localHourStart('2018-11-04', 1, 'America/Sao_Paulo'))).toBe('2018-11-04T03:00:00.000Z');
  });

  it('lies in its date, about 24 hours before the same hour of the next date', () => {
    const zones = [
      'America/Los_Angeles',
      'Europe/Berlin',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.integer({ min: 0, max: 23 }),
        (zone, instant, hour) => {
          const date = localDate(instant, zone);
          const start = localHourStart(date, hour, zone);
          const next = localHourStart(addDays(date, 1), hour, zone);
          return (
            start % 900_000 === 0 &&
            localDate(start, zone) === date &&
            Math.abs(next - start - 86_400_000) <= 3_600_000
          );
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it.each([
    ['2026-02-30', 0, 'UTC'],
    ['2026-1-1', 0, 'UTC'],
    ['yesterday', 0, 'UTC'],
    ['2026-01-01', 24, 'UTC'],
    ['2026-01-01', 1.5, 'UTC'],
    ['2026-01-01', 0, 'Mars/Olympus'],
  ])('refuses %s %d h in %s', (date, hour, zone) => {
    expect(() => localHourStart(date, hour, zone)).toThrow(RangeError);
  });
});

describe('dates', () => {
  it('are in the time zone of the account', () => {
    const instant = Date.UTC(2026, 0, 15, 2);
    expect(localDate(instant, 'America/New_York')).toBe('2026-01-14');
    expect(localDate(instant, 'UTC')).toBe('2026-01-15');
    expect(localDate(instant + 999, 'Asia/Tokyo')).toBe('2026-01-15');
    expect(localDate(-1, 'UTC')).toBe('1969-12-31');
  });

  it('are added across months and leap days', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1);
    expect(daysBetween('2026-03-08', '2026-03-08')).toBe(0);
  });
});

describe('the day around an instant', () => {
  const hours = ({ since, until }: { since: number; until: number }) => (until - since) / 3_600_000;
  it.each([
    ['2026-11-23T04:59:59.999Z', '2026-11-22T05:00:00.000Z', 24],
    ['2026-11-23T05:00:00.000Z', '2026-11-23T05:00:00.000Z', 24],
    ['2026-03-08T12:00:00.000Z', '2026-03-08T05:00:00.000Z', 23],
    ['2026-11-01T12:00:00.000Z', '2026-11-01T04:00:00.000Z', 25],
  ])('%s in New York begins at %s and has %d hours', (instant, since, length) => {
    const day = dayAround(Date.parse(instant), 'America/New_York');
    expect([iso(day.since), hours(day)]).toEqual([since, length]);
  });
});
