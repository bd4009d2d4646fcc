/**
 * all-mpnet-base-v2 with weights of 8 bits: layers 3, 5, 7, 9 and 11 (counted from 0) as layers, which together rank
 * headlines better than layers 2 to 5 (docs/learning.md), and the usual mean of the last one as sentence.
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
