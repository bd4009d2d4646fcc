import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { MESSAGE_KINDS } from '../../domain/messages/message.js';
import { ADDRESS_FORMS, addressOf } from './address.js';
import { HOOK_KINDS, type HookSettings } from './types.js';

/** Name of the hook of PROMOTION_NOTIFICATION_WEBHOOK. */
export const DEFAULT_HOOK = 'default';
const MOST_HOOKS = 20;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const name = z
  .string('must be text')
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits, _ or -');
const Hook = z.strictObject({
  name,
  url: z
    .string('must be text')
    .max(2_000, 'must have at most 2000 characters')
    .refine((url) => URL.canParse(url) && isSafe(new URL(url)), 'must be a URL that begins with https://'),
  kind: z.enum(HOOK_KINDS, `must be one of ${HOOK_KINDS.join(', ')}`).optional(),
  messages: z
    .array(z.enum(MESSAGE_KINDS, `must be one of ${MESSAGE_KINDS.join(', ')}`), 'must be a list of kinds')
    .min(1, 'must name at least one kind; leave it out for all')
    .optional(),
  secret: z
    .string('must be text')
    .min(16, 'must have at least 16 characters')
    .max(500, 'must have at most 500 characters')
    .optional(),
});
const HookList = z
  .array(Hook, 'must be a list of hooks')
  .max(MOST_HOOKS, `must have at most ${MOST_HOOKS} hooks`);

/** On loopback it stays on this machine. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}

/**
 * The hooks of a JSON text, and what is wrong with it: sentences that name the hook and the field, and contain no value,
 * since addresses and keys are secrets. `setting`: its name, for the sentences.
 */
export function readHookList(setting: string, json: string): { hooks: HookSettings[]; problems: string[] } {
  try {
    return hooksFrom(setting, JSON.parse(json));
  } catch {
    return { hooks: [], problems: [`${setting} must be JSON, a list of hooks.`] };
  }
}

/** The same for a list that has been parsed. */
export function hooksFrom(setting: string, value: unknown): ReturnType<typeof readHookList> {
  const parsed = HookList.safeParse(value);
  if (!parsed.success)
    return { hooks: [], problems: parsed.error.issues.map((issue) => problemOf(setting, value, issue)) };
  const problems: string[] = [];
  const hooks = parsed.data.map((hook): HookSettings => {
    const address = addressOf(hook.url);
    const kind = hook.kind ?? address?.kind ?? null;
    const about = `${setting}: the hook ${hook.name}`;
    if (kind === null)
      problems.push(`${about} needs a kind, since its host is neither Slack's nor Discord's: ${kinds()}.`);
    if (hook.kind === undefined && address && !address.wellFormed)
      problems.push(`${about} needs an address of the form ${ADDRESS_FORMS[address.kind]}.`);
    if (kind === 'json' && hook.secret === undefined)
      problems.push(`${about} needs a secret, at least 16 characters: its messages are signed.`);
    if (kind !== null && kind !== 'json' && hook.secret !== undefined)
      problems.push(`${about} has a secret, which only the kind json uses; leave it out.`);
    return {
      name: hook.name,
      url: hook.url,
      kind,
      messages: hook.messages ?? MESSAGE_KINDS,
      secret: hook.secret ?? null,
    };
  });
  return { hooks, problems };
}

/** A hook for every message at the one address of PROMOTION_NOTIFICATION_WEBHOOK. Its kind is null unless its address says it. */
export function defaultHook(url: string): HookSettings {
  const address = addressOf(url);
  const kind = address?.wellFormed ? address.kind : null;
  return { name: DEFAULT_HOOK, url, kind, messages: MESSAGE_KINDS, secret: null };
}

const blankIsUnset = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;
const text = z.preprocess(blankIsUnset, z.string().optional());

/** The settings of messages and reports, apart from PROMOTION_NOTIFICATION_WEBHOOK, as fields of the environment. */
export const NOTIFICATION_FIELDS = {
  NOTIFICATION_HOOKS: text,
  NOTIFICATION_HOOKS_FILE: text,
  PUBLIC_URL: z.preprocess(
    blankIsUnset,
    z
      .string()
      .refine(isPageAddress, {
        error: 'must be the address of the pages, as https://tests.example.com, without ? and #',
      })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
  ),
  REPORT_TIMEZONE: z.preprocess(
    blankIsUnset,
    z.string().refine(isTimezone, { error: 'must be an IANA time zone, e.g. Europe/Berlin' }).optional(),
  ),
};

/** What the settings say about messages and reports. */
export interface NotificationSettings {
  hooks: HookSettings[];
  /** Address of the pages, without a slash at its end; null: messages carry the path alone. */
  publicUrl: string | null;
  /** IANA time zone; null: the account's. */
  reportTimezone: string | null;
}

interface Given {
  PROMOTION_NOTIFICATION_WEBHOOK?: string | undefined;
  NOTIFICATION_HOOKS?: string | undefined;
  NOTIFICATION_HOOKS_FILE?: string | undefined;
  PUBLIC_URL?: string | undefined;
  REPORT_TIMEZONE?: string | undefined;
}

/** Puts the settings together; what is wrong with them is added to `problems`. */
export function readNotifications(given: Given, problems: string[]): NotificationSettings {
  const { NOTIFICATION_HOOKS: inline, NOTIFICATION_HOOKS_FILE: file } = given;
  if (inline !== undefined && file !== undefined)
    problems.push('Set NOTIFICATION_HOOKS or NOTIFICATION_HOOKS_FILE, not both.');
  const lists = [
    ...(inline === undefined ? [] : [readHookList('NOTIFICATION_HOOKS', inline)]),
    ...(file === undefined ? [] : [readHookFile(file)]),
  ];
  const { PROMOTION_NOTIFICATION_WEBHOOK: webhook } = given;
  const hooks = [
    ...(webhook === undefined ? [] : [defaultHook(webhook)]),
    ...lists.flatMap((list) => list.hooks),
  ];
  problems.push(...lists.flatMap((list) => list.problems), ...repeatedNames(hooks));
  return { hooks, publicUrl: given.PUBLIC_URL ?? null, reportTimezone: given.REPORT_TIMEZONE ?? null };
}

function readHookFile(file: string): ReturnType<typeof readHookList> {
  const setting = 'NOTIFICATION_HOOKS_FILE';
  try {
    return readHookList(setting, readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { hooks: [], problems: [`${setting} names a file that can't be read (${code}).`] };
  }
}

function isPageAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash, username } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && search + hash + username === '';
}

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** A sentence for each name that several hooks have. */
export function repeatedNames(hooks: readonly HookSettings[]): string[] {
  const names = hooks.map((hook) => hook.name);
  const repeated = names.filter((each, index) => names.indexOf(each) !== index);
  return [...new Set(repeated)].map((each) => `Several notification hooks have the name ${each}.`);
}

function kinds(): string {
  return HOOK_KINDS.join(', ');
}

function problemOf(
  setting: string,
  value: unknown,
  { path, message, code, ...rest }: z.core.$ZodIssue,
): string {
  const [index, ...fields] = path;
  if (typeof index !== 'number') return `${setting} ${message}.`;
  const named = name.safeParse((value as { name?: unknown }[])[index]?.name);
  const hook = named.success ? `the hook ${named.data}` : `hook ${index + 1}`;
  if (code === 'unrecognized_keys' && 'keys' in rest)
    return `${setting}: ${hook} has unknown fields; the fields are ${Object.keys(Hook.shape).join(', ')}.`;
  const field = fields.map(String).join('.');
  return `${setting}: ${hook}: ${field === '' ? 'it' : field} ${message}.`;
}
