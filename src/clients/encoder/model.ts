/** What the thread needs of a model, and how a batch of any texts becomes calls of it. */

/** A loaded model. A row is its inner layers and then its sentence vector, as `EncoderInfo` gives their lengths. */
export interface Model {
  /** The length of a row. */
  width: number;
  /** How many texts one call may have. */
  atOnce: number;
  /** The ids of the tokens that the model reads of this text: at least one. */
  tokens(text: string): readonly number[];
  /** One row per text. All texts of a call have equally many tokens. */
  run(texts: readonly (readonly number[])[]): Promise<Float32Array>;
}

/**
 * One row per text, in order. A call has texts of one length alone, so nothing is padded: the same text gives the same
 * bits, whatever stands beside it.
 */
export async function rowsOf(model: Model, texts: readonly string[]): Promise<Float32Array> {
  const { width, atOnce } = model;
  const tokens = texts.map((text) => model.tokens(text));
  const rows = new Float32Array(texts.length * width);
  for (const places of byLength(tokens).values()) {
    for (let from = 0; from < places.length; from += atOnce) {
      const call = places.slice(from, from + atOnce);
      const answer = await model.run(call.map((place) => tokens[place]!));
      for (const [row, place] of call.entries()) {
        rows.set(answer.subarray(row * width, (row + 1) * width), place * width);
      }
    }
  }
  return rows;
}

function byLength(tokens: readonly (readonly number[])[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const [place, { length }] of tokens.entries()) {
    const group = groups.get(length);
    if (group) group.push(place);
    else groups.set(length, [place]);
  }
  return groups;
}

/**
 * The mean of `count` rows of `width` numbers that begin at `from`, written to `to` at `at`.
 */
export function meanOfRows(
  { data, from, count, width }: { data: Float32Array; from: number; count: number; width: number },
  to: Float32Array,
  at: number,
): void {
  for (let column = 0; column < width; column++) {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += data[from + row * width + column]!;
    to[at + column] = sum / count;
  }
}

/** Scales `length` numbers that begin at `at` to a vector of unit length. Zeros stay zeros. */
export function toUnitLength(vector: Float32Array, at: number, length: number): void {
  let square = 0;
  for (let i = at; i < at + length; i++) square += vector[i]! ** 2;
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
  for (let i = at; i < at + length; i++) vector[i]! *= scale;
}
