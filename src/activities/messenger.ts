import { Context } from '@temporalio/activity';
import type { ExperimentClock } from '../clients/clock.js';
import type { Store } from '../clients/postgres/types.js';
import type { Hooks } from '../clients/webhook/types.js';
import type { PostOutcome } from '../contract/messaging.js';
import { permanent } from './failures.js';

/** The messages of a hook, one at a time. Histories hold sequences and outcomes, never an address or a text. */
export function createMessengerActivities(deps: { store: Store; hooks: Hooks; clock: ExperimentClock }) {
  const { store, hooks, clock } = deps;

  async function nextMessage(hook: string): Promise<number | null> {
    const known = hooks.list().find(({ name }) => name === hook);
    return known ? store.pendingMessage(hook, known.addressMark) : null;
  }

  return {
    /** Sequence of the next message to send; null if there is none, or if the hook is dead or configured no more. */
    nextMessage,

    /**
     * Posts a message. What the hook answers is returned, not thrown, so that a post is repeated only if its worker was lost
     * before its outcome was known: the hook may then get the message twice.
     */
    async postMessage(hook: string, sequence: number): Promise<PostOutcome> {
      const message = await store.message(sequence);
      if (!message) throw permanent('UnknownMessage', `no message ${sequence}`);
      return hooks.post(hook, message, Context.current().cancellationSignal);
    },

    /** Records the outcome, and returns the sequence of the next message as {@link nextMessage} does. */
    async settleMessage(hook: string, sequence: number, outcome: PostOutcome): Promise<number | null> {
      await store.settleDelivery({ hook, sequence, outcome, at: await clock.now() });
      return nextMessage(hook);
    },
  };
}

export type MessengerActivities = ReturnType<typeof createMessengerActivities>;
