import { expect, test } from 'vitest';
import { type MpnetShape, mpnetFile, type Weights } from '../../../scripts/setup/encoders/mpnet-graph.js';
import { MPNET_OUTPUTS } from '../../../src/clients/encoder/onnx/mpnet-file.js';
import { HAS_RUNTIME, runOnnx } from '../../clients/encoder/support/onnx-runtime.js';
import { plainLayers } from './plain-mpnet.js';

const SHAPE: MpnetShape = { hidden: 128, heads: 2, inner: 192, words: 20, positions: 70 };
/** Long enough that distances fall into shared buckets. */
const IDS = Array.from({ length: 24 }, (_, i) => (i * 7) % 20);

/** Weights by a fixed formula of their name and place. */
const weights: Weights = {
  floats: async (name, shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    let state = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32 - 0.5;
    };
    const scale = name.includes('relative_attention_bias') ? 4 : shape.length === 2 ? 0.4 : 0.2;
    const middle = name.endsWith('LayerNorm.weight') ? 1 : 0;
    return Float32Array.from({ length: size }, () => middle + scale * next());
  },
};

/** What the plain sums say of each output of the file. */
async function expectedOutputs(): Promise<{ name: string; expected: number[] }[]> {
  const layers = await plainLayers(weights, SHAPE, MPNET_OUTPUTS.length, IDS);
  return MPNET_OUTPUTS.flatMap((name, layer) => (name ? [{ name, expected: layers[layer]!.flat() }] : []));
}

test.runIf(HAS_RUNTIME)('gives what the plain sums of the model give', async () => {
  const outputs = await runOnnx(await mpnetFile(weights, 'float', SHAPE), 'tokens', [IDS]);
  for (const { name, expected } of await expectedOutputs()) {
    const found = outputs[name]!;
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...found.map((x, i) => Math.abs(x - expected[i]!)))).toBeLessThan(2e-4);
  }
});

test.runIf(HAS_RUNTIME)(
  'with weights of 8 bits, nearly that, and for each text the same bits in any company',
  async () => {
    const file = await mpnetFile(weights, 'int8', SHAPE);
    const other = IDS.map((id) => (id * 3 + 1) % 20);
    const alone = await runOnnx(file, 'tokens', [IDS]);
    const among = await runOnnx(file, 'tokens', [other, IDS, other]);
    for (const { name, expected } of await expectedOutputs()) {
      const found = alone[name]!;
      expect(cosine(found, expected)).toBeGreaterThan(0.995);
      expect(among[name]!.slice(found.length, 2 * found.length)).toEqual(found);
    }
  },
);

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
