// Which files the encoders minilm and mpnet need in the cache folder. Set-up puts them there. No file is touched here.
import path from 'node:path';

export const ONNX_RUNTIME_VERSION = '1.30.0';

/** `cache`: the cache folder of the product, as `cacheFolder` of src/sandbox/programs/locations.mjs gives it. */
export function onnxRuntimeInCache(cache) {
  const root = path.join(cache, `onnxruntime-${ONNX_RUNTIME_VERSION}`);
  return {
    root,
    package: path.join(root, 'node_modules', 'onnxruntime-node', 'package.json'),
    absent: `${root}.absent`,
  };
}

/** Another content needs another folder, so that a cache serves several versions of the product. */
const FOLDERS = { minilm: 'encoder-minilm-l6-v2', mpnet: 'encoder-mpnet-base-v2-int8-2' };

export function modelInCache(cache, name) {
  const root = path.join(cache, FOLDERS[name]);
  return { root, model: path.join(root, 'model.onnx'), vocabulary: path.join(root, 'vocab.txt') };
}
