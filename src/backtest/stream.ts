/**
 * The stratified robust log rate ratio of a growing stream, for programs that run many thousands of tests: the
 * same estimator as `domain/evidence/rate-ratio.ts`, kept in running sums. What a look costs then depends on the
 * rows so far only where its verdict can matter.
 */

/** Counts of two ads, bucket by bucket, in order. */
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

/** No count of clicks gives a standard error as small as this. */
const ROUNDING = 1e-9;

/** Sums over the buckets read so far; only those in which both ads delivered enter. */
export class RunningRatio {
  /** Buckets in which both ads delivered, or groups of such buckets where these are the clusters. */
  clusters = 0;
  impressionsA = 0;
  clicksA = 0;
  impressionsB = 0;
  clicksB = 0;
  /** Σ (xA+xB)·w·(1−w). */
  information = 0;
  /** Buckets read. */
  private read = 0;
  /** The group of the last bucket that entered. */
  private group = -1;
  private sumA = 0;
  private sumB = 0;
  private sumAA = 0;
  private sumAB = 0;
  private sumBB = 0;
  private sumW = 0;
  private sumWW = 0;
  private readonly a: Float64Array;
  private readonly b: Float64Array;
  private readonly w: Float64Array;

  /** `bucketsACluster`: 24 where the buckets are hours and the clusters days. */
  constructor(
    private readonly stream: Stream,
    private readonly bucketsACluster = 1,
  ) {
    const buckets = stream.impressionsA.length;
    this.a = new Float64Array(buckets);
    this.b = new Float64Array(buckets);
    this.w = new Float64Array(buckets);
  }

  /** Reads on until `buckets` have been read in all. */
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
      const group = Math.floor(this.read / this.bucketsACluster);
      if (group !== this.group) this.clusters += 1;
      this.group = group;
      const last = this.clusters - 1;
      const [clusterA, clusterB, clusterW] = [this.a[last]!, this.b[last]!, this.w[last]!];
      this.a[last] = clusterA + a;
      this.b[last] = clusterB + b;
      this.w[last] = clusterW + w;
      this.impressionsA += nA;
      this.clicksA += xA;
      this.impressionsB += nB;
      this.clicksB += xB;
      this.information += (xA + xB) * shareA * shareB;
      this.sumA += a;
      this.sumB += b;
      // (c + a)² − c²: what the bucket adds to the square of its cluster.
      this.sumAA += a * (2 * clusterA + a);
      this.sumAB += clusterA * b + clusterB * a + a * b;
      this.sumBB += b * (2 * clusterB + b);
      this.sumW += w;
      this.sumWW += w * (2 * clusterW + w);
    }
  }

  get df(): number {
    return this.clusters > 1 ? Math.max(0, (this.sumW * this.sumW) / this.sumWW - 1) : 0;
  }

  /** ln of the rate ratio of B over A; 0 where it can't be estimated. */
  get theta(): number {
    return this.sumA > 0 && this.sumB > 0 ? Math.log(this.sumA / this.sumB) : 0;
  }

  /** θ̂ over its standard error without the leverage correction: never nearer to 0 than {@link t}; O(1). */
  get roughT(): number {
    const theta = this.theta;
    if (theta === 0) return 0;
    const ratio = this.sumA / this.sumB;
    const squares = this.sumAA - 2 * ratio * this.sumAB + ratio * ratio * this.sumBB;
    // Rounding may leave less than nothing of a sum of squares that nearly vanishes.
    const floor = 1e-12 * this.sumAA;
    return (theta * this.sumA) / Math.sqrt(Math.max(squares - floor, 0));
  }

  /** Standard error of θ̂, cluster-robust with leverage correction; 0 where it can't be estimated; O(clusters). */
  get se(): number {
    if (this.clusters < 2 || !(this.sumA > 0 && this.sumB > 0)) return 0;
    const ratio = this.sumA / this.sumB;
    let squares = 0;
    for (let i = 0; i < this.clusters; i++) {
      const residual = (this.a[i]! - ratio * this.b[i]!) / (1 - this.w[i]! / this.sumW);
      squares += residual * residual;
    }
    const se = Math.sqrt(squares) / this.sumA;
    return se > ROUNDING && Number.isFinite(se) ? se : 0;
  }

  /** θ̂ / SE; 0 where SE is 0; O(clusters). */
  get t(): number {
    const se = this.se;
    return se > 0 ? this.theta / se : 0;
  }
}
