/**
 * Why a forecast says what it says: signed contributions of named attributes. The model reads texts, not attributes, so a
 * sparse linear explanation of its predictions stands in for it. No attribute counts against the sign that tests measured
 * for it, as in Adobe's Experimentation Accelerator (arXiv 2602.13852).
 */

import type { Attributes } from '../creative/registry.js';
import type { AttributeEffect } from '../patterns/effects.js';
import type { Basis } from '../patterns/evidence.js';
import { groupsOf } from '../preference/within-groups.js';
import type { Draft, Forecast } from './forecast.js';

/** A text learned from, with its held-out or fitted log rate. */
export interface ExplainedRow {
  testId: string;
  /** Texts are compared within a group of their test alone. */
  group: string;
  attributes: Attributes;
  predicted: number;
}

/** Plain data: it is stored with the model. */
export interface Explanation {
  /** Log rate per step, by attribute id. Attributes that explain nothing are left out. */
  coefficients: Readonly<Record<string, number>>;
  /** Share of the variance of predictions within groups that the coefficients explain, 0 to 1. */
  explained: number;
  /** Whose evidence a coefficient rests on, by attribute id; one that is missing rests on own tests. */
  bases?: Readonly<Record<string, Basis>>;
}

export const NO_EXPLANATION: Explanation = { coefficients: {}, explained: 0 };

/** The explanation of a foreign prediction that counts with this weight in a model. */
export function shrunkExplanation({ coefficients, explained }: Explanation, weight: number): Explanation {
  const entries = weight === 0 ? [] : Object.entries(coefficients);
  return {
    coefficients: Object.fromEntries(entries.map(([id, coefficient]) => [id, weight * coefficient])),
    explained: weight === 0 ? 0 : explained,
    bases: Object.fromEntries(entries.map(([id]) => [id, 'foreign'])),
  };
}

/** Of the penalty at which the first attribute enters. Smaller ones name more attributes and explain hardly more. */
const PENALTY_SHARE = 0.1;
/** Sweeps over all attributes end if no coefficient moves the predictions by more than this share of their deviation. */
const TOLERANCE = 1e-5;
const MOST_SWEEPS = 500;

/**
 * The explanation of a model's predictions: a lasso on attributes, both less their means within groups, by coordinate
 * descent (Friedman, Hastie and Tibshirani, Journal of Statistical Software 33, 2010). Attributes are scaled to unit
 * deviation, so that rare ones are not favoured. A coefficient has the sign of the attribute's own measured effect. With an
 * effect of 0 it is 0. An unknown value counts as the group's mean.
 *
 * `elsewhere` explains what the model has from elsewhere. Coefficients start there, and the penalty is on how far they move.
 * Those of attributes without a measured effect stay: too few own tests vary them.
 */
export function explanationOf(
  rows: readonly ExplainedRow[],
  effects: readonly Pick<AttributeEffect, 'id' | 'effect'>[],
  elsewhere: Explanation = NO_EXPLANATION,
): Explanation {
  const groups = groupsOf(rows).filter(({ length }) => length > 1);
  const target = centred(rows, groups, ({ predicted }) => predicted);
  const total = squares(target);
  if (!(total > 0)) return elsewhere;
  const valuesOf = (id: string) => centred(rows, groups, ({ attributes }) => attributes[id] ?? null);
  const columns = effects.flatMap(({ id, effect }) => {
    if (effect === 0) return [];
    const values = valuesOf(id);
    const deviation = Math.sqrt(squares(values) / rows.length);
    if (!(deviation > 1e-9)) return [];
    for (let i = 0; i < values.length; i++) values[i]! /= deviation;
    const sign = Math.sign(effect);
    return [
      { id, sign, deviation, values, start: signed(deviation * (elsewhere.coefficients[id] ?? 0), sign) },
    ];
  });
  const measured = new Set(effects.map(({ id }) => id));
  const kept = Object.entries(elsewhere.coefficients).filter(([id]) => !measured.has(id));
  for (const [id, coefficient] of kept) subtract(target, coefficient, valuesOf(id));
  const { coefficients, residual } = lasso(columns, target, PENALTY_SHARE);
  const moved = columns.flatMap(({ id, deviation, start }, k) =>
    coefficients[k] === 0 ? [] : [{ id, coefficient: coefficients[k]! / deviation, start }],
  );
  return {
    coefficients: Object.fromEntries([...kept, ...moved.map(({ id, coefficient }) => [id, coefficient])]),
    explained: Math.max(0, 1 - squares(residual) / total),
    bases: Object.fromEntries([
      ...kept.map(([id]) => [id, 'foreign']),
      ...moved.flatMap(({ id, start }) => (start === 0 ? [] : [[id, 'own_and_foreign']])),
    ]),
  };
}

