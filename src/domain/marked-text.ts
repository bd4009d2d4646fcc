/** A text in pieces, some of which are marked for whoever reads it. The pieces together are the text. */
export interface Piece {
  text: string;
  isMarked: boolean;
}

/** Half-open, in UTF-16 units. */
export type Range = readonly [from: number, to: number];

/** Marks these ranges, which may overlap and come in any order. */
export function markedPieces(text: string, ranges: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  const add = (from: number, to: number, isMarked: boolean) => {
    if (from < to) pieces.push({ text: text.slice(from, to), isMarked });
  };
  let done = 0;
  for (const [from, to] of joined(ranges)) {
    add(done, from, false);
    add(from, to, true);
    done = to;
  }
  add(done, text.length, false);
  return pieces;
}

/** In their order, with those that touch as one. */
function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last && from <= last[1]) found[found.length - 1] = [last[0], Math.max(last[1], to)];
    else found.push([from, to]);
  }
  return found;
}
