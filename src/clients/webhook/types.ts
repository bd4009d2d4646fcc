import type { PendingMessage, PostOutcome } from '../../contract/messaging.js';
import type { ChosenKind, MessageKind } from '../../domain/messages/message.js';

export const HOOK_KINDS = ['slack', 'discord', 'json'] as const;
/** The format of a hook's messages. `json`: signed, for a program. */
export type HookKind = (typeof HOOK_KINDS)[number];

/** One address that gets messages, as the settings have it. */
export interface HookSettings {
  name: string;
  /** A secret: whoever has it can post. */
  url: string;
  /** Null if the address doesn't say and the settings can't: nothing is sent to it. */
  kind: HookKind | null;
  /** The kinds of messages that it gets. */
  messages: readonly ChosenKind[];
  /** Key of the signature; only of the kind `json`. */
  secret: string | null;
}

/** What may be shown of a hook. */
export interface HookInfo {
  name: string;
  kind: HookKind | null;
  messages: readonly ChosenKind[];
  /** A part of the address's SHA-256: it tells a new address from the old one. */
  addressMark: string;
}

/** A message as it is posted. The sequence is null if it isn't on record: a test. */
export type Posted = Omit<PendingMessage, 'sequence'> & { sequence: number | null };

/** The hooks of the service. */
export interface Hooks {
  list(): HookInfo[];
  /** Names of the hooks that want messages of this kind; none for `test`. */
  wanting(kind: MessageKind): string[];
  /**
   * Posts once, within ten real seconds. It rejects only if `signal` is aborted, with its reason, or if there is no hook of
   * that name (RangeError); whatever the hook does is an outcome.
   */
  post(name: string, message: Posted, signal?: AbortSignal): Promise<PostOutcome>;
}
