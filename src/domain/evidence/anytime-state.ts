/** The stored form of the anytime rule's state, little-endian: u8 version, u8 crossed (0 none, 1 A, 2 B), u32 looks, f64 p. */

/** What one look leaves for the next. */
export interface AnytimeState {
  /** Looks that counted. */
  looks: number;
  /** Smallest 1/E so far, at most 1. */
  p: number;
  /** The ad that was ahead when E last stood at or above 1/(1 − confidence). */
  crossed: 'A' | 'B' | null;
}

const VERSION = 1;
const BYTES = 14;
const CROSSED = [null, 'A', 'B'] as const;

export function encodeAnytime(state: AnytimeState): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, CROSSED.indexOf(state.crossed));
  view.setUint32(2, state.looks, true);
  view.setFloat64(6, state.p, true);
  return bytes;
}

/** Throws RangeError if the bytes are damaged or of another version. */
export function decodeAnytime(bytes: Uint8Array): AnytimeState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength !== BYTES) throw new RangeError('damaged state of the anytime rule');
  const version = view.getUint8(0);
  if (version !== VERSION) throw new RangeError(`unknown version ${version} of the anytime rule's state`);
  const crossed = CROSSED[view.getUint8(1)];
  if (crossed === undefined) throw new RangeError('damaged state of the anytime rule');
  return { looks: view.getUint32(2, true), p: view.getFloat64(6, true), crossed };
}