export interface Contribution {
  /** The attribute's id. */
  id: string;
  /** What the draft has, and the mean of the drafts. */
  value: number;
  mean: number;
  /** Log rate less the mean of the drafts. */
  contribution: number;
  /** Whose evidence it rests on; in forecasts of older versions it is missing. */
  basis?: Basis;
}

export interface DraftReasons {
  id: string;
  /** The largest first, at most {@link MOST_NAMED}. */
  contributions: Contribution[];
  /** What the named attributes don't say: contributions and remainder add up to `expected`. */
  remainder: number;
  expected: number;
}

export const MOST_NAMED = 6;

/** The reasons of a forecast, per draft. `drafts`: those of the forecast, in its order. */
export function reasonsOf(
  forecast: Forecast,
  drafts: readonly Draft[],
  { coefficients, bases = {} }: Explanation,
): DraftReasons[] {
  const known = forecast.learned.basis !== 'none';
  const named = (known ? Object.entries(coefficients) : []).flatMap(([id, coefficient]) => {
    const values = drafts.flatMap(({ attributes }) => attributes[id] ?? []);
    if (values.length === 0) return [];
    return [
      {
        id,
        basis: bases[id] ?? 'own',
        coefficient: forecast.slope * coefficient,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      },
    ];
  });
  return forecast.drafts.map(({ id, expected }, i) => {
    const contributions = named
      .flatMap(({ id: attribute, coefficient, mean, basis }): Contribution[] => {
        const value = drafts[i]!.attributes[attribute] ?? null;
        if (value === null || value === mean) return [];
        return [{ id: attribute, value, mean, contribution: coefficient * (value - mean), basis }];
      })
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || (a.id < b.id ? -1 : 1))
      .slice(0, MOST_NAMED);
    const said = contributions.reduce((sum, { contribution }) => sum + contribution, 0);
    return { id, contributions, remainder: expected - said, expected };
  });
}

interface Column {
  sign: number;
  values: Float64Array;
  /** Of the sign, or 0. */
  start: number;
}

/** 0 in place of a value of the other sign. */
function signed(value: number, sign: number): number {
  return sign * Math.max(0, sign * value);
}

/** What a penalty leaves of a move. */
function soft(move: number, penalty: number): number {
  return Math.sign(move) * Math.max(0, Math.abs(move) - penalty);
}

function subtract(from: Float64Array, factor: number, values: Float64Array): void {
  if (factor !== 0) for (let i = 0; i < from.length; i++) from[i]! -= factor * values[i]!;
}

/** Columns have squares of `rows` in sum, so that the step of a coefficient needs no division by them. */
function lasso(columns: readonly Column[], target: Float64Array, share: number) {
  const n = target.length;
  const residual = Float64Array.from(target);
  const coefficients = columns.map(({ start }) => start);
  for (const { start, values } of columns) subtract(residual, start, values);
  const correlation = ({ values }: Column) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[i]! * residual[i]!;
    return sum / n;
  };
  const first = columns.reduce((most, column) => {
    const found = correlation(column);
    return Math.max(most, column.start === 0 ? column.sign * found : Math.abs(found));
  }, 0);
  const penalty = share * first;
  const least = TOLERANCE * Math.sqrt(squares(target) / n);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    columns.forEach((column, k) => {
      const before = coefficients[k]!;
      const unpenalised = correlation(column) + before - column.start;
      const after = signed(column.start + soft(unpenalised, penalty), column.sign);
      if (after === before) return;
      const move = after - before;
      subtract(residual, move, column.values);
      coefficients[k] = after;
      largest = Math.max(largest, Math.abs(move));
    });
    if (largest <= least) break;
  }
  return { coefficients, residual };
}

/** Values less their mean within groups; 0 if unknown, or in no group. */
function centred(
  rows: readonly ExplainedRow[],
  groups: readonly (readonly number[])[],
  amountOf: (row: ExplainedRow) => number | null,
): Float64Array {
  const values = new Float64Array(rows.length);
  for (const members of groups) {
    const known = members.flatMap((i) => {
      const value = amountOf(rows[i]!);
      return value === null ? [] : [{ i, value }];
    });
    const mean = known.reduce((sum, { value }) => sum + value, 0) / known.length;
    for (const { i, value } of known) values[i] = value - mean;
  }
  return values;
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
