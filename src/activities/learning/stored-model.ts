/** A preference model as bytes: V8's serialisation, which keeps the bits of numbers and which later versions can read. */
import { deserialize, serialize } from 'node:v8';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { PreferenceModel } from '../../domain/preference/model.js';

export function toBytes(model: PreferenceModel): Uint8Array {
  return new Uint8Array(gzipSync(serialize(model)));
}

/** @throws if the bytes are no model */
export function fromBytes(bytes: Uint8Array): PreferenceModel {
  return deserialize(gunzipSync(bytes)) as PreferenceModel;
}
