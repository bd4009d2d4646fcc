/**
 * Buckets in which one ad has more events than its own neighbours and the other ad make plausible: clicks of bots, or of a
 * page that linked to the ad. One such hour can decide a test, or delay it for days.
 */

import type { PairRow } from './pair-row.js';
import { delivered } from './rate-ratio.js';

/** A bucket whose events of one ad were replaced. */
export interface Burst {
  ad: 'A' | 'B';
  /** Days from the start of the test to the start of the bucket. */
  day: number;
  /** As reported. */
  events: number;
  /** Plausible by the ad's neighbouring buckets, a whole number. The estimate uses these. */
  expected: number;
}

/** Buckets on either side whose rate is the expectation: half a day, so that it doesn't follow the time of day. */
const NEIGHBOURS = 12;
/** The highest rates among the neighbours are left out, because bursts come together. */
const TRIMMED = 3;
/** With fewer neighbours nothing is implausible. */
const FEWEST_NEIGHBOURS = 6;
/**
 * Limit in robust standard deviations of the test's own buckets. Tests of 28 days have 0 such hours if counts are Poisson,
 * 0.2 at a coefficient of variation of 40 %, and 5 at 80 %: as many for one ad as for the other.
 */
const LIMIT = 6;
/** Median absolute deviation of a standard normal: its inverse makes the median a standard deviation. */
const NORMAL_MAD = 0.6745;
/** Pseudo-events of the other ad's ratio of observed to expected, so that few events can't show a common burst. */
const PRIOR_EVENTS = 2;

/**
 * The rows with every burst replaced by the expected events. A burst that the other ad shares is none. Rows whose events
 * are amounts stay as they are: a large order is no burst. RangeError if a row has no day.
 */
export function withoutBursts(rows: readonly PairRow[]): { rows: readonly PairRow[]; bursts: Burst[] } {
  const both = rows.filter(delivered);
  if (both.some(({ countA }) => countA !== undefined)) return { rows, bursts: [] };
  const scan = new BurstScan();
  for (const row of both) scan.add(row);
  const found = scan.find();
  if (found.length === 0) return { rows, bursts: [] };
  const replaced = new Map<PairRow, PairRow>();
  const bursts = found.map(({ index, ad, expected }): Burst => {
    const row = both[index]!;
    if (row.day === undefined) throw new RangeError('a row has no day, but a burst is named by it');
    const events = ad === 'A' ? row.eventsA : row.eventsB;
    const before = replaced.get(row) ?? row;
    replaced.set(row, ad === 'A' ? { ...before, eventsA: expected } : { ...before, eventsB: expected });
    return { ad, day: row.day, events, expected };
  });
  return { rows: rows.map((row) => replaced.get(row) ?? row), bursts };
}

/** Finds bursts in a growing series of rows in which both ads delivered, in the order of time. */
export class BurstScan {
  private readonly a = new AdScan();
  private readonly b = new AdScan();

  add({ exposureA, eventsA, exposureB, eventsB }: PairRow): void {
    this.a.add(exposureA, eventsA);
    this.b.add(exposureB, eventsB);
  }

  /** Of the rows so far, in their order. A later row may change whether an earlier one is a burst. */
  find(): { index: number; ad: 'A' | 'B'; expected: number }[] {
    this.a.update();
    this.b.update();
    return [
      ...this.a
        .burstsBeside(this.b)
        .map((index) => ({ index, ad: 'A' as const, expected: this.a.at(index) })),
      ...this.b
        .burstsBeside(this.a)
        .map((index) => ({ index, ad: 'B' as const, expected: this.b.at(index) })),
    ].sort((one, other) => one.index - other.index);
  }
}

/** One ad's events and what its neighbouring rows let expect. */
class AdScan {
  readonly events: number[] = [];
  /** NaN with too few neighbours. */
  readonly expected: number[] = [];
  private readonly exposures: number[] = [];
  private readonly rates: number[] = [];

  add(exposure: number, events: number): void {
    this.exposures.push(exposure);
    this.events.push(events);
    this.rates.push(events / exposure);
  }

  /** The expected events, a whole number. */
  at(index: number): number {
    return Math.round(this.expected[index]!);
  }

  /** Expectations that later rows can't change any more are kept. */
  update(): void {
    const final = Math.max(0, this.expected.length - NEIGHBOURS);
    for (let i = final; i < this.events.length; i++) this.expected[i] = this.expectedAt(i);
  }

  /** The indices of the rows that are beyond the limit, given how much more than expected the other ad has there. */
  burstsBeside(other: AdScan): number[] {
    // The scale is at least 1, and most series have no row beyond the limit at 1.
    const candidates: number[] = [];
    for (let i = 0; i < this.events.length; i++) if (this.isBeyond(other, i, 1)) candidates.push(i);
    if (candidates.length === 0) return candidates;
    const scale = this.scale();
    return candidates.filter((i) => this.isBeyond(other, i, scale));
  }

  private isBeyond(other: AdScan, i: number, scale: number): boolean {
    const expected = this.expected[i]!;
    // The other ad's surprise only raises what is plausible.
    if (!(this.events[i]! > expected + LIMIT * scale * Math.sqrt(expected + 1))) return false;
    const common = (other.events[i]! + PRIOR_EVENTS) / (other.expected[i]! + PRIOR_EVENTS);
    const plausible = expected * Math.max(1, common);
    return this.events[i]! > plausible + LIMIT * scale * Math.sqrt(plausible + 1);
  }

  /** Robust standard deviation of (events − expected)/√(expected + 1), at least 1. */
  private scale(): number {
    const deviations = this.events
      .map((events, i) => Math.abs(events - this.expected[i]!) / Math.sqrt(this.expected[i]! + 1))
      .filter((deviation) => deviation >= 0)
      .sort((x, y) => x - y);
    return Math.max(1, (deviations[deviations.length >> 1] ?? 0) / NORMAL_MAD);
  }

  private expectedAt(i: number): number {
    const from = Math.max(0, i - NEIGHBOURS);
    const to = Math.min(this.events.length - 1, i + NEIGHBOURS);
    if (to - from < FEWEST_NEIGHBOURS) return Number.NaN;
    let exposure = 0;
    let events = 0;
    // The rows with the highest rates, the highest first.
    const top: number[] = [];
    for (let j = from; j <= to; j++) {
      if (j === i) continue;
      exposure += this.exposures[j]!;
      events += this.events[j]!;
      let place = top.length;
      while (place > 0 && this.rates[j]! > this.rates[top[place - 1]!]!) place--;
      if (place === TRIMMED) continue;
      top.splice(place, 0, j);
      if (top.length > TRIMMED) top.pop();
    }
    for (const j of top) {
      exposure -= this.exposures[j]!;
      events -= this.events[j]!;
    }
    return (this.exposures[i]! * events) / exposure;
  }
}
