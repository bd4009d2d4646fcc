import { describe, expect, it } from 'vitest';
import { layerRows, standardsOf } from '../../../src/domain/preference/layers.js';

const text = (...layers: number[][]) => layers.map((layer) => Float32Array.from(layer));
const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(6)));

describe('rows of layers', () => {
  it('have each layer at unit length and the row at unit length', () => {
    const scaling = { layers: [0, 1], standardised: false };
    const { values, width } = layerRows([text([3, 4], [0, 2, 0])], scaling, standardsOf([], scaling));
    expect(width).toBe(5);
    const half = Math.SQRT1_2;
    expect(rounded(values)).toEqual(rounded([0.6 * half, 0.8 * half, 0, half, 0]));
  });

  it('have the chosen layers alone, in their order', () => {
    const scaling = { layers: [2, 0], standardised: false };
    const { values } = layerRows([text([5], [7], [-3])], scaling, null);
    expect(rounded(values)).toEqual(rounded([-Math.SQRT1_2, Math.SQRT1_2]));
  });

  it('are standardised by the texts learned from', () => {
    const scaling = { layers: [0], standardised: true };
    const standards = standardsOf([text([1, 5, 7]), text([3, 9, 7])], scaling)!;
    expect([...standards.means]).toEqual([2, 7, 7]);
    // The last one never varies.
    expect([...standards.deviations]).toEqual([1, 2, 1]);
    const { values } = layerRows([text([3, 9, 7]), text([2, 7, 8])], scaling, standards);
    expect(rounded(values)).toEqual(rounded([Math.SQRT1_2, Math.SQRT1_2, 0, 0, 0, 1]));
  });

  it('are 0 if a layer is', () => {
    const scaling = { layers: [0], standardised: false };
    expect([...layerRows([text([0, 0])], scaling, null).values]).toEqual([0, 0]);
    expect(layerRows([], scaling, null)).toEqual({ values: new Float32Array(0), width: 0 });
  });
});
