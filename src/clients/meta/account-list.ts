/** The ad accounts of a deployment that serves several: a JSON list with a token for each. */
import { z } from 'zod';
import { hooksFrom } from '../webhook/settings.js';
import type { HookSettings } from '../webhook/types.js';

/** One account of the list. Its tokens, and addresses and keys of its hooks, are secrets. */
export interface AccountSettings {
  /** `act_…` */
  accountId: string;
  /** What the pages call it, e.g. the name of a client. */
  name: string;
  accessToken: string;
  appSecret: string | null;
  /** The most by which its experiments together may raise budgets per day, major units of its currency; null: no limit. */
  accountEnvelope: number | null;
  /** Empty: unknown. */
  brandNames: string[];
  /** Null: as LIVE_WRITES says. */
  writesAllowed: boolean | null;
  /** Hooks that get the messages of this account alone. */
  hooks: HookSettings[];
}

const MOST_ACCOUNTS = 50;

export const accountIdForm = z
  .string({ error: 'must be text' })
  .regex(/^act_\d+$/, { error: 'must be act_ and digits, e.g. act_1234567890' });
export const envelopeForm = z.coerce
  .number({ error: 'must be an amount in the currency of the account, e.g. 500 or 99.50' })
  .positive({ error: 'must be more than 0' })
  .max(1e9, { error: 'must be at most 1000000000' });
const MOST_BRANDS = 20;
const BRAND_LENGTH = 60;
/** `form`: what the list looks like. */
export const brandNamesForm = (form: string) => {
  const error = `must be 1 to ${MOST_BRANDS} ${form}, each with 1 to ${BRAND_LENGTH} characters, a letter or digit among them`;
  const isName = (name: string) => name.length <= BRAND_LENGTH && /[\p{L}\p{N}]/u.test(name);
  // Checked as a whole, so that the problem names the field alone.
  return z
    .custom<string[]>((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'), {
      error,
      abort: true,
    })
    .transform((names) => names.map((name) => name.trim()))
    .refine((names) => names.length > 0 && names.length <= MOST_BRANDS && names.every(isName), { error });
};
const text = (most: number) =>
  z
    .string({ error: 'must be text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(most, { error: `must have at most ${most} characters` });

const entryForm = z.strictObject({
  account_id: accountIdForm,
  name: text(60),
  access_token: text(1_000),
  app_secret: text(200).optional(),
  account_envelope: envelopeForm.optional(),
  brand_names: brandNamesForm('names in a list').optional(),
  live_writes: z.boolean({ error: 'must be true or false' }).optional(),
  hooks: z.unknown().optional(),
});
const FIELDS = Object.keys(entryForm.shape).join(', ');

/**
 * Reads `[{"account_id": "act_1", "name": "Northwind", "access_token": "…"}]`. `setting`: begins each problem. The problems
 * are sentences that name the entry by its position and contain no value, since any may be a secret.
 */
export function readAccountList(
  setting: string,
  json: string,
): { accounts: AccountSettings[]; problems: string[] } {
  const failed = (problem: string) => ({ accounts: [], problems: [`${setting} ${problem}.`] });
  const list = `must be a JSON list of 1 to ${MOST_ACCOUNTS} accounts {${FIELDS}}`;
  let entries: unknown;
  try {
    entries = JSON.parse(json);
  } catch {
    return failed(list);
  }
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_ACCOUNTS) return failed(list);
  const accounts: AccountSettings[] = [];
  const problems: string[] = [];
  entries.forEach((entry, index) => {
    const about = `${setting}, account ${index + 1}`;
    const parsed = entryForm.safeParse(entry);
    if (!parsed.success) {
      for (const issue of parsed.error.issues)
        problems.push(
          issue.code === 'unrecognized_keys'
            ? `${about} has unknown fields; the fields are ${FIELDS}.`
            : `${about}: ${issue.path.length > 0 ? issue.path.join('.') : 'it'} ${issue.message}.`,
        );
      return;
    }
    const { data } = parsed;
    const hooks =
      data.hooks === undefined ? { hooks: [], problems: [] } : hooksFrom(`${about}, hooks`, data.hooks);
    problems.push(...hooks.problems);
    accounts.push({
      accountId: data.account_id,
      name: data.name,
      accessToken: data.access_token,
      appSecret: data.app_secret ?? null,
      accountEnvelope: data.account_envelope ?? null,
      brandNames: data.brand_names ?? [],
      writesAllowed: data.live_writes ?? null,
      hooks: hooks.hooks,
    });
  });
  for (const field of ['accountId', 'name'] as const)
    if (new Set(accounts.map((account) => account[field])).size < accounts.length)
      problems.push(`${setting}: two accounts have the same ${field === 'name' ? 'name' : 'account_id'}.`);
  return { accounts, problems };
}
