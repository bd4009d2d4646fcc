/** What the forms of all answers are made of: the schema that Claude is asked for, and how its texts are read. */
import { z } from 'zod';

/** What Postgres can't store, and half a UTF-16 pair, are removed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern removes them
const UNSTORABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Cs}/gu;

/** Reads a text of at most so many UTF-16 units. */
export const text = (most: number) =>
  z
    .string()
    .max(most)
    .transform((value) => value.replace(UNSTORABLE, ''));

export const string = { type: 'string' } as const;
export const oneOf = (values: readonly string[]) => ({ type: 'string', enum: values }) as const;
/** Every field is required. */
export const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
