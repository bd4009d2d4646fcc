/** Settings of an ad set in words that Ads Manager uses. Pure. */
import { instantOf } from './time.js';

/** A setting by its name at Meta, with its two values in words; null if one of them has none, or both the same. */
export function settingWords(key: string, one: unknown, other: unknown): string | null {
  const known = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
  if (known === undefined) return null;
  const values = [one, other].map((value) => (isEmpty(value) ? known.none : known.words(value)));
  return values.includes(null) || values[0] === values[1]
    ? null
    : `${known.name} ${values.join(' against ')}`;
}

/** `words`: null for a value that has none. `none`: what it means if Meta names no value. */
const SETTINGS: Record<string, { name: string; none: string; words: (value: unknown) => string | null }> = {
  geo_locations: { name: 'country', none: 'none', words: countriesIn },
  excluded_geo_locations: { name: 'country left out', none: 'none', words: countriesIn },
  age_min: { name: 'age from', none: 'any', words: numberIn },
  age_max: { name: 'age up to', none: 'any', words: numberIn },
  genders: { name: 'gender', none: 'all', words: gendersIn },
  publisher_platforms: { name: 'platforms', none: 'those that Meta chooses', words: labelsIn },
  device_platforms: { name: 'devices', none: 'all', words: labelsIn },
  facebook_positions: { name: 'Facebook positions', none: 'all', words: labelsIn },
  instagram_positions: { name: 'Instagram positions', none: 'all', words: labelsIn },
  optimization_goal: { name: 'goal', none: 'none', words: labelIn },
  bid_strategy: { name: 'strategy', none: 'that of the campaign', words: labelIn },
  attribution_spec: { name: 'window', none: 'none', words: windowsIn },
  start_time: { name: 'start', none: 'already over', words: timeIn },
  end_time: { name: 'end', none: 'none', words: timeIn },
};

const GENDERS: Record<string, string> = { 1: 'men', 2: 'women' };
const EVENTS: Record<string, string> = {
  CLICK_THROUGH: 'after a click',
  VIEW_THROUGH: 'after a view',
  ENGAGED_VIDEO_VIEW: 'after a video view',
};
const countryNames = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Only whole countries have words: regions, cities and circles around a point don't. */
function countriesIn(value: unknown): string | null {
  const { countries, location_types: _, ...more } = value as Record<string, unknown>;
  if (Object.values(more).some((each) => !isEmpty(each))) return null;
  const codes = textsIn(countries);
  if (codes === null || codes.some((code) => !/^[A-Z]{2}$/.test(code))) return null;
  return codes.length === 0
    ? 'none'
    : codes
        .map((code) => countryNames.of(code))
        .sort()
        .join(', ');
}

function numberIn(value: unknown): string | null {
  return typeof value === 'number' ? String(value) : null;
}

function gendersIn(value: unknown): string | null {
  const names = Array.isArray(value) ? value.map((each) => GENDERS[String(each)]) : [undefined];
  return names.includes(undefined) ? null : names.join(' and ');
}

function labelsIn(value: unknown): string | null {
  const texts = textsIn(value);
  return texts === null ? null : [...texts].sort().map(plain).join(', ');
}

function labelIn(value: unknown): string | null {
  return typeof value === 'string' ? plain(value.toLowerCase()) : null;
}

function windowsIn(value: unknown): string | null {
  if (!Array.isArray(value)) return null;
  const texts = value.map((each) => {
    const { event_type: event, window_days: days } = (each ?? {}) as Record<string, unknown>;
    const when = Object.hasOwn(EVENTS, String(event)) ? EVENTS[String(event)] : undefined;
    return when && typeof days === 'number' ? `${days} ${days === 1 ? 'day' : 'days'} ${when}` : null;
  });
  return texts.includes(null) ? null : texts.join(', ');
}

function timeIn(value: unknown): string | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : instantOf(at);
}

function textsIn(value: unknown): string[] | null {
  if (isEmpty(value)) return [];
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : null;
}

function plain(label: string): string {
  return label.replaceAll('_', ' ');
}
