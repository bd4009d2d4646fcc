/** What MPNet's file takes and gives. */

/** The most tokens of a text, with its two special ones. */
export const MPNET_LIMIT = 64;
/** The ids of the tokens: texts × tokens. */
export const MPNET_INPUT = 'tokens';
/** The name of each layer's output, texts × tokens × 768; undefined for a layer that is no output. */
export const MPNET_OUTPUTS: readonly (string | undefined)[] = Array.from({ length: 12 }, (_, layer) =>
  layer >= 3 && layer % 2 === 1 ? `layer_${layer}` : undefined,
);
