import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AdSetSettings,
  adSetDifferences,
  COMPARED_FIELDS,
  unaccepted,
} from '../../src/domain/comparability.js';
import { PLAIN_SETTINGS } from '../support/ad-set-settings.js';

const NOW = Date.UTC(2026, 10, 23);
const DAY = 86_400_000;
const between = (challenger: Partial<AdSetSettings>, control: Partial<AdSetSettings> = {}) =>
  adSetDifferences(
    [
      { variantId: 'control', settings: { ...PLAIN_SETTINGS, ...control } },
      { variantId: 'challenger', settings: { ...PLAIN_SETTINGS, ...challenger } },
    ],
    NOW,
  );

describe('ad sets', () => {
  it('are alike if only the order of lists or keys, or an empty list, differs', () => {
    const one = {
      targeting: {
        age_min: 18,
        geo_locations: { countries: ['US', 'CA'], regions: [] },
        interests: [{ id: '1', name: 'Tea' }],
      },
    };
    const other = {
      targeting: {
        interests: [{ name: 'Tea', id: '1' }],
        geo_locations: { countries: ['CA', 'US'] },
        age_min: 18,
        excluded_geo_locations: {},
      },
    };
    expect(between(one, other)).toEqual([]);
  });

  it.each<[string, Partial<AdSetSettings>, string]>([
    [
      'targeting',
      { targeting: { ...PLAIN_SETTINGS.targeting, age_max: 45 } },
      'the ad set of challenger differs from that of control in targeting (age up to 45 against 65)',
    ],
    [
      'targeting',
      { targeting: { ...PLAIN_SETTINGS.targeting, geo_locations: { countries: ['CA'] }, genders: [2] } },
      'the ad set of challenger differs from that of control in targeting (gender women against all, country Canada against United States)',
    ],
    // Two values that the same words would stand for, and one that has none, keep the form that Meta gives them.
    [
      'targeting',
      {
        targeting: {
          ...PLAIN_SETTINGS.targeting,
          geo_locations: { countries: ['US'], regions: [{ key: '1' }] },
        },
      },
      'the ad set of challenger differs from that of control in targeting (geo_locations {"countries":["US"],"regions":[{"key":"1"}]} against {"countries":["US"]})',
    ],
    [
      'placements',
      { targeting: { ...PLAIN_SETTINGS.targeting, publisher_platforms: ['instagram'] } },
      'the ad set of challenger differs from that of control in placements (platforms instagram against those that Meta chooses)',
    ],
    [
      'optimization_goal',
      { optimizationGoal: 'REACH' },
      'the ad set of challenger differs from that of control in optimisation goal (goal reach against link clicks)',
    ],
    [
      'bid_strategy',
      { bidStrategy: 'COST_CAP', bidAmount: 250 },
      'the ad set of challenger differs from that of control in bid strategy (bid_amount 250 against none, strategy cost cap against lowest cost without cap)',
    ],
    [
      'attribution',
      { attribution: [{ event_type: 'CLICK_THROUGH', window_days: 1 }] },
      'the ad set of challenger differs from that of control in attribution (window 1 day after a click against 7 days after a click)',
    ],
    [
      'schedule',
      { endTime: NOW + 9 * DAY },
      'the ad set of challenger differs from that of control in schedule (end 2026-12-02 00:00 UTC against none)',
    ],
  ])('differ in %s', (field, challenger, message) => {
    expect(between(challenger)).toEqual([{ variantId: 'challenger', field, message }]);
  });

  it('differ in their start only if it is in the future', () => {
    expect(between({ startTime: NOW - DAY }, { startTime: NOW - 2 * DAY })).toEqual([]);
    expect(between({ startTime: NOW + DAY }).map(({ field }) => field)).toEqual(['schedule']);
  });

  it('are each compared with the first one', () => {
    const settings = (optimizationGoal: string) => ({ ...PLAIN_SETTINGS, optimizationGoal });
    const found = adSetDifferences(
      [
        { variantId: 'control', settings: settings('REACH') },
        { variantId: 'c1', settings: settings('REACH') },
        { variantId: 'c2', settings: settings('LINK_CLICKS') },
      ],
      NOW,
    );
    expect(found.map(({ variantId, field }) => [variantId, field])).toEqual([['c2', 'optimization_goal']]);
  });

  it('differ in the same fields whichever comes first', () => {
    const json = fc.dictionary(
      fc.constantFrom('age_min', 'interests', 'publisher_platforms', 'geo_locations', 'genders'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(json, json, (x, y) => {
        const fields = (one: Record<string, unknown>, other: Record<string, unknown>) =>
          between({ targeting: one }, { targeting: other }).map(({ field }) => field);
        expect(fields(x, y)).toEqual(fields(y, x));
        expect(fields(x, x)).toEqual([]);
      }),
    );
  });

  it('may differ in what a user accepted, and in nothing else', () => {
    const differences = between({ optimizationGoal: 'REACH', endTime: NOW + DAY });
    expect(differences.map(({ field }) => field)).toEqual(['optimization_goal', 'schedule']);
    const accepted = { by: 'ana', reason: 'known', differences: differences.slice(0, 1) };
    expect(unaccepted(differences, accepted).map(({ field }) => field)).toEqual(['schedule']);
    expect(unaccepted(differences, null)).toEqual(differences);
    expect(COMPARED_FIELDS).toHaveLength(6);
  });
});
