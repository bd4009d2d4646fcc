/** A preference model as bytes: compressed JSON, in which numbers of arrays keep their bits. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PreferenceModel } from '../../domain/preference/model.js';

/** Which kinds of values JSON lacks. */
const ARRAYS = { f32: Float32Array, f64: Float64Array } as const;

type Tagged = { $f32: string } | { $f64: string } | { $map: [unknown, unknown][] };

export function toBytes(model: PreferenceModel): Uint8Array {
  const text = JSON.stringify(model, (_key, value: unknown): unknown => {
    if (value instanceof Float32Array) return { $f32: base64(value) } satisfies Tagged;
    if (value instanceof Float64Array) return { $f64: base64(value) } satisfies Tagged;
    if (value instanceof Map) return { $map: [...value] } satisfies Tagged;
    return value;
  });
  return gzipSync(text);
}

/** @throws if the bytes are no model */
export function fromBytes(bytes: Uint8Array): PreferenceModel {
  return JSON.parse(gunzipSync(bytes).toString(), (_key, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$f32' in value) return numbers('f32', value.$f32 as string);
    if ('$f64' in value) return numbers('f64', value.$f64 as string);
    if ('$map' in value) return new Map(value.$map as [unknown, unknown][]);
    return value;
  });
}

function base64(values: Float32Array | Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function numbers(kind: keyof typeof ARRAYS, text: string): Float32Array | Float64Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new ARRAYS[kind](bytes.buffer);
}
