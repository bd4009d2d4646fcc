import type { AdSetSettings } from '../../src/domain/comparability.js';

/** Settings of an ordinary ad set, for tests of other things. */
export const PLAIN_SETTINGS: AdSetSettings = {
  targeting: { age_min: 18, age_max: 65, geo_locations: { countries: ['US'] } },
  optimizationGoal: 'LINK_CLICKS',
  bidStrategy: 'LOWEST_COST_WITHOUT_CAP',
  bidAmount: null,
  attribution: [{ event_type: 'CLICK_THROUGH', window_days: 7 }],
  startTime: null,
  endTime: null,
  deliverySchedule: [],
  pacing: ['standard'],
};
