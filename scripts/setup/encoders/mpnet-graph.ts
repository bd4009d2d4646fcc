/**
 * all-mpnet-base-v2 as an ONNX file, with the layers that mpnet-file.ts names as outputs. The sums follow MPNetModel of the
 * library transformers. All texts of a call have equally many tokens, so there is no mask.
 */

import { GraphWriter } from '../../../src/clients/encoder/onnx/graph-writer.js';
import { MPNET_INPUT, MPNET_LIMIT, MPNET_OUTPUTS } from '../../../src/clients/encoder/onnx/mpnet-file.js';
import { ELEMENT } from '../../../src/clients/encoder/onnx/schema.js';
import { positionBuckets } from './mpnet-positions.js';
import { quantiseColumns, quantiseRows } from './quantise.js';
import type { Safetensors } from './safetensors.js';

const BUCKETS = 32;
const EPSILON = 1e-5;
/** The rows of positions begin after that of the padding token, whose id is 1. */
const FIRST_POSITION = 2;
/** The byte that stands for zero. */
const MIDDLE = 128;

export interface MpnetShape {
  hidden: number;
  heads: number;
  /** The width of the feed-forward part. */
  inner: number;
  words: number;
  positions: number;
}

export const MPNET_BASE: MpnetShape = {
  hidden: 768,
  heads: 12,
  inner: 3_072,
  words: 30_527,
  positions: 514,
};

/** `int8` stores weights as whole numbers of 8 bits, and makes inputs of a product such numbers at each call. */
export type Precision = 'float' | 'int8';

export async function mpnetFile(
  weights: Weights,
  precision: Precision,
  shape: MpnetShape = MPNET_BASE,
): Promise<Uint8Array> {
  const graph = new GraphWriter();
  const part = new Parts(graph, weights, precision, shape);
  const length = graph.add('Shape', [MPNET_INPUT], { start: 1, end: 2 });
  let hidden = await part.embedding(length);
  const bias = await part.positionBias(length);
  const outputs: Record<string, string> = {};
  for (const [layer, output] of MPNET_OUTPUTS.entries()) {
    const name = `encoder.layer.${layer}`;
    hidden = await part.attention(name, hidden, bias);
    hidden = await part.feedForward(name, hidden);
    if (output) outputs[output] = hidden;
  }
  return graph.finish('all-mpnet-base-v2', { name: MPNET_INPUT, dims: ['texts', 'tokens'] }, outputs);
}

/** Tensors of 32-bit floats by name; throws if a shape differs. */
export type Weights = Pick<Safetensors, 'floats'>;

class Parts {
  constructor(
    private readonly graph: GraphWriter,
    private readonly weights: Weights,
    private readonly precision: Precision,
    private readonly shape: MpnetShape,
  ) {}

  async embedding(length: string): Promise<string> {
    const { graph, weights } = this;
    const { hidden, words: known, positions: places } = this.shape;
    const words = await weights.floats('embeddings.word_embeddings.weight', [known, hidden]);
    const positions = await weights.floats('embeddings.position_embeddings.weight', [places, hidden]);
    const from = FIRST_POSITION * hidden;
    const kept = graph.constant(positions.slice(from, from + MPNET_LIMIT * hidden), [MPNET_LIMIT, hidden]);
    const used = graph.add('Slice', [kept, graph.integers(0), length, graph.integers(0)]);
    return this.normalise('embeddings.LayerNorm', graph.add('Add', [this.rows(words), used]));
  }

  /** The bias that each head adds between two places, by their distance: 1 × heads × tokens × tokens. */
  async positionBias(length: string): Promise<string> {
    const { graph, weights } = this;
    const { heads } = this.shape;
    const table = await weights.floats('encoder.relative_attention_bias.weight', [BUCKETS, heads]);
    const buckets = positionBuckets(MPNET_LIMIT);
    const all = new Float32Array(heads * buckets.length);
    for (const [pair, bucket] of buckets.entries()) {
      for (let head = 0; head < heads; head++)
        all[head * buckets.length + pair] = table[bucket * heads + head]!;
    }
    const bias = graph.constant(all, [1, heads, MPNET_LIMIT, MPNET_LIMIT]);
    const ends = graph.add('Concat', [length, length], { axis: 0 });
    return graph.add('Slice', [bias, graph.integers(0, 0), ends, graph.integers(2, 3)]);
  }

