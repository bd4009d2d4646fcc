import { createHash } from 'node:crypto';
import type { PostOutcome } from '../../contract/messaging.js';
import { createScrub } from '../meta/scrub.js';
import { postAddress } from './address.js';
import { discordPayload } from './discord.js';
import { jsonPayload, SIGNATURE_HEADER, signatureOf, TIMESTAMP_HEADER } from './json.js';
import { outcomeOf } from './outcome.js';
import { slackPayload } from './slack.js';
import { plain } from './text.js';
import type { HookKind, HookSettings, Hooks, Posted } from './types.js';

/** Real ms from the first byte sent to the last one read. */
const TIMEOUT_MS = 10_000;
/** Characters of an answer that are read, and those that are shown. */
const LONGEST_ANSWER = 8_192;
const LONGEST_SHOWN = 200;

const PAYLOADS = { slack: slackPayload, discord: discordPayload, json: jsonPayload } as const;

const UNKNOWN_KIND =
  "The address is not one of Slack's or Discord's incoming webhooks: set NOTIFICATION_HOOKS, which says the kind.";

/**
 * The hooks of these settings. `publicUrl`: the address of the pages, for links; null: messages carry the path alone.
 * `base`: path under which the account's pages are.
 */
export function createHooks(
  settings: readonly HookSettings[],
  {
    publicUrl = null,
    base = '',
    timeoutMs = TIMEOUT_MS,
  }: { publicUrl?: string | null; base?: string; timeoutMs?: number } = {},
): Hooks {
  const infos = settings.map(({ name, kind, messages, url }) => ({
    name,
    kind,
    messages,
    addressMark: createHash('sha256').update(url).digest('hex').slice(0, 12),
  }));
  return {
    list: () => infos,
    wanting: (kind) =>
      infos.filter(({ messages }) => messages.some((wanted) => wanted === kind)).map(({ name }) => name),

    async post(name, message, signal) {
      const hook = settings.find((each) => each.name === name);
      if (!hook) throw new RangeError(`there is no hook ${name}`);
      const { kind } = hook;
      if (kind === null) return { kind: 'dead', status: null, problem: UNKNOWN_KIND };
      const path = base + message.content.path;
      const link = publicUrl === null ? null : publicUrl + path;
      const posted = { ...message, content: { ...message.content, path } };
      return send({ ...hook, kind }, posted, link, { timeoutMs, signal });
    },
  };
}

async function send(
  hook: HookSettings & { kind: HookKind },
  message: Posted,
  link: string | null,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal | undefined },
): Promise<PostOutcome> {
  const body = JSON.stringify(PAYLOADS[hook.kind](message, link));
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(postAddress(hook.url, hook.kind), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signatureHeaders(hook, body) },
      body,
      // A redirect would take the message, and with it the signature, to an address that nobody chose.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
    });
    const answer = await beginningOf(response);
    const retryAfter = response.headers.get('retry-after');
    const said = plain(scrubOf(hook)(answer)).slice(0, LONGEST_SHOWN);
    return outcomeOf({ status: response.status, retryAfter, body: answer }, said, Date.now());
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : causeOf(error);
    return { kind: 'wait', status: null, retryAfterMs: null, problem: `The hook does not answer: ${why}.` };
  }
}

function signatureHeaders({ kind, secret }: HookSettings, body: string): Record<string, string> {
  if (kind !== 'json' || secret === null) return {};
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    [TIMESTAMP_HEADER]: String(timestamp),
    [SIGNATURE_HEADER]: signatureOf(secret, timestamp, body),
  };
}

/** An answer may be endless: only its beginning is read. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < LONGEST_ANSWER) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text.slice(0, LONGEST_ANSWER);
}

/** An answer may repeat the address that was called, or a part of it. */
function scrubOf({ url, secret }: HookSettings): (text: string) => string {
  const { pathname, search } = new URL(url);
  const parts = pathname.split('/').filter((part) => part.length >= 8);
  return createScrub([url, pathname.slice(1), search, ...parts, ...(secret === null ? [] : [secret])]);
}

/** The code of a failed connection alone: a message may contain the address. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  return code === null || !/^[A-Z_0-9]+$/.test(code)
    ? 'the connection failed'
    : `the connection failed (${code})`;
}
