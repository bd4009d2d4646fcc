/**
 * The stored form of the sequential rule's state, little-endian:
 * u8 format, u8 r, u8 crossed (0 none, 1 A, 2 B), u8 rungs, u32 looks, f64 hours, f64 p, f64 information, then
 * for each rung f64 spent, f64 bound, f64 lastBound, u32 points, f64 density × points. The format is the ladder's grid:
 * 1 for Jennison and Turnbull's, 2 for the even one.
 */

import type { LadderGrid, LadderState, Rung } from './ladder.js';

/** What one look leaves for the next. */
export interface SequentialState {
  /** Looks that counted. */
  looks: number;
  /** Hours of the last look that counted; 0 before the first. */
  hours: number;
  /** Smallest sequential p-value so far; 1 before the first look that counted. */
  p: number;
  /** The ad that crossed the boundary last. */
  crossed: 'A' | 'B' | null;
  ladder: LadderState;
}

const FORMATS: Record<LadderGrid, number> = { 'jennison-turnbull': 1, even: 2 };
const GRIDS = ['jennison-turnbull', 'even'] as const;
const HEADER_BYTES = 32;
const RUNG_BYTES = 28;
const CROSSED = [null, 'A', 'B'] as const;

export function encodeState(state: SequentialState): Uint8Array {
  const { grid, r, information, rungs } = state.ladder;
  const size = rungs.reduce((sum, rung) => sum + RUNG_BYTES + 8 * rung.density.length, HEADER_BYTES);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORMATS[grid]);
  view.setUint8(1, r);
  view.setUint8(2, CROSSED.indexOf(state.crossed));
  view.setUint8(3, rungs.length);
  view.setUint32(4, state.looks, true);
  view.setFloat64(8, state.hours, true);
  view.setFloat64(16, state.p, true);
  view.setFloat64(24, information, true);
  let at = HEADER_BYTES;
  for (const rung of rungs) {
    view.setFloat64(at, rung.spent, true);
    view.setFloat64(at + 8, rung.bound, true);
    view.setFloat64(at + 16, rung.lastBound, true);
    view.setUint32(at + 24, rung.density.length, true);
    at += RUNG_BYTES;
    for (const value of rung.density) {
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
  return bytes;
}

/** Throws RangeError if the bytes are of an unknown format or cut short. */
export function decodeState(bytes: Uint8Array): SequentialState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint8(0);
  const grid = GRIDS.find((known) => FORMATS[known] === format);
  if (!grid) throw new RangeError(`unknown version ${format} of the sequential rule's state`);
  const crossed = CROSSED[view.getUint8(2)];
  if (crossed === undefined) throw new RangeError('damaged state of the sequential rule');
  const count = view.getUint8(3);
  const rungs: Rung[] = [];
  let at = HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const density = new Float64Array(view.getUint32(at + 24, true));
    const rung: Rung = {
      spent: view.getFloat64(at, true),
      bound: view.getFloat64(at + 8, true),
      lastBound: view.getFloat64(at + 16, true),
      density,
    };
    at += RUNG_BYTES;
    for (let j = 0; j < density.length; j++, at += 8) density[j] = view.getFloat64(at, true);
    rungs.push(rung);
  }
  if (at !== bytes.byteLength) throw new RangeError('damaged state of the sequential rule');
  return {
    looks: view.getUint32(4, true),
    hours: view.getFloat64(8, true),
    p: view.getFloat64(16, true),
    crossed,
    ladder: { grid, r: view.getUint8(1), information: view.getFloat64(24, true), rungs },
  };
}
