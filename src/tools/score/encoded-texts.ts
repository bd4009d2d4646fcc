/** Texts under several encoders, each encoded once. */
import type { Encoder } from '../../clients/encoder/types.js';
import type { LayersOf } from '../../domain/preference/features.js';
import type { Layers } from '../../domain/preference/layers.js';
import type { PartEncoder } from '../../domain/preference/recipe.js';

export class EncodedTexts {
  private readonly layers = new Map<PartEncoder, Map<string, Layers>>();

  constructor(private readonly encoders: readonly Encoder[]) {}

  /** Encodes what is new. `progress` is told how many of the texts that are new to an encoder are done. */
  async add(
    texts: readonly string[],
    progress: (encoder: PartEncoder, done: number, total: number) => void = () => {},
  ): Promise<void> {
    for (const encoder of this.encoders) {
      const { name } = encoder.info;
      const known = this.layers.get(name) ?? new Map<string, Layers>();
      this.layers.set(name, known);
      const fresh = [...new Set(texts)].filter((text) => !known.has(text));
      if (fresh.length === 0) continue;
      const encoded = await encoder.encode(fresh, {
        progress: (done) => progress(name, done, fresh.length),
      });
      fresh.forEach((text, i) => {
        known.set(text, encoded[i]!.layers);
      });
    }
  }

  readonly layersOf: LayersOf = (encoder, text) => {
    const layers = this.layers.get(encoder)?.get(text);
    if (layers === undefined) throw new Error(`a text was not encoded by ${encoder}`);
    return layers;
  };
}
