/** The named tokens of the service: who has which role, and how a request shows that it comes from them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { OPEN_ACCESS, type Principal, ROLES } from './principal.js';

/** A token and its owner. The token is a secret: no message may contain it. */
export interface NamedToken extends Principal {
  token: string;
  /** The ad accounts that it may use, `act_…`; unset: all. */
  accounts?: readonly string[] | undefined;
}

/** The owner of the token `API_TOKEN`. */
export const API_TOKEN_NAME = 'api';
/** Names under which the service itself enters things in the record. */
const TAKEN_NAMES = ['schedule', OPEN_ACCESS.name];
const MOST_TOKENS = 1_000;

/** The form of a token, as a setting and in a list. */
export const tokenForm = z
  .string({ error: 'must be text' })
  .min(16, { error: 'must have at least 16 characters' })
  .max(500, { error: 'must have at most 500 characters' })
  .regex(/^[\x21-\x7e]*$/, {
    error: 'must contain only printable ASCII characters without spaces: it is sent in a header',
  });

const nameForm = z
  .string({ error: 'must be text of 1 to 100 characters' })
  .trim()
  .min(1, { error: 'must be text of 1 to 100 characters' })
  .max(100, { error: 'must be text of 1 to 100 characters' })
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must not contain control characters' })
  .refine((name) => !TAKEN_NAMES.includes(name), {
    error: 'must be another one: the service uses this name itself',
  });

const entryForm = z.strictObject(
  {
    name: nameForm,
    role: z.enum(ROLES, { error: `must be one of ${ROLES.join(', ')}` }),
    token: tokenForm,
    accounts: z
      .array(z.string().regex(/^act_\d+$/, { error: 'must be act_ and digits' }), {
        error: 'must be a list of ad accounts',
      })
      .min(1, { error: 'must name at least one ad account; leave it out for all' })
      .optional(),
  },
  { error: 'must have the fields name, role and token, and may have accounts' },
);

/**
 * Reads a list of tokens, `[{"name": "ana", "role": "operator", "token": "…"}]`. `setting`: begins each problem.
 * The problems are sentences that name the entry by its position. They contain no value, since any may be a secret that
 * was entered in the wrong field.
 */
export function parseTokens(setting: string, json: string): { tokens: NamedToken[]; problems: string[] } {
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch {
    return { tokens: [], problems: [`${setting} must be a JSON list of {name, role, token}.`] };
  }
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_TOKENS)
    return {
      tokens: [],
      problems: [`${setting} must be a JSON list of 1 to ${MOST_TOKENS} entries {name, role, token}.`],
    };
  const tokens: NamedToken[] = [];
  const problems: string[] = [];
  list.forEach((entry, index) => {
    const parsed = entryForm.safeParse(entry);
    if (parsed.success) tokens.push(parsed.data);
    else
      problems.push(
        ...parsed.error.issues.map(
          ({ path, message }) =>
            `${setting}, entry ${index + 1}: ${path.length > 0 ? `${path.join('.')} ` : 'it '}${message}.`,
        ),
      );
  });
  return { tokens, problems };
}

/** What is wrong with all tokens together, in sentences: two with one name or one token, nobody who may do everything. */
export function problemsAmong(tokens: readonly NamedToken[]): string[] {
  const problems: string[] = [];
  for (const field of ['name', 'token'] as const)
    if (new Set(tokens.map((each) => each[field])).size < tokens.length)
      problems.push(
        `Two of the API's tokens have the same ${field}: each must have its own${
          field === 'name' ? `, and the owner of API_TOKEN is named ${API_TOKEN_NAME}` : ''
        }.`,
      );
  if (tokens.length > 0 && !tokens.some(({ role }) => role === 'admin'))
    problems.push("At least one of the API's tokens must have the role admin.");
  return problems;
}

/**
 * The first token of an admin who may use an account, or of any admin; null if there is none. For callers that the service
 * makes for itself.
 */
export function adminTokenOf(tokens: readonly NamedToken[], accountId: string | null): string | null {
  const admin = tokens.find(
    (token) => token.role === 'admin' && (accountId === null || mayUse(token, accountId)),
  );
  return admin?.token ?? null;
}

/** The owner of a token; null if nobody has it. */
export function ownerOf(tokens: readonly NamedToken[], given: string): NamedToken | null {
  const digest = digestOf(given);
  // Digests all have the same length, so the comparison takes the same time for every input.
  return tokens.find(({ token }) => timingSafeEqual(digestOf(token), digest)) ?? null;
}

/** Whether the owner of a token may use an ad account. */
export function mayUse({ accounts }: Pick<NamedToken, 'accounts'>, accountId: string): boolean {
  return accounts === undefined || accounts.includes(accountId);
}

/** SHA-256. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
