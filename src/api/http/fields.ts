/** Fields that the requests of several resources have. Each message completes a sentence that starts with the field. */
import { z } from '@hono/zod-openapi';
import { isInherited } from '../../domain/entry.js';

/** An id that a caller chooses. Names that every object inherits are refused: each record would seem to contain them. */
export const slug = (error?: string) =>
  z
    .string(error)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
      'must be 1 to 64 letters, digits, _ or -, and start with a letter or digit',
    )
    .refine((id) => !isInherited(id), {
      error: ({ input }) => `must not be ${input}: the name is reserved. Choose another`,
    });

export const bounded = (minimum: number, maximum: number, unit: string) => {
  const message = `must be a number from ${minimum} to ${maximum} ${unit}`;
  return z.number(message).min(minimum, message).max(maximum, message);
};

export const whole = (minimum: number, maximum: number, unit: string) => {
  const message = `must be a whole number from ${minimum} to ${maximum} ${unit}`;
  return z.int(message).min(minimum, message).max(maximum, message);
};

export const flag = z.boolean('must be true or false');

export const oneOf = <const Values extends readonly string[]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

/** Postgres can't store NUL. Line breaks and tabs are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern refuses them
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/;
const NO_CONTROL_FORM = 'must not contain control characters';

/** Postgres can't store half of a UTF-16 pair. */
function isWellFormed(value: string): boolean {
  return !/\p{Cs}/u.test(value);
}

export const text = (maximum: number) => {
  const message = `must be text of 1 to ${maximum} characters`;
  return z
    .string(message)
    .trim()
    .min(1, message)
    .max(maximum, message)
    .regex(NO_CONTROL_CHARACTERS, NO_CONTROL_FORM)
    .refine(isWellFormed, 'must be valid Unicode');
};

/** An id to look up. Its form is not checked, except that Postgres must be able to compare it: an unknown id is not found. */
export const experimentId = (error?: string) => z.string(error).regex(NO_CONTROL_CHARACTERS, NO_CONTROL_FORM);

export const ExperimentParams = z.object({
  id: experimentId().openapi({ param: { name: 'id', in: 'path' }, example: 'exp_12345' }),
});

export const IdempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
    .optional()
    .openapi({
      description:
        'If a request is sent twice with the same key, it is carried out once. A different request with that key is refused.',
    }),
});

const by = text(100);
const optionalBy = by.optional();
const owned = { description: "the token's owner, who is recorded in any case: leave it out" };
export const reason = text(500);

/**
 * Who asks for something. With tokens the owner of the token is recorded, so the field isn't needed. The type is the looser
 * one: `recordedName` gives the name.
 */
export const requesterName = (withTokens: boolean) =>
  withTokens ? optionalBy.openapi(owned) : (by as unknown as typeof optionalBy);

/** Who asks for something, and why. */
export const requester = (withTokens: boolean) => ({ by: requesterName(withTokens), reason });
export const optionalRequester = { by: optionalBy, reason: reason.optional() };

/** A whole number in a query. */
export const counted = (minimum: number, maximum: number, otherwise: number) => {
  const message = `must be a whole number from ${minimum} to ${maximum}`;
  // z.coerce.number() would read an empty parameter as 0.
  const digits = z
    .string(message)
    .regex(/^\d{1,9}$/, message)
    .transform(Number);
  const number = digits.pipe(z.number().min(minimum, message).max(maximum, message));
  // Without this the OpenAPI document would describe the parameter as a string.
  return number.default(otherwise).openapi({ type: 'integer', minimum, maximum, default: otherwise });
};

export const Page = z.object({ limit: counted(1, 1000, 100), offset: counted(0, 1_000_000, 0) });
