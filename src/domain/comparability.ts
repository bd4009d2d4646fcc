/**
 * Whether two ad sets differ in more than their ads. If their audiences, placements or goals differ, a comparison says
 * nothing about the ads. Pure: it takes settings that were read from Meta.
 */

import { settingWords } from './setting-words.js';

/** An ad set's settings for who sees its ad, on which placements, when and at which price. Plain JSON from Meta. */
export interface AdSetSettings {
  /** Audience and placements together, as Meta keeps them. */
  targeting: Record<string, unknown>;
  optimizationGoal: string | null;
  /** Null if the campaign decides. */
  bidStrategy: string | null;
  /** Minor units; null if the strategy has none. */
  bidAmount: number | null;
  /** `attribution_spec`: event types with their windows in days. */
  attribution: readonly unknown[];
  /** Epoch ms. A null start is the ad set's creation; a null end means until stopped. */
  startTime: number | null;
  endTime: number | null;
  /** Hours of the week in which it delivers; empty: all. */
  deliverySchedule: readonly unknown[];
  pacing: readonly string[];
}

export const COMPARED_FIELDS = [
  'targeting',
  'placements',
  'optimization_goal',
  'bid_strategy',
  'attribution',
  'schedule',
] as const;
export type ComparedField = (typeof COMPARED_FIELDS)[number];

/** One field in which a variant's ad set differs from the first one's. */
export interface AdSetDifference {
  variantId: string;
  field: ComparedField;
  /** The field with both values; no full stop. */
  message: string;
}

/** Differences that a user accepted when the test was created. */
export interface AcceptedDifferences {
  by: string;
  reason: string;
  differences: AdSetDifference[];
}

/** Keys of `targeting` that say where an ad is shown, not to whom. */
const PLACEMENT = /^(publisher_platforms|device_platforms|.*_positions)$/;
const WORDS: Record<ComparedField, string> = {
  targeting: 'targeting',
  placements: 'placements',
  optimization_goal: 'optimisation goal',
  bid_strategy: 'bid strategy',
  attribution: 'attribution',
  schedule: 'schedule',
};
/** Most characters of one value in a sentence. */
const LONGEST = 80;

/** How each ad set differs from the first one, in the order of the variants. `now`: epoch ms. */
export function adSetDifferences(
  variants: readonly { variantId: string; settings: AdSetSettings }[],
  now: number,
): AdSetDifference[] {
  const [first, ...others] = variants;
  if (!first) return [];
  const one = comparedOf(first.settings, now);
  return others.flatMap(({ variantId, settings }) => {
    const other = comparedOf(settings, now);
    return COMPARED_FIELDS.flatMap((field): AdSetDifference[] => {
      const keys = [...new Set([...Object.keys(one[field]), ...Object.keys(other[field])])].sort();
      const differing = keys.filter((key) => canonical(one[field][key]) !== canonical(other[field][key]));
      if (differing.length === 0) return [];
      const values = differing.map((key) => {
        const [value, first] = [other[field][key], one[field][key]];
        return settingWords(key, value, first) ?? `${key} ${shown(value)} against ${shown(first)}`;
      });
      const message = `the ad set of ${variantId} differs from that of ${first.variantId} in ${WORDS[field]} (${values.join(', ')})`;
      return [{ variantId, field, message }];
    });
  });
}

/** The differences that nobody has accepted. */
export function unaccepted(
  differences: readonly AdSetDifference[],
  accepted: AcceptedDifferences | null,
): AdSetDifference[] {
  return differences.filter(
    ({ variantId, field }) =>
      !accepted?.differences.some((known) => known.variantId === variantId && known.field === field),
  );
}

type Compared = Record<ComparedField, Record<string, unknown>>;

function comparedOf(settings: AdSetSettings, now: number): Compared {
  const targeting = Object.entries(settings.targeting);
  // Past starts always differ, because two ad sets are never created at the same instant: only a future start counts.
  const start = settings.startTime !== null && settings.startTime > now ? settings.startTime : null;
  return {
    targeting: Object.fromEntries(targeting.filter(([key]) => !PLACEMENT.test(key))),
    placements: Object.fromEntries(targeting.filter(([key]) => PLACEMENT.test(key))),
    optimization_goal: { optimization_goal: settings.optimizationGoal },
    bid_strategy: { bid_strategy: settings.bidStrategy, bid_amount: settings.bidAmount },
    attribution: { attribution_spec: settings.attribution },
    schedule: {
      start_time: start === null ? null : new Date(start).toISOString(),
      end_time: settings.endTime === null ? null : new Date(settings.endTime).toISOString(),
      adset_schedule: settings.deliverySchedule,
      pacing_type: settings.pacing,
    },
  };
}

/** One text for values that mean the same: Meta's lists are sets, its objects have no order, and empty is absent. */
function canonical(value: unknown): string {
  return JSON.stringify(normal(value)) ?? '';
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item)).sort();
    return items.length > 0 ? items : undefined;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, normal(item)])
      .filter(([, item]) => item !== undefined)
      .sort(([x], [y]) => (x < y ? -1 : 1));
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }
  return value ?? undefined;
}

function shown(value: unknown): string {
  if (normal(value) === undefined) return 'none';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
