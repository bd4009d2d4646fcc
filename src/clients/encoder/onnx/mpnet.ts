/**
 * all-mpnet-base-v2 up to layer 5 (counted from 0), with weights of 8 bits: layers 2 to 5 as layers. Its file ends there,
 * so the sentence is the mean of layer 5, not of the last of its 12 layers as usual.
 */

import { readFile } from 'node:fs/promises';
import { modelInCache } from '../files.mjs';
import { ENCODERS } from '../info.js';
import type { Model } from '../model.js';
import { MPNET_TOKENS, WordPiece } from '../word-piece.js';
import { MPNET_INPUT, MPNET_LIMIT, MPNET_OUTPUTS } from './mpnet-file.js';
import { loadOnnxModel } from './onnx-model.js';

export async function loadMpnet(cache: string): Promise<Model> {
  const { model, vocabulary } = modelInCache(cache, 'mpnet');
  const pieces = new WordPiece(await readFile(vocabulary, 'utf8'), MPNET_TOKENS, MPNET_LIMIT);
  const layers = MPNET_OUTPUTS.filter((output) => output !== undefined);
  return loadOnnxModel({
    cache,
    file: model,
    lengths: ENCODERS.mpnet,
    tokens: (text) => pieces.encode(text),
    inputs: { ids: MPNET_INPUT },
    layers,
    sentence: layers.at(-1)!,
  });
}
