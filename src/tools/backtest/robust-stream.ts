/**
 * The estimate of the sequential rule from version 3 on (`domain/evidence/estimate.ts`) of a growing stream: sums
 * without bursts, and the variance of the ads' drift.
 */
import { BurstScan } from '../../domain/evidence/bursts.js';
import { type DriftHistory, driftOf } from '../../domain/evidence/drift.js';
import { delivered } from '../../domain/evidence/rate-ratio.js';
import { RunningRatio, rowOf, type Stream } from './stream.js';

const HOURS_PER_DAY = 24;

export class RobustStream {
  /** Sums of the buckets read so far, without bursts. */
  ratio: RunningRatio;
  private readonly scan = new BurstScan();
  /** The bucket of each row of the scan. */
  private readonly buckets: number[] = [];
  private read = 0;
  private readonly plausible: Stream;
  private replaced = '';
  private readonly bucketHours: number;
  private readonly strict: boolean;

  /** `bucketHours`: default 1. `strict`: days are the clusters. */
  constructor(
    private readonly stream: Stream,
    { bucketHours = 1, strict = false }: { bucketHours?: number; strict?: boolean } = {},
  ) {
    this.bucketHours = bucketHours;
    this.strict = strict;
    this.plausible = { ...stream, clicksA: stream.clicksA.slice(), clicksB: stream.clicksB.slice() };
    this.ratio = this.fresh();
  }

  /** Reads until `buckets` have been read in total. */
  readTo(buckets: number): void {
    if (buckets === this.read) return;
    for (; this.read < buckets; this.read++) {
      const row = rowOf(this.stream, this.read, this.bucketHours);
      if (!delivered(row)) continue;
      this.scan.add(row);
      this.buckets.push(this.read);
    }
    const bursts = this.scan.find();
    const replaced = bursts.map(({ index, ad, expected }) => `${index} ${ad} ${expected}`).join();
    if (replaced !== this.replaced) {
      this.replaced = replaced;
      this.plausible.clicksA.set(this.stream.clicksA);
      this.plausible.clicksB.set(this.stream.clicksB);
      for (const { index, ad, expected } of bursts) {
        const clicks = ad === 'A' ? this.plausible.clicksA : this.plausible.clicksB;
        clicks[this.buckets[index]!] = expected;
      }
      this.ratio = this.fresh();
    }
    this.ratio.readTo(buckets);
  }

  /** Variance that drift adds to θ̂, given the account's other tests. In the strict form the days contain it. */
  driftVariance(history: DriftHistory): number {
    if (this.strict) return 0;
    const rows = Array.from({ length: this.read }, (_, bucket) =>
      rowOf(this.plausible, bucket, this.bucketHours),
    );
    return driftOf(rows, this.ratio, history).variance;
  }

  private fresh(): RunningRatio {
    return new RunningRatio(this.plausible, this.strict ? HOURS_PER_DAY / this.bucketHours : null);
  }
}
