/** Which rows decide a pair of variants: buckets, or days by segment of the audience. */
import type { RuleSettings } from '../evidence/types.js';
import { type Bucket, bucketsOf, type Policy, strataOf } from '../experiment.js';
import type { WeighedCells } from '../segments.js';

/** What sentences call a row. */
export type Stratum = Bucket | 'cell';

export function stratumOf(policy: Pick<Policy, 'strata' | 'buckets'>): Stratum {
  return strataOf(policy) === 'segment' ? 'cell' : bucketsOf(policy);
}

export const CELL_SENTENCE = 'A cell is a whole day of one segment of the audience.';

/** What the choice between two breakdowns adds to the error of a pair that is weighed by segments. */
export type SegmentsOfPair = Pick<WeighedCells, 'breakdown' | 'otherChange'>;

/** The settings of a look at these rows. */
export function withOtherChange(settings: RuleSettings, segments: SegmentsOfPair | null): RuleSettings {
  return segments === null ? settings : { ...settings, otherVariance: segments.otherChange ** 2 };
}
