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
  /** Buckets in which both ads delivered. */
  rows = 0;
  impressionsA = 0;
  clicksA = 0;
  impressionsB = 0;
  clicksB = 0;
  /** Σ (xA+xB)·w·(1−w). */
  information = 0;
  /** Buckets read. */
  private read = 0;
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

  constructor(private readonly stream: Stream) {
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
      this.a[this.rows] = a;
      this.b[this.rows] = b;
      this.w[this.rows] = w;
      this.rows += 1;
      this.impressionsA += nA;
      this.clicksA += xA;
      this.impressionsB += nB;
      this.clicksB += xB;
      this.information += (xA + xB) * shareA * shareB;
      this.sumA += a;
      this.sumB += b;
      this.sumAA += a * a;
      this.sumAB += a * b;
      this.sumBB += b * b;
      this.sumW += w;
      this.sumWW += w * w;
    }
  }

  get df(): number {
    return this.rows > 1 ? Math.max(0, (this.sumW * this.sumW) / this.sumWW - 1) : 0;
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

  /** Standard error of θ̂, cluster-robust with leverage correction; 0 where it can't be estimated; O(rows). */
  get se(): number {
    if (this.rows < 2 || !(this.sumA > 0 && this.sumB > 0)) return 0;
    const ratio = this.sumA / this.sumB;
    let squares = 0;
    for (let i = 0; i < this.rows; i++) {
      const residual = (this.a[i]! - ratio * this.b[i]!) / (1 - this.w[i]! / this.sumW);
      squares += residual * residual;
    }
    const se = Math.sqrt(squares) / this.sumA;
    return se > ROUNDING && Number.isFinite(se) ? se : 0;
  }

  /** θ̂ / SE; 0 where SE is 0; O(rows). */
  get t(): number {
    const se = this.se;
    return se > 0 ? this.theta / se : 0;
  }
}
