/** What the file of MPNet's first layers takes and gives. */

/** The most tokens of a text, with its two special ones. */
export const MPNET_LIMIT = 64;
/** The ids of the tokens: texts × tokens. */
export const MPNET_INPUT = 'tokens';
/** The name of each layer's output, texts × tokens × 768; undefined for a layer that is no output. */
export const MPNET_OUTPUTS: readonly (string | undefined)[] = [
  undefined,
  undefined,
  'layer_2',
  'layer_3',
  'layer_4',
  'layer_5',
];
