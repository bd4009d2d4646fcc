/** Reads tensors from a file in the safetensors format: the length of a header, the header in JSON, the numbers. */

import { type FileHandle, open } from 'node:fs/promises';

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export class Safetensors {
  private constructor(
    private readonly file: FileHandle,
    private readonly entries: Record<string, Entry>,
    private readonly start: number,
  ) {}

  static async open(path: string): Promise<Safetensors> {
    const file = await open(path);
    const length = Number((await read(file, 0, 8)).readBigUInt64LE());
    const header = JSON.parse((await read(file, 8, length)).toString('utf8'));
    return new Safetensors(file, header, 8 + length);
  }

  /** @throws Error if there is no tensor of this name, shape and 32-bit floats. */
  async floats(name: string, shape: readonly number[]): Promise<Float32Array> {
    const entry = this.entries[name];
    if (!entry) throw new Error(`the file has no tensor ${name}`);
    if (entry.dtype !== 'F32' || entry.shape.join() !== shape.join()) {
      throw new Error(
        `${name} is ${entry.dtype} of ${entry.shape.join(' × ')}, not F32 of ${shape.join(' × ')}`,
      );
    }
    const [from, to] = entry.data_offsets;
    const bytes = await read(this.file, this.start + from, to - from);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

async function read(file: FileHandle, from: number, length: number): Promise<Buffer> {
  // A buffer of its own: floats must begin at a multiple of four bytes.
  const bytes = Buffer.from(new ArrayBuffer(length));
  const { bytesRead } = await file.read(bytes, 0, length, from);
  if (bytesRead !== length) throw new Error(`the file ends after ${from + bytesRead} bytes`);
  return bytes;
}
