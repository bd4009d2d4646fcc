/** A model in an ONNX file, run by onnxruntime-node from the cache folder. */

import { createRequire } from 'node:module';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { onnxRuntimeInCache } from '../files.mjs';
import { type EncoderLengths, rowLength } from '../info.js';
import { type Model, meanOfRows, toUnitLength } from '../model.js';

/** The part of onnxruntime-node that is used. It is no dependency: its 288 MB are for those who want these encoders. */
interface OnnxRuntime {
  InferenceSession: {
    create(model: string | Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  Tensor: TensorConstructor;
}

export interface OnnxSource {
  cache: string;
  /** The path of an ONNX file, or its bytes. */
  file: string | Uint8Array;
  lengths: EncoderLengths;
  tokens: (text: string) => readonly number[];
  /** The names of the inputs of texts × tokens whole numbers. `ones` and `zeros` are filled with that number. */
  inputs: { ids: string; ones?: string; zeros?: string };
  /** Values of texts × tokens × length; the mean over the tokens is the layer, or the sentence before it is scaled. */
  layers: readonly string[];
  sentence: string;
}

/** Larger calls are not faster. */
const AT_ONCE = 16;

/** @throws Error if the runtime can't be loaded or doesn't accept the file. */
export async function loadOnnxModel(source: OnnxSource): Promise<Model> {
  const { cache, file, lengths, tokens } = source;
  const onnx = createRequire(onnxRuntimeInCache(cache).package)('onnxruntime-node') as OnnxRuntime;
  // One core is left to the service, and warnings about the file are of no use to its users.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 as const };
  const session = await onnx.InferenceSession.create(file, options);
  const wanted = [...new Set([...source.layers, source.sentence])];
  return {
    width: rowLength(lengths),
    atOnce: AT_ONCE,
    tokens,
    run: async (texts) => {
      const outputs = await session.run(feeds(onnx, source.inputs, texts), wanted);
      return toRows(source, outputs, texts.length);
    },
  };
}

function feeds(
  { Tensor }: OnnxRuntime,
  { ids, ones, zeros }: OnnxSource['inputs'],
  texts: readonly (readonly number[])[],
): Record<string, Tensor> {
  const dims = [texts.length, texts[0]!.length];
  const size = texts.length * texts[0]!.length;
  const whole = (numbers: BigInt64Array): Tensor => new Tensor('int64', numbers, dims);
  return {
    [ids]: whole(BigInt64Array.from(texts.flat(), BigInt)),
    ...(ones && { [ones]: whole(new BigInt64Array(size).fill(1n)) }),
    ...(zeros && { [zeros]: whole(new BigInt64Array(size)) }),
  };
}

function toRows(
  { lengths, layers, sentence }: OnnxSource,
  outputs: InferenceSession.OnnxValueMapType,
  texts: number,
): Float32Array {
  const width = rowLength(lengths);
  const rows = new Float32Array(texts * width);
  const vectors = [
    ...layers.map((name, i) => ({ name, size: lengths.layers[i]! })),
    { name: sentence, size: lengths.sentence },
  ];
  let at = 0;
  for (const { name, size } of vectors) {
    const data = (outputs[name] as Tensor).data as Float32Array;
    const count = data.length / texts / size;
    for (let text = 0; text < texts; text++) {
      meanOfRows({ data, from: text * count * size, count, width: size }, rows, text * width + at);
    }
    at += size;
  }
  for (let text = 0; text < texts; text++) {
    toUnitLength(rows, (text + 1) * width - lengths.sentence, lengths.sentence);
  }
  return rows;
}
