import { describe, expect, it } from 'vitest';
import {
  actionTypesOf,
  EVENT_FORM,
  eventWords,
  NAMED_EVENTS,
  resultEventOf,
} from '../../src/domain/conversion-event.js';
import { type Delivery, missingEvents } from '../../src/domain/decision/delivery-health.js';
import { HOUR_MS } from '../../src/domain/time.js';

describe('a conversion event', () => {
  it('has its action types by priority, or is an action type itself', () => {
    expect(actionTypesOf('purchase')[0]).toBe('omni_purchase');
    expect(actionTypesOf('lead')[0]).toBe('lead');
    expect(actionTypesOf('offsite_conversion.custom.12')).toEqual(['offsite_conversion.custom.12']);
    expect(actionTypesOf('constructor')).toEqual(['constructor']);
    expect(eventWords('app_install')).toBe('app install');
    for (const name of [...NAMED_EVENTS, 'result', 'offsite_conversion.custom.12'])
      expect(name).toMatch(EVENT_FORM);
    expect('Drop Table').not.toMatch(EVENT_FORM);
  });

  it.each([
    ['OFFSITE_CONVERSIONS', { custom_event_type: 'LEAD' }, 'lead'],
    ['OFFSITE_CONVERSIONS', { custom_event_type: 'PURCHASE', pixel_id: '1' }, 'purchase'],
    [
      'OFFSITE_CONVERSIONS',
      { custom_event_type: 'OTHER', custom_conversion_id: '77' },
      'offsite_conversion.custom.77',
    ],
    ['OFFSITE_CONVERSIONS', { custom_event_type: 'OTHER' }, null],
    ['OFFSITE_CONVERSIONS', {}, null],
    ['LEAD_GENERATION', {}, 'lead'],
    ['APP_INSTALLS', {}, 'app_install'],
    ['LINK_CLICKS', { custom_event_type: 'LEAD' }, null],
    [null, {}, null],
  ])('of an ad set follows its goal and what it promotes: %s %j', (goal, promoted, event) => {
    expect(resultEventOf(goal, promoted)).toBe(event);
  });
});

describe('a test without conversions', () => {
  const days = (count: number, conversions: number, impressions = 100): Delivery => ({
    variantIds: ['control', 'challenger'],
    observations: Array.from({ length: count * 24 }, (_, hour) => ({
      variantId: hour % 2 ? 'control' : 'challenger',
      adId: '1',
      bucketStart: hour * HOUR_MS,
      bucketEnd: (hour + 1) * HOUR_MS,
      granularity: 'hour' as const,
      impressions,
      clicks: 5,
      linkClicks: 5,
      spend: 10,
      conversions: hour === 30 ? conversions : 0,
      revenue: 0,
    })),
    startedAt: 0,
    dueAt: count * 24 * HOUR_MS,
    buckets: 'hour',
  });

  it('is warned of after a week in which its event must be known', () => {
    expect(missingEvents({ conversionEvent: 'lead' }, days(7, 0), 0)).toEqual([
      {
        code: 'no_events',
        level: 'warn',
        message:
          'no ad has had a conversion (lead) in 7 days: check that Meta gets this event, or start a new test with another one',
      },
    ]);
    expect(missingEvents({ conversionEvent: 'lead' }, days(7, 0), 24)).toEqual([]);
    expect(missingEvents({ conversionEvent: 'lead' }, days(8, 0), 24)).toHaveLength(1);
    expect(missingEvents({ conversionEvent: 'lead' }, days(6, 0), 0)).toEqual([]);
  });

  it('is not warned of if it has one, delivers nothing, or its policy is older than the event', () => {
    expect(missingEvents({ conversionEvent: 'lead' }, days(7, 1), 0)).toEqual([]);
    expect(missingEvents({ conversionEvent: 'lead' }, days(7, 0, 0), 0)).toEqual([]);
    expect(missingEvents({}, days(7, 0), 0)).toEqual([]);
  });
});