  async attention(name: string, from: string, bias: string): Promise<string> {
    const { graph } = this;
    const { hidden, heads } = this.shape;
    const [query, key, value] = await Promise.all(
      ['q', 'k', 'v'].map((part) => this.readLinear(`${name}.attention.attn.${part}`, hidden, hidden)),
    );
    // The division of the scores by √64 is exact in the weights too, since 8 is a power of two.
    const scale = 1 / Math.sqrt(hidden / heads);
    const scaled = { weight: query!.weight.map((w) => w * scale), bias: query!.bias.map((b) => b * scale) };
    const joined = this.linear(from, beside([scaled, key!, value!], hidden), hidden, 3 * hidden);
    const [q, k, v] = graph.addSeveral('Split', [joined], 3, { axis: -1, num_outputs: 3 });
    const scores = graph.add('MatMul', [this.heads(q!, [0, 2, 1, 3]), this.heads(k!, [0, 2, 3, 1])]);
    const shares = graph.add('Softmax', [graph.add('Add', [scores, bias])], { axis: -1 });
    const mixed = graph.add('MatMul', [shares, this.heads(v!, [0, 2, 1, 3])]);
    const context = graph.add('Reshape', [
      graph.add('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
      graph.integers(0, 0, hidden),
    ]);
    const output = await this.readLinear(`${name}.attention.attn.o`, hidden, hidden);
    const sum = graph.add('Add', [this.linear(context, output, hidden, hidden), from]);
    return this.normalise(`${name}.attention.LayerNorm`, sum);
  }

  async feedForward(name: string, from: string): Promise<string> {
    const { graph } = this;
    const { hidden, inner } = this.shape;
    const up = await this.readLinear(`${name}.intermediate.dense`, hidden, inner);
    const down = await this.readLinear(`${name}.output.dense`, inner, hidden);
    const wide = graph.add('Gelu', [this.linear(from, up, hidden, inner)]);
    const sum = graph.add('Add', [this.linear(wide, down, inner, hidden), from]);
    return this.normalise(`${name}.output.LayerNorm`, sum);
  }

  /** texts × tokens × hidden becomes texts × heads × tokens × their share, or its transpose in the last two. */
  private heads(values: string, perm: readonly number[]): string {
    const { graph } = this;
    const { hidden, heads } = this.shape;
    const split = graph.add('Reshape', [values, graph.integers(0, 0, heads, hidden / heads)]);
    return graph.add('Transpose', [split], { perm });
  }

  private async normalise(name: string, values: string): Promise<string> {
    const { graph, weights } = this;
    const { hidden } = this.shape;
    const weight = graph.constant(await weights.floats(`${name}.weight`, [hidden]));
    const bias = graph.constant(await weights.floats(`${name}.bias`, [hidden]));
    return graph.add('LayerNormalization', [values, weight, bias], { axis: -1, epsilon: EPSILON });
  }

  /** The file holds weights by output × input; a product here takes input × output. */
  private async readLinear(name: string, from: number, to: number): Promise<Linear> {
    const stored = await this.weights.floats(`${name}.weight`, [to, from]);
    const weight = new Float32Array(stored.length);
    for (let row = 0; row < to; row++) {
      for (let column = 0; column < from; column++) weight[column * to + row] = stored[row * from + column]!;
    }
    return { weight, bias: await this.weights.floats(`${name}.bias`, [to]) };
  }

  private linear(values: string, { weight, bias }: Linear, from: number, to: number): string {
    const { graph } = this;
    return graph.add('Add', [this.product(values, weight, from, to), graph.constant(bias)]);
  }

  private product(values: string, weight: Float32Array, from: number, to: number): string {
    const { graph, precision } = this;
    if (precision === 'float') return graph.add('MatMul', [values, graph.constant(weight, [from, to])]);
    const { whole, scales } = quantiseColumns(weight, to);
    const { rounded, scale } = this.roundTokens(values);
    const product = [rounded, graph.constant(whole, [from, to]), graph.constant(Uint8Array.of(MIDDLE), [])];
    const sums = graph.add('Cast', [graph.add('MatMulInteger', product)], { to: ELEMENT.float });
    return graph.add('Mul', [graph.add('Mul', [sums, scale]), graph.constant(scales)]);
  }

  /** Whole numbers of 8 bits and a scale per token: a scale for the whole call would make texts depend on each other. */
  private roundTokens(values: string): { rounded: string; scale: string } {
    const { graph } = this;
    const largest = graph.add('ReduceMax', [graph.add('Abs', [values]), graph.integers(-1)], { keepdims: 1 });
    const scale = graph.add('Div', [largest, this.number(MIDDLE - 1)]);
    const whole = graph.add('Round', [graph.add('Div', [values, scale])]);
    const rounded = graph.add('Cast', [graph.add('Add', [whole, this.number(MIDDLE)])], {
      to: ELEMENT.uint8,
    });
    return { rounded, scale };
  }

  private number(value: number): string {
    return this.graph.constant(Float32Array.of(value), []);
  }

  private rows(words: Float32Array): string {
    const { graph, precision } = this;
    const { hidden, words: known } = this.shape;
    if (precision === 'float') {
      return graph.add('Gather', [graph.constant(words, [known, hidden]), MPNET_INPUT], { axis: 0 });
    }
    const { whole, scales } = quantiseRows(words, hidden);
    const chosen = graph.add('Gather', [graph.constant(whole, [known, hidden]), MPNET_INPUT], { axis: 0 });
    const units = graph.add('Gather', [graph.constant(scales, [known, 1]), MPNET_INPUT], { axis: 0 });
    return graph.add('Mul', [graph.add('Cast', [chosen], { to: ELEMENT.float }), units]);
  }
}

interface Linear {
  /** Input × output. */
  weight: Float32Array;
  bias: Float32Array;
}

/** Several maps of equal size as one map from `size` numbers to their results, one after another. */
function beside(parts: readonly Linear[], size: number): Linear {
  const width = parts.length * size;
  const weight = new Float32Array(size * width);
  const bias = new Float32Array(width);
  for (const [place, part] of parts.entries()) {
    bias.set(part.bias, place * size);
    for (let row = 0; row < size; row++) {
      weight.set(part.weight.subarray(row * size, (row + 1) * size), row * width + place * size);
    }
  }
  return { weight, bias };
}
