/** all-MiniLM-L6-v2: layers 1 to 4 (counted from 0) as layers, and the usual mean of the last one as sentence. */

import { readFile } from 'node:fs/promises';
import { modelInCache } from '../files.mjs';
import { ENCODERS } from '../info.js';
import type { Model } from '../model.js';
import { BERT_TOKENS, WordPiece } from '../word-piece.js';
import { loadOnnxModel } from './onnx-model.js';
import { withOutputs } from './schema.js';

const TOKENS = 64;
const LAYERS = [1, 2, 3, 4].map((layer) => `/encoder/layer.${layer}/output/LayerNorm/Add_1_output_0`);

export async function loadMinilm(cache: string): Promise<Model> {
  const { model, vocabulary } = modelInCache(cache, 'minilm');
  const pieces = new WordPiece(await readFile(vocabulary, 'utf8'), BERT_TOKENS, TOKENS);
  return loadOnnxModel({
    cache,
    file: withOutputs(await readFile(model), LAYERS),
    lengths: ENCODERS.minilm,
    tokens: (text) => pieces.encode(text),
    inputs: { ids: 'input_ids', ones: 'attention_mask', zeros: 'token_type_ids' },
    layers: LAYERS,
    sentence: 'last_hidden_state',
  });
}
