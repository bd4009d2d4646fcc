/** Rows of features from an encoder's layers. */
import type { Matrix } from './design.js';

/** How the layers of a text become a row. */
export interface LayerScaling {
  /** Which layers of the encoder, by index. */
  layers: readonly number[];
  /** Whether each feature is first centred and divided by its deviation over the texts learned from. */
  standardised: boolean;
}

/** Means and deviations of the features over the texts learned from, layer after layer. */
export interface Standards {
  means: Float32Array;
  deviations: Float32Array;
}

/** The layers of one text, as an encoder gave them. */
export type Layers = readonly Float32Array[];

/** Null if the features are not standardised. `texts` must not be empty. */
export function standardsOf(texts: readonly Layers[], scaling: LayerScaling): Standards | null {
  if (!scaling.standardised) return null;
  const width = widthOf(texts[0]!, scaling);
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (const layers of texts) {
    let column = 0;
    for (const index of scaling.layers) {
      for (const value of layers[index]!) {
        sums[column]! += value;
        squares[column]! += value * value;
        column++;
      }
    }
  }
  const means = Float32Array.from(sums, (sum) => sum / texts.length);
  const deviations = Float32Array.from(squares, (square, column) => {
    const variance = square / texts.length - (sums[column]! / texts.length) ** 2;
    // A feature that never varies says nothing; dividing by 1 leaves it at 0.
    return variance > 1e-12 ? Math.sqrt(variance) : 1;
  });
  return { means, deviations };
}

/** One row per text: each layer, standardised if `standards` says so, at unit length; then the row at unit length. */
export function layerRows(
  texts: readonly Layers[],
  scaling: LayerScaling,
  standards: Standards | null,
): Matrix {
  const width = texts.length === 0 ? 0 : widthOf(texts[0]!, scaling);
  const values = new Float32Array(texts.length * width);
  let at = 0;
  for (const layers of texts) {
    let column = 0;
    for (const index of scaling.layers) {
      const layer = layers[index]!;
      let square = 0;
      for (let c = 0; c < layer.length; c++, column++) {
        const value =
          standards === null
            ? layer[c]!
            : (layer[c]! - standards.means[column]!) / standards.deviations[column]!;
        values[at + column] = value;
        square += value * value;
      }
      const scale = square === 0 ? 0 : 1 / Math.sqrt(square * scaling.layers.length);
      for (let c = column - layer.length; c < column; c++) values[at + c]! *= scale;
    }
    at += width;
  }
  return { values, width };
}

function widthOf(layers: Layers, scaling: LayerScaling): number {
  return scaling.layers.reduce((sum, index) => sum + layers[index]!.length, 0);
}
