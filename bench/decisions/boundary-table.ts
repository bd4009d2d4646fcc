/**
 * Bounds from a table instead of a recursion per stream. The bound of a stream at look k depends on the information of
 * all its looks, but almost only on two figures: the growth since the previous look, and the growth since the first
 * one. (If the previous look grew less, its bound has already made up for that.) So the table has, per first look, the
 * bounds of paths whose information grows as look^γ, by γ and by the growth at the look.
 */

import { firstBound, firstRegion, Transition } from '../../src/domain/evidence/boundary.js';
import { nominalAlpha, spentFraction } from '../../src/domain/evidence/sequential.js';
import { type Bounds, ExactBounds } from '../../src/tools/backtest/sequential-walk.js';

export const LOOK_HOURS = 6;
const HORIZON_HOURS = 672;
const LOOKS = HORIZON_HOURS / LOOK_HOURS;
const ALPHA = nominalAlpha(0.95);
/** Grid of the integration. It is fine because the table also has growth below 0.6 %. */
const R = 48;
/** Exponents of the paths; 1 means equal information at each look. */
const EXPONENTS = [0.7, 1, 1.3, 1.6];
/** Growth at a look as a multiple of the path's growth, in steps of √2. */
const LOWEST = -6;
const MULTIPLES = Array.from({ length: 13 }, (_, i) => 2 ** ((LOWEST + i) / 2));

/** Bounds of look k (from 1) per multiple; empty before the first look that counts. */
type Table = number[][];
const tables = new Map<string, Table>();

function tableOf(first: number, exponent: number): Table {
  const key = `${first} ${exponent}`;
  const known = tables.get(key);
  if (known) return known;
  const table: Table = Array.from({ length: LOOKS + 1 }, () => []);
  const spent = (look: number) => ALPHA * spentFraction(look * LOOK_HOURS, HORIZON_HOURS);
  let bound = firstBound(spent(first));
  let region = firstRegion(R, bound);
  table[first] = MULTIPLES.map(() => bound);
  for (let look = first + 1; look <= LOOKS; look++) {
    const spend = spent(look) - spent(look - 1);
    const growth = pathGrowth(look, exponent);
    table[look] = MULTIPLES.map((multiple) => {
      const transition = new Transition(R, R, 1, 1 + multiple * growth);
      return transition.bound(transition.source(region), spend, bound);
    });
    const transition = new Transition(R, R, 1, 1 + growth);
    const source = transition.source(region);
    bound = table[look]![-LOWEST]!;
    region = transition.advance(source, bound);
  }
  tables.set(key, table);
  return table;
}

/** Growth of look^exponent since the previous look, relative. */
function pathGrowth(look: number, exponent: number): number {
  return (look / (look - 1)) ** exponent - 1;
}

/** The bound of a look that grew by `growth`, on one path. */
function boundOnPath(first: number, exponent: number, look: number, growth: number): number {
  const place = 2 * Math.log2(growth / pathGrowth(look, exponent)) - LOWEST;
  return interpolated(place, MULTIPLES.length, (i) => tableOf(first, exponent)[look]![i]!);
}

/** Interpolates between the two of `count` values around `place`; beyond an end, the value at that end. */
function interpolated(place: number, count: number, value: (index: number) => number): number {
  const below = Math.max(0, Math.min(count - 2, Math.floor(place)));
  const share = Math.max(0, Math.min(1, place - below));
  return value(below) * (1 - share) + value(below + 1) * share;
}

/** Bounds from the table for looks every 6 hours; from the recursion if a look is missing or off that grid. */
export class TableBounds implements Bounds {
  private readonly exact = new ExactBounds(ALPHA);

  last(hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    const first = hours[0]! / LOOK_HOURS;
    const look = hours.at(-1)! / LOOK_HOURS;
    if (!Number.isInteger(first) || look - first !== hours.length - 1) {
      return this.exact.last(hours, information, spent);
    }
    if (look === first) return firstBound(spent[0]!);
    const growth = information.at(-1)! / information.at(-2)! - 1;
    const exponent = Math.log(information.at(-1)! / information[0]!) / Math.log(look / first);
    const place = (exponent - EXPONENTS[0]!) / (EXPONENTS[1]! - EXPONENTS[0]!);
    return interpolated(place, EXPONENTS.length, (i) => boundOnPath(first, EXPONENTS[i]!, look, growth));
  }
}

/** Distance of the table from the recursion, at the looks at which both were asked. */
export interface TableError {
  compared: number;
  /** Mean of table − recursion. Below 0, the table gives more false winners than the rule. */
  bias: number;
  /** Mean and largest absolute distance. */
  mean: number;
  largest: number;
}

/** Answers from the table and records its distance from the recursion. */
export class ComparedBounds implements Bounds {
  private readonly table = new TableBounds();
  private readonly exact = new ExactBounds(ALPHA);

  constructor(private readonly differences: number[]) {}

  last(hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    const bound = this.table.last(hours, information, spent);
    this.differences.push(bound - this.exact.last(hours, information, spent));
    return bound;
  }
}

export function tableError(differences: readonly number[]): TableError {
  const distances = differences.map(Math.abs);
  return {
    compared: differences.length,
    bias: mean(differences),
    mean: mean(distances),
    largest: distances.reduce((most, distance) => Math.max(most, distance), 0),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
