/**
 * One closed bucket (an hour or a day) of two ads: the denominator and the numerator of the metric for each ad,
 * non-negative. For the click-through rate: impressions and link clicks.
 */
export interface PairRow {
  exposureA: number;
  eventsA: number;
  exposureB: number;
  eventsB: number;
  /** The number of events, if `eventsA` and `eventsB` are their value. Unset: the same numbers. */
  countA?: number;
  countB?: number;
  /** Days from the start of the test to the start of the bucket, 1/24 per hour. The default rule needs it. */
  day?: number;
  /** If the bucket is a cell, i.e. a day of one segment of the audience: the segment. Other cells then have the same `day`. */
  segment?: string;
}
