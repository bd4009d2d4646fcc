import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Safetensors } from '../../../scripts/setup/encoders/safetensors.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-safetensors-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fileWith(header: object, numbers: readonly number[]): Promise<Safetensors> {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = path.join(folder, 'x.safetensors');
  await writeFile(file, Buffer.concat([length, json, Buffer.from(Float32Array.from(numbers).buffer)]));
  return Safetensors.open(file);
}

test('gives the numbers of a tensor, and refuses another shape, type or name', async () => {
  const tensors = await fileWith(
    {
      a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [2, 1], data_offsets: [4, 12] },
      c: { dtype: 'I64', shape: [1], data_offsets: [0, 8] },
      d: { dtype: 'F32', shape: [9], data_offsets: [0, 36] },
    },
    [1, 2, 3],
  );
  expect(await tensors.floats('b', [2, 1])).toEqual(Float32Array.of(2, 3));
  await expect(tensors.floats('b', [1, 2])).rejects.toThrow('b is F32 of 2 × 1, not F32 of 1 × 2');
  await expect(tensors.floats('c', [1])).rejects.toThrow('c is I64 of 1, not F32 of 1');
  await expect(tensors.floats('e', [1])).rejects.toThrow('the file has no tensor e');
  await expect(tensors.floats('d', [9])).rejects.toThrow(/the file ends after \d+ bytes/);
  await tensors.close();
});
