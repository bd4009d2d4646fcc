import type { Client } from '@temporalio/client';
import type { Hooks } from '../clients/webhook/types.js';
import { type MessageEntry, type MessengerInput, WAKE_SIGNAL, type Wake } from '../contract/messaging.js';
import { MESSENGER_WORKFLOW, type Names } from '../contract/names.js';
import type { MessageKind, NewMessage } from '../domain/messages/message.js';

/** Which hooks get a message, and the start of the workflows that send it. */
export interface Outbox {
  /** The message with the hooks that want it; null without a message. */
  entryOf(message: NewMessage | null): MessageEntry | null;
  /** Starts the workflows of the hooks that want messages of this kind. It never rejects: the reconciliation does the same. */
  wake(kind: MessageKind): Promise<void>;
  /** Starts the workflow of a hook unless it runs. */
  start(hook: string): Promise<void>;
}

/** Real ms that a call to Temporal may take: what is reported must not wait longer. */
const WAKE_MS = 2_000;

/** The outbox of a service without hooks: its messages are kept and sent to nobody. */
export const NO_OUTBOX: Outbox = {
  entryOf: (message) => message && { message, hooks: [] },
  wake: async () => {},
  start: async () => {},
};

export function createOutbox({
  hooks,
  client,
  names,
}: {
  hooks: Pick<Hooks, 'wanting'>;
  client: Client;
  names: Names;
}): Outbox {
  const optionsFor = (hook: string) => ({
    workflowId: names.messengerId(hook),
    taskQueue: names.taskQueue,
    args: [{ hook } satisfies MessengerInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    staticSummary: `messages to ${hook}`,
  });
  return {
    entryOf: (message) => message && { message, hooks: hooks.wanting(message.kind) },

    async wake(kind) {
      const wake: Wake = { hookWorks: false };
      const wakeOne = (hook: string) =>
        client.workflow.signalWithStart(MESSENGER_WORKFLOW, {
          ...optionsFor(hook),
          signal: WAKE_SIGNAL,
          signalArgs: [wake],
        });
      await client.connection.withDeadline(Date.now() + WAKE_MS, () =>
        Promise.allSettled(hooks.wanting(kind).map(wakeOne)),
      );
    },

    async start(hook) {
      await client.workflow.start(MESSENGER_WORKFLOW, optionsFor(hook));
    },
  };
}
