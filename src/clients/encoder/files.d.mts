/** An encoder whose files have to be fetched. */
export type FetchedEncoder = 'minilm' | 'mpnet';

export const ONNX_RUNTIME_VERSION: string;
/** `package`: the package.json of onnxruntime-node; `absent`: a file that says why there is none. */
export function onnxRuntimeInCache(cache: string): { root: string; package: string; absent: string };
/** The ONNX file of a model and its vocabulary, one token per line. */
export function modelInCache(
  cache: string,
  name: FetchedEncoder,
): { root: string; model: string; vocabulary: string };
