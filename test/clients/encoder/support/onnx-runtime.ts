import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { onnxRuntimeInCache } from '../../../../src/clients/encoder/files.mjs';
import { thisMachine } from '../../../../src/sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../../../src/sandbox/programs/locations.mjs';

export const CACHE = cacheFolder(thisMachine());
/** Set-up for tests installs the runtime, if it can be had. */
export const HAS_RUNTIME = existsSync(onnxRuntimeInCache(CACHE).package);

/** What a file makes of rows of whole numbers: the numbers of each output by its name. */
export async function runOnnx(
  file: Uint8Array,
  input: string,
  rows: readonly (readonly number[])[],
): Promise<Record<string, number[]>> {
  const onnx = createRequire(onnxRuntimeInCache(CACHE).package)('onnxruntime-node') as {
    InferenceSession: { create(file: Uint8Array, options: object): Promise<InferenceSession> };
    Tensor: TensorConstructor;
  };
  const session = await onnx.InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const ids = BigInt64Array.from(rows.flat(), BigInt);
  const outputs = await session.run({
    [input]: new onnx.Tensor('int64', ids, [rows.length, rows[0]!.length]),
  });
  await session.release();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, [...((value as Tensor).data as Float32Array)]]),
  );
}
