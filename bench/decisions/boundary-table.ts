/**
 * Bounds from a table instead of a recursion for each stream. A stream's bound at look k depends on the information
 * of all its looks; nearly all of that dependence is on how much it grew since the look before, because a look that
 * grew less was also given a bound that made up for it. So the table holds, for the look from which looks count and
 * for each later look, the bound as a function of the growth at that look, with equal growth at all looks before.
 */

import { type Bounds, ExactBounds } from '../../src/backtest/sequential-walk.js';
import { firstBound, firstRegion, Transition } from '../../src/domain/evidence/boundary.js';
import { nominalAlpha, spentFraction } from '../../src/domain/evidence/sequential.js';

export const LOOK_HOURS = 6;
const HORIZON_HOURS = 672;
const LOOKS = HORIZON_HOURS / LOOK_HOURS;
const ALPHA = nominalAlpha(0.95);
/** The grid of the integration: fine, since growth under 0.6 % is in the table too. */
const R = 48;
/** Growth as a multiple of what equal information would give, log-spaced by √2. */
const LOWEST = -6;
const MULTIPLES = Array.from({ length: 13 }, (_, i) => 2 ** ((LOWEST + i) / 2));

/** Bounds of look k (from 1) at each multiple; empty before the first look that counts. */
type Table = number[][];
const tables = new Map<number, Table>();

function tableFrom(first: number): Table {
  const known = tables.get(first);
  if (known) return known;
  const table: Table = Array.from({ length: LOOKS + 1 }, () => []);
  const spent = (look: number) => ALPHA * spentFraction(look * LOOK_HOURS, HORIZON_HOURS);
  let bound = firstBound(spent(first));
  let region = firstRegion(R, bound);
  table[first] = MULTIPLES.map(() => bound);
  for (let look = first + 1; look <= LOOKS; look++) {
    const spend = spent(look) - spent(look - 1);
    table[look] = MULTIPLES.map((multiple) => {
      const transition = new Transition(R, R, look - 1, look - 1 + multiple);
      return transition.bound(transition.source(region), spend, bound);
    });
    const transition = new Transition(R, R, look - 1, look);
    const source = transition.source(region);
    bound = table[look]![-LOWEST]!;
    region = transition.advance(source, bound);
  }
  tables.set(first, table);
  return table;
}

/** Table bounds of a stream looked at every 6 hours; the recursion where a look is missing or off that grid. */
export class TableBounds implements Bounds {
  private readonly exact = new ExactBounds(ALPHA);

  last(hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    const first = hours[0]! / LOOK_HOURS;
    const look = hours.at(-1)! / LOOK_HOURS;
    if (!Number.isInteger(first) || look - first !== hours.length - 1) {
      return this.exact.last(hours, information, spent);
    }
    const bounds = tableFrom(first)[look]!;
    if (look === first) return bounds[0]!;
    const growth = information.at(-1)! / information.at(-2)! - 1;
    const place = 2 * Math.log2(growth * (look - 1)) - LOWEST;
    const below = Math.max(0, Math.min(MULTIPLES.length - 2, Math.floor(place)));
    const share = Math.max(0, Math.min(1, place - below));
    return bounds[below]! * (1 - share) + bounds[below + 1]! * share;
  }
}

/** How far the table is from the recursion, at the looks where both were asked. */
export interface TableError {
  compared: number;
  mean: number;
  largest: number;
}

/** Answers from the table, and notes how far the recursion is from it. */
export class ComparedBounds implements Bounds {
  private readonly table = new TableBounds();
  private readonly exact = new ExactBounds(ALPHA);

  constructor(private readonly differences: number[]) {}

  last(hours: readonly number[], information: readonly number[], spent: readonly number[]): number {
    const bound = this.table.last(hours, information, spent);
    this.differences.push(Math.abs(bound - this.exact.last(hours, information, spent)));
    return bound;
  }
}

export function tableError(differences: readonly number[]): TableError {
  const total = differences.reduce((sum, difference) => sum + difference, 0);
  return {
    compared: differences.length,
    mean: differences.length > 0 ? total / differences.length : 0,
    largest: differences.reduce((most, difference) => Math.max(most, difference), 0),
  };
}
