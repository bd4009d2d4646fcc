/** Weights as whole numbers of 8 bits with a scale per column or row. Symmetric: zero stays zero. */

/** Seven bits in a product: without VNNI, some processors add up products of full size with saturation. */
const LARGEST_IN_PRODUCT = 63;
const LARGEST = 127;

export interface Quantised {
  whole: Int8Array;
  /** A weight is its whole number times the scale of its column or row. */
  scales: Float32Array;
}

export function quantiseColumns(weights: Float32Array, columns: number): Quantised {
  return quantise(weights, columns, LARGEST_IN_PRODUCT, (place) => place % columns);
}

export function quantiseRows(weights: Float32Array, columns: number): Quantised {
  return quantise(weights, weights.length / columns, LARGEST, (place) => Math.floor(place / columns));
}

function quantise(
  weights: Float32Array,
  groups: number,
  largest: number,
  groupOf: (place: number) => number,
): Quantised {
  const scales = new Float32Array(groups);
  for (let place = 0; place < weights.length; place++) {
    const group = groupOf(place);
    scales[group] = Math.max(scales[group]!, Math.abs(weights[place]!));
  }
  for (let group = 0; group < groups; group++) scales[group] = scales[group]! / largest || 1;
  const whole = new Int8Array(weights.length);
  for (let place = 0; place < weights.length; place++) {
    whole[place] = Math.round(weights[place]! / scales[groupOf(place)]!);
  }
  return { whole, scales };
}
