/**
 * Only the decision of the sequential rule, without p and interval, for many streams. It computes one boundary instead
 * of the ladder, and only when a winner is possible: the error spent by look k is at most α*(t_k), so no bound lies
 * below Φ⁻¹(1 − α*(t_k)/2). Until |T| exceeds that, looks are only recorded.
 */

import { firstBound, firstRegion, type Region, Transition } from '../../domain/evidence/boundary.js';
import { normalUpperQuantile, studentCritical } from '../../domain/evidence/distributions.js';
import { climb, emptyLadder } from '../../domain/evidence/ladder.js';
import { nominalAlpha, spentFraction } from '../../domain/evidence/sequential.js';
import type { RuleSettings } from '../../domain/evidence/types.js';
import type { RunningRatio } from './stream.js';

/** Clusters are rows, or days in the strict form. */
const MINIMUM_CLUSTERS = 3;
const MINIMUM_GROWTH = 0.003;
const MINIMUM_GAP_HOURS = 1;
/** Above this the residuals are rounding errors: only the full sum shows whether there is any error at all. */
const LARGEST_SAFE_T = 1e4;
const COARSE = 18;
const FINE = 48;
/** If the information grows by less than this, the coarse grid blurs the kernel, as in the ladder. */
const FINE_BELOW = 0.006;
/** Below this nominal α the coarse grid is too coarse at every look, as in the ladder. */
const FINE_ALPHA = 0.02;

/** The bounds of the looks that counted. They are asked for rarely, and then computed from the first look on. */
export interface Bounds {
  /**
   * The bound of the last look. `spent[k]` is the cumulative error after look k, `information[k]` its information.
   * Infinity if the bound exceeds 8.4.
   */
  last(hours: readonly number[], information: readonly number[], spent: readonly number[]): number;
}

/** The recursion of the present version; each call goes on from the look that the call before reached. */
export class EvenBounds implements Bounds {
  private ladder = emptyLadder('even');
  private done = 0;

  /** `alpha` is the nominal α of the whole horizon. */
  constructor(private readonly alpha: number) {}

  last(_hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    for (; this.done < information.length; this.done++) {
      const fraction = spent[this.done]! / this.alpha;
      this.ladder = climb(this.ladder, [this.alpha], information[this.done]!, fraction);
    }
    return this.ladder.rungs[0]!.bound;
  }
}

/** The recursion of versions 1 and 2. */
export class ExactBounds implements Bounds {
  private region: Region | null = null;
  private used = 0;
  private bound = Infinity;
  private guess = 0;
  private done = 0;
  private readonly firstR: number;

  /** `alpha` is the nominal α of the whole horizon. */
  constructor(alpha: number) {
    this.firstR = alpha < FINE_ALPHA ? FINE : COARSE;
  }

  last(_hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    for (; this.done < information.length; this.done++) this.step(information, spent[this.done]!);
    return this.bound;
  }

  private step(information: readonly number[], spent: number): void {
    if (this.region === null) {
      this.bound = firstBound(spent);
      this.region = firstRegion(this.firstR, this.bound);
    } else {
      const before = information[this.done - 1]!;
      const now = information[this.done]!;
      const r = now < before * (1 + FINE_BELOW) ? FINE : this.region.r;
      const transition = new Transition(this.region.r, r, before, now);
      const source = transition.source(this.region);
      this.bound = transition.bound(source, spent - this.used, this.guess);
      this.region = transition.advance(source, this.bound);
    }
    if (this.bound === Infinity) return;
    this.used = spent;
    this.guess = this.bound;
  }
}

/** The sums that a look weighs. */
export type LookedAt = Pick<
  RunningRatio,
  | 'impressionsA'
  | 'clicksA'
  | 'impressionsB'
  | 'clicksB'
  | 'clusters'
  | 'information'
  | 'theta'
  | 'se'
  | 'df'
  | 'roughT'
>;

/** The looks of one stream, up to the first crossing. */
export class SequentialWalk {
  private readonly alpha: number;
  private readonly hours: number[] = [];
  private readonly information: number[] = [];
  private readonly spent: number[] = [];
  private readonly bounds: Bounds;

  /** Throws RangeError for a confidence without a confirmed boundary. */
  constructor(
    private readonly settings: RuleSettings,
    bounds?: Bounds,
  ) {
    this.alpha = nominalAlpha(settings.confidence);
    this.bounds = bounds ?? new EvenBounds(this.alpha);
  }

  /** Looks that counted. */
  get looks(): number {
    return this.hours.length;
  }

  /**
   * Looks at all rows that `ratio` has read. Returns the winner if it crosses the bound. `driftVariance` is what drift
   * adds to the variance of θ̂; it is only asked if the buckets' own error would let a winner be called.
   */
  look(hours: number, ratio: LookedAt, driftVariance: () => number = () => 0): 'A' | 'B' | null {
    if (!this.counts(hours, ratio)) return null;
    const spent = this.alpha * spentFraction(hours, this.settings.horizonHours);
    this.hours.push(hours);
    this.information.push(ratio.information);
    this.spent.push(spent);
    const floor = lowestBound(spent);
    if (Math.abs(ratio.roughT) < floor) return null;
    const { theta, se } = ratio;
    if (!(se > 0) || Math.abs(theta / se) < floor) return null;
    const t = theta / Math.sqrt(se * se + driftVariance());
    if (Math.abs(t) < floor) return null;
    const bound = this.bounds.last(this.hours, this.information, this.spent);
    if (Math.abs(t) < bound || Math.abs(t) < studentCritical(bound, ratio.df)) return null;
    return t > 0 ? 'B' : 'A';
  }

  private counts(hours: number, ratio: LookedAt): boolean {
    const { minimumHours, minimumClicks, minimumImpressions } = this.settings;
    return (
      hours >= minimumHours &&
      ratio.clicksA >= minimumClicks &&
      ratio.clicksB >= minimumClicks &&
      ratio.impressionsA >= minimumImpressions &&
      ratio.impressionsB >= minimumImpressions &&
      ratio.clusters >= MINIMUM_CLUSTERS &&
      ratio.df > 0 &&
      (this.hours.length === 0 ||
        (hours - this.hours.at(-1)! >= MINIMUM_GAP_HOURS &&
          ratio.information / this.information.at(-1)! - 1 >= MINIMUM_GROWTH)) &&
      // If the error is nearly 0, the full sum decides whether it is 0.
      (Math.abs(ratio.roughT) < LARGEST_SAFE_T || ratio.se > 0)
    );
  }
}

const floors = new Map<number, number>();

/** Φ⁻¹(1 − α/2): a bound that has spent α in total is never lower. */
function lowestBound(spent: number): number {
  let floor = floors.get(spent);
  if (floor === undefined) {
    floor = normalUpperQuantile(spent / 2);
    if (floors.size < 10_000) floors.set(spent, floor);
  }
  return floor;
}
