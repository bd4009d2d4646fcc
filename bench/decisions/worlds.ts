/** The worlds of simulated tests, by what the default rule claims in them. */

/** Hours of a bucket: 24 if the account reports only days. */
export interface WorldFacts {
  bucketHours: 1 | 24;
  /**
   * Whether the rule promises fewer than 5 % false winners. It doesn't if the ads truly differ for a time, or if what
   * makes them differ can't be seen in the totals.
   */
  promised: boolean;
  /** For people who read the table. */
  meaning: string;
}

const HOURLY = { bucketHours: 1, promised: true } as const;
const BEYOND = { bucketHours: 1, promised: false } as const;

export const WORLD_FACTS = {
  iid: { ...HOURLY, meaning: 'equal ads, independent hours' },
  common_drift: { ...HOURLY, meaning: 'both rates move together, by the hour and from day to day' },
  overdispersed_20: { ...HOURLY, meaning: 'each hour has its own rate, CV 20 %' },
  overdispersed_40: { ...HOURLY, meaning: 'each hour has its own rate, CV 40 %' },
  delivery_mix: { ...HOURLY, meaning: 'delivery moves from one ad to the other while both rates rise' },
  asked_by_hand: { ...HOURLY, meaning: 'someone asks for a look whenever it is close' },
  day_noise: { ...HOURLY, meaning: 'one ad wanders by 5 %, anew each day' },
  day_noise_offset: { ...HOURLY, meaning: 'the same, with days that begin at another hour' },
  drift_5: { ...HOURLY, meaning: 'one ad drifts by 5 %, with a memory of 24 h' },
  weekend_5: { ...HOURLY, meaning: 'one ad differs by 5 % at weekends, equal over whole weeks' },
  bursts_10: { ...HOURLY, meaning: 'ten hours of one ad with 40 times its clicks' },
  drift_10: { ...BEYOND, meaning: 'one ad drifts by 10 %, with a memory of 24 h' },
  weekend_only_5: { ...BEYOND, meaning: 'one ad differs by 5 % at weekends alone: by 1.4 % on average' },
  segments_6h: { ...BEYOND, meaning: 'audience mix within the hour changes, with a memory of 6 h' },
  segments_24h: { ...BEYOND, meaning: 'audience mix within the hour changes, with a memory of 24 h' },
  segments_fixed: { ...BEYOND, meaning: 'audience mix within the hour differs for good' },
  fatigue: { ...BEYOND, meaning: 'each ad declines on its own, equal over 28 days' },
  days_swing_20: {
    bucketHours: 24,
    promised: false,
    meaning: 'day buckets, ads peak at different hours, rates swing by 20 %',
  },
  days_swing_40: { bucketHours: 24, promised: false, meaning: 'the same, rates swing by 40 %' },
} as const satisfies Record<string, WorldFacts>;

export type World = keyof typeof WORLD_FACTS;
export const WORLDS = Object.keys(WORLD_FACTS) as World[];
