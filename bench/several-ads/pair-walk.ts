/**
 * One pair of ads under the default rule, for many thousands of tests: what `selectionOf` needs of its evidence, computed
 * only if it can matter. The estimate, the ladder and the critical values are the service's own functions.
 */

import type { SelectingPair } from '../../src/domain/decision/selection.js';
import { normalUpperQuantile, studentCritical } from '../../src/domain/evidence/distributions.js';
import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import { climb, emptyLadder } from '../../src/domain/evidence/ladder.js';
import { MINIMUM_CLUSTERS, nominalAlpha, spentFraction } from '../../src/domain/evidence/sequential.js';
import { RobustStream } from '../../src/tools/backtest/robust-stream.js';
import type { Stream } from '../../src/tools/backtest/stream.js';
import { type Ad, HOURS } from './worlds.js';

export const CONFIDENCE = 0.95;
const ALPHA = nominalAlpha(CONFIDENCE);
/** The error against the control may be divided by up to this. */
const MOST_SHARES = 5;
/** Ascending, without the rule's own. */
const LOWER_LEVELS = Array.from({ length: MOST_SHARES - 1 }, (_, i) => ALPHA / (MOST_SHARES - i));
const MINIMUM_HOURS = 24;
const MINIMUM_CLICKS = 25;
const MINIMUM_IMPRESSIONS = 100;
const MINIMUM_GROWTH = 0.003;
/** The figures of a drift that don't select. */
const NO_DRIFT_LEARNED = { sd: 0, memoryHours: 0, tests: 0, logLikelihood: [], bucketSe: 0 };

/** Bounds at some error levels, computed up to the present look only if asked. */
class Bounds {
  private ladder = emptyLadder('even');
  private climbed = 0;

  constructor(private readonly alphas: readonly number[]) {}

  after(looked: readonly Looked[]): number[] {
    for (; this.climbed < looked.length; this.climbed++) {
      const { information, fraction } = looked[this.climbed]!;
      this.ladder = climb(this.ladder, this.alphas, information, fraction);
    }
    return this.ladder.rungs.map(({ bound }) => bound);
  }
}

/** A look that counted. */
interface Looked {
  information: number;
  /** Of the error, spent so far. */
  fraction: number;
}

export class PairWalk implements SelectingPair {
  calledWinner: string | null = null;
  counts = false;
  private readonly robust: RobustStream;
  private readonly looked: Looked[] = [];
  private readonly own = new Bounds([ALPHA]);
  private readonly lower = new Bounds(LOWER_LEVELS);
  /** Index in {@link LOWER_LEVELS} of the smallest α crossed so far. */
  private level = LOWER_LEVELS.length;
  private drift: number | null = null;

  readonly variantA: string;
  readonly variantB: string;

  /** `wantsP`: whether levels below the rule's own matter. */
  constructor(
    [variantA, variantB]: [string, string],
    [a, b]: [Ad, Ad],
    private readonly history: DriftHistory,
    private readonly wantsP: boolean,
  ) {
    this.variantA = variantA;
    this.variantB = variantB;
    const stream: Stream = {
      impressionsA: a.impressions,
      clicksA: a.clicks,
      impressionsB: b.impressions,
      clicksB: b.clicks,
    };
    this.robust = new RobustStream(stream);
  }

  get theta(): number {
    return this.robust.ratio.theta;
  }

  get evidence(): SelectingPair['evidence'] {
    const walk = this;
    const crossed = LOWER_LEVELS[this.level] ?? ALPHA;
    return {
      // As far as the levels can tell: p is at most (1 − confidence)/shares if that level was crossed.
      confidence: this.calledWinner === null ? 0 : 1 - ((1 - CONFIDENCE) * crossed) / ALPHA,
      theta: this.theta,
      get se() {
        return walk.se;
      },
      get tCritical() {
        return walk.tCritical;
      },
      get interval() {
        return walk.interval;
      },
      get drift() {
        return { ...NO_DRIFT_LEARNED, variance: walk.driftVariance };
      },
    };
  }

  look(hours: number): void {
    this.robust.readTo(hours);
    this.drift = null;
    const { ratio } = this.robust;
    const last = this.looked.at(-1);
    this.counts =
      hours >= MINIMUM_HOURS &&
      Math.min(ratio.clicksA, ratio.clicksB) >= MINIMUM_CLICKS &&
      Math.min(ratio.impressionsA, ratio.impressionsB) >= MINIMUM_IMPRESSIONS &&
      ratio.clusters >= MINIMUM_CLUSTERS &&
      ratio.df > 0 &&
      (!last || ratio.information / last.information - 1 >= MINIMUM_GROWTH);
    if (!this.counts) return;
    const fraction = spentFraction(hours, HOURS);
    this.looked.push({ information: ratio.information, fraction });
    const ahead = ratio.theta > 0 ? this.variantB : this.variantA;
    if (this.calledWinner !== ahead && this.crosses([ALPHA], this.own) === 0) this.calledWinner = ahead;
    if (this.calledWinner !== ahead || !this.wantsP || this.level === 0) return;
    const level = this.crosses(LOWER_LEVELS.slice(0, this.level), this.lower);
    if (level !== -1) this.level = level;
  }

  /** The first of the levels, ascending, whose bound T reaches at this look; −1 if there is none. */
  private crosses(alphas: readonly number[], bounds: Bounds): number {
    const { ratio } = this.robust;
    const floor = lowest(alphas.at(-1)! * this.looked.at(-1)!.fraction);
    if (Math.abs(ratio.roughT) < floor || Math.abs(this.t) < floor) return -1;
    const size = Math.abs(this.t);
    const own = bounds.after(this.looked);
    return alphas.findIndex((_, i) => size >= own[i]! && size >= studentCritical(own[i]!, ratio.df));
  }

  private get driftVariance(): number {
    this.drift ??= this.robust.driftVariance(this.history);
    return this.drift;
  }

  private get se(): number {
    return Math.sqrt(this.robust.ratio.se ** 2 + this.driftVariance);
  }

  private get t(): number {
    return this.theta / this.se;
  }

  /** Null at a look that doesn't count or has no bound. */
  private get tCritical(): number | null {
    if (!this.counts) return null;
    const bound = this.own.after(this.looked)[0]!;
    return bound === Infinity ? null : studentCritical(bound, this.robust.ratio.df);
  }

  private get interval(): [number, number] | null {
    const { tCritical } = this;
    if (tCritical === null) return null;
    const half = tCritical * this.se;
    return [Math.expm1(this.theta - half), Math.expm1(this.theta + half)];
  }
}

const floors = new Map<number, number>();

/** A bound that has spent this much in total is never lower. */
function lowest(spent: number): number {
  const known = floors.get(spent);
  if (known !== undefined) return known;
  const floor = normalUpperQuantile(spent / 2);
  floors.set(spent, floor);
  return floor;
}
