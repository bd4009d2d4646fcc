/**
 * The stratified robust log rate ratio of a growing stream, for programs that run many thousands of tests. It is the
 * estimator of `domain/evidence/rate-ratio.ts`, kept in running sums: the cost of a look depends on the number of rows
 * only if the look could call a winner.
 */
import { DAY_CUTS } from '../../domain/evidence/rate-ratio.js';
import type { PairRow } from '../../domain/evidence/types.js';

/** Counts of two ads per bucket, in order. */
export interface Stream {
  impressionsA: Float64Array;
  clicksA: Float64Array;
  impressionsB: Float64Array;
  clicksB: Float64Array;
}

export function emptyStream(buckets: number): Stream {
  return {
    impressionsA: new Float64Array(buckets),
    clicksA: new Float64Array(buckets),
    impressionsB: new Float64Array(buckets),
    clicksB: new Float64Array(buckets),
  };
}

const HOURS_PER_DAY = 24;

/** A bucket as the rules weigh it. `bucketHours`: 1 or 24. */
export function rowOf(
  { impressionsA, clicksA, impressionsB, clicksB }: Stream,
  bucket: number,
  bucketHours = 1,
): PairRow {
  return {
    exposureA: impressionsA[bucket]!,
    eventsA: clicksA[bucket]!,
    exposureB: impressionsB[bucket]!,
    eventsB: clicksB[bucket]!,
    day: (bucket * bucketHours) / HOURS_PER_DAY,
  };
}

/** A standard error below this is a rounding error: no number of clicks gives one as small. */
const ROUNDING = 1e-9;

/** One grouping of the buckets into clusters: sums over the clusters, and of their squares. */
class Cut {
  clusters = 0;
  private group = -1;
  private aa = 0;
  private ab = 0;
  private bb = 0;
  private ww = 0;
  private readonly a: Float64Array;
  private readonly b: Float64Array;
  private readonly w: Float64Array;

  /** Clusters of `size` buckets; the first one is `shift` buckets shorter. */
  constructor(
    buckets: number,
    private readonly size: number,
    private readonly shift: number,
  ) {
    this.a = new Float64Array(buckets);
    this.b = new Float64Array(buckets);
    this.w = new Float64Array(buckets);
  }

  add(bucket: number, a: number, b: number, w: number): void {
    const group = Math.floor((bucket + this.shift) / this.size);
    if (group !== this.group) this.clusters += 1;
    this.group = group;
    const last = this.clusters - 1;
    const [clusterA, clusterB, clusterW] = [this.a[last]!, this.b[last]!, this.w[last]!];
    this.a[last] = clusterA + a;
    this.b[last] = clusterB + b;
    this.w[last] = clusterW + w;
    // (c + a)² − c²: how much the bucket adds to the square of its cluster.
    this.aa += a * (2 * clusterA + a);
    this.ab += clusterA * b + clusterB * a + a * b;
    this.bb += b * (2 * clusterB + b);
    this.ww += w * (2 * clusterW + w);
  }

  df(sumW: number): number {
    return this.clusters > 1 ? Math.max(0, (sumW * sumW) / this.ww - 1) : 0;
  }

  /** Σ residual² without the leverage correction; O(1). */
  roughSquares(ratio: number): number {
    const squares = this.aa - 2 * ratio * this.ab + ratio * ratio * this.bb;
    // If the sum of squares is nearly 0, rounding may make it negative.
    return Math.max(squares - 1e-12 * this.aa, 0);
  }

  /** Σ (residual/(1 − leverage))²; O(clusters). */
  squares(ratio: number, sumW: number): number {
    let squares = 0;
    for (let i = 0; i < this.clusters; i++) {
      const residual = (this.a[i]! - ratio * this.b[i]!) / (1 - this.w[i]! / sumW);
      squares += residual * residual;
    }
    return squares;
  }
}

/** Sums over the buckets read so far. A bucket counts only if both ads delivered in it. */
export class RunningRatio {
  impressionsA = 0;
  clicksA = 0;
  impressionsB = 0;
  clicksB = 0;
  /** Σ (xA+xB)·w·(1−w). */
  information = 0;
  /** Number of buckets read. */
  private read = 0;
  private sumA = 0;
  private sumB = 0;
  private sumW = 0;
  private readonly cuts: Cut[];

  /** `bucketsADay`: clusters are days of this many buckets, cut as the rule cuts them; null: each bucket is a cluster. */
  constructor(
    private readonly stream: Stream,
    bucketsADay: number | null = null,
  ) {
    const buckets = stream.impressionsA.length;
    this.cuts =
      bucketsADay === null
        ? [new Cut(buckets, 1, 0)]
        : DAY_CUTS.map((shift) => new Cut(buckets, bucketsADay, shift * bucketsADay));
  }

  /** Number of buckets in which both ads delivered; if clusters are days, the number of days with such buckets. */
  get clusters(): number {
    return this.cuts[0]!.clusters;
  }

  /** Reads until `buckets` have been read in total. */
  readTo(buckets: number): void {
    const { impressionsA, clicksA, impressionsB, clicksB } = this.stream;
    for (; this.read < buckets; this.read++) {
      const nA = impressionsA[this.read]!;
      const nB = impressionsB[this.read]!;
      if (!(nA > 0 && nB > 0)) continue;
      const xA = clicksA[this.read]!;
      const xB = clicksB[this.read]!;
      const shareA = nA / (nA + nB);
      const shareB = nB / (nA + nB);
      const a = xB * shareA;
      const b = xA * shareB;
      const w = nA * shareB;
      for (const cut of this.cuts) cut.add(this.read, a, b, w);
      this.impressionsA += nA;
      this.clicksA += xA;
      this.impressionsB += nB;
      this.clicksB += xB;
      this.information += (xA + xB) * shareA * shareB;
      this.sumA += a;
      this.sumB += b;
      this.sumW += w;
    }
  }

  get df(): number {
    return Math.min(...this.cuts.map((cut) => cut.df(this.sumW)));
  }

  /** ln of the rate ratio of B over A; 0 if it can't be estimated. */
  get theta(): number {
    return this.sumA > 0 && this.sumB > 0 ? Math.log(this.sumA / this.sumB) : 0;
  }

  /** θ̂ over its standard error without the leverage correction: never closer to 0 than {@link t}; O(1). */
  get roughT(): number {
    const theta = this.theta;
    if (theta === 0) return 0;
    const ratio = this.sumA / this.sumB;
    let squares = 0;
    for (const cut of this.cuts) squares = Math.max(squares, cut.roughSquares(ratio));
    return (theta * this.sumA) / Math.sqrt(squares);
  }

  /** Standard error of θ̂, cluster-robust with leverage correction; 0 if it can't be estimated; O(clusters). */
  get se(): number {
    if (!(this.sumA > 0 && this.sumB > 0)) return 0;
    const ratio = this.sumA / this.sumB;
    let squares = 0;
    for (const cut of this.cuts) {
      if (cut.clusters < 2) return 0;
      squares = Math.max(squares, cut.squares(ratio, this.sumW));
    }
    const se = Math.sqrt(squares) / this.sumA;
    return se > ROUNDING && Number.isFinite(se) ? se : 0;
  }

  /** θ̂ / SE; 0 if SE is 0; O(clusters). */
  get t(): number {
    const se = this.se;
    return se > 0 ? this.theta / se : 0;
  }
}
