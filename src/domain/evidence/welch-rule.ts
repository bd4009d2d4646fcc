/**
 * The fixed rule, for users who choose it: Welch's test per impression at each look, against one threshold. It ignores
 * the number of looks, so its figures are unadjusted: with a look every 6 hours for 28 days it calls a winner in a third
 * of all tests of equal ads, and in more if the hours are overdispersed.
 */

import { normalUpperQuantile, studentUpperQuantile } from './distributions.js';
import { onItsSide, policyGaps, requireConfirmed } from './minimums.js';
import { type RateRatio, rateRatio } from './rate-ratio.js';
import type { Evidence, PairRow, Rule, RuleSettings } from './types.js';
import { type SampleSummary, summarizeProportion, welchOfSummaries } from './welch.js';

/** Looks are independent, so only their number is kept. */
export interface WelchState {
  /** Looks that counted. */
  looks: number;
}

const VERSION = 1;
const BYTES = 5;

/** Sums over all rows, including those in which one ad was silent: the fixed rule only uses totals. */
function totals(rows: readonly PairRow[]) {
  const sums = { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0 };
  for (const row of rows) {
    sums.exposureA += row.exposureA;
    sums.eventsA += row.eventsA;
    sums.exposureB += row.exposureB;
    sums.eventsB += row.eventsB;
  }
  return sums;
}

/**
 * The relative lifts of B over A that the test doesn't rule out at the critical value `critical` (Fieller 1954): 0 is
 * outside if and only if the test rejects. Null if the interval has no upper end.
 */
export function fiellerInterval(
  a: SampleSummary,
  b: SampleSummary,
  critical: number,
): [number, number] | null {
  // (mB − ρ·mA)² ≤ c²·(vB + ρ²·vA), divided by mA².
  const ratio = b.mean / a.mean;
  const spreadA = ((critical / a.mean) ** 2 * a.variance) / a.n;
  const spreadB = ((critical / a.mean) ** 2 * b.variance) / b.n;
  const first = 1 - spreadA;
  if (!(first > 0)) return null;
  const root = Math.sqrt(Math.max(0, ratio * ratio * spreadA + spreadB * first));
  return [Math.max(0, (ratio - root) / first) - 1, (ratio + root) / first - 1];
}

function estimate(settings: RuleSettings, rows: readonly PairRow[]): RateRatio {
  return rateRatio(rows, { information: settings.information ?? 'events' });
}

function look(
  settings: RuleSettings,
  state: WelchState,
  rows: readonly PairRow[],
  hours: number,
): { evidence: Evidence; state: WelchState } {
  requireConfirmed(settings.confidence);
  const sums = totals(rows);
  const a = summarizeProportion({ trials: sums.exposureA, successes: sums.eventsA });
  const b = summarizeProportion({ trials: sums.exposureB, successes: sums.eventsB });
  const comparable = a.mean > 0 && b.mean > 0;
  const test = comparable ? welchOfSummaries(b, a) : null;
  const missing = policyGaps(settings, { ...sums, countA: sums.eventsA, countB: sums.eventsB }, hours);
  if (test === null) missing.push({ code: 'no_variance', value: 0, limit: 0 });
  const figures = {
    hours,
    theta: comparable ? Math.log(b.mean / a.mean) : 0,
    // By the delta method. t is the test's own: it is about the difference of the rates.
    se: test ? Math.sqrt(a.variance / a.n / a.mean ** 2 + b.variance / b.n / b.mean ** 2) : 0,
    df: test?.df ?? 0,
    t: test?.t ?? 0,
    information: estimate(settings, rows).information,
    missing,
    adjusted: false,
  };
  if (test === null || missing.length > 0) {
    const nothing = { bound: null, tCritical: null, p: 1, confidence: 0, interval: null, winner: null };
    return { evidence: { ...figures, counts: false, ...nothing }, state };
  }
  const tail = (1 - settings.confidence) / 2;
  const tCritical = studentUpperQuantile(tail, test.df);
  const crosses = Math.abs(test.t) >= tCritical;
  const p = onItsSide(test.p, crosses, settings.confidence);
  return {
    evidence: {
      ...figures,
      counts: true,
      bound: normalUpperQuantile(tail),
      tCritical,
      p,
      confidence: 1 - p,
      interval: fiellerInterval(a, b, tCritical),
      winner: crosses ? (test.t > 0 ? 'B' : 'A') : null,
    },
    state: { looks: state.looks + 1 },
  };
}

/** Promotes at the first look with p ≤ 1 − confidence; each look stands alone. */
export const welch: Rule<WelchState> = {
  name: 'welch',
  version: '1',
  adjusted: false,
  start(settings) {
    requireConfirmed(settings.confidence);
    return { looks: 0 };
  },
  look,
  estimate,
  usesHistory: () => false,
  /** u8 version, u32 looks, little-endian. */
  encode({ looks }) {
    const bytes = new Uint8Array(BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, VERSION);
    view.setUint32(1, looks, true);
    return bytes;
  },
  /** Throws RangeError if the bytes are damaged or of another version. */
  decode(bytes) {
    if (bytes.byteLength !== BYTES) throw new RangeError("damaged state of Welch's rule");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const version = view.getUint8(0);
    if (version !== VERSION) throw new RangeError(`unknown version ${version} of the state of Welch's rule`);
    return { looks: view.getUint32(1, true) };
  },
};
