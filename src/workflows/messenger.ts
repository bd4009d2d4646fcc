import { condition, continueAsNew, defineSignal, setHandler, workflowInfo } from '@temporalio/workflow';
import { type MessengerInput, WAKE_SIGNAL, type Wake } from '../contract/messaging.js';
import { waitBeforeRepost } from '../domain/messages/repost.js';
import { enduring, messenger, posts } from './proxies.js';

/** Posts per run: the next run continues with an empty history. */
const POSTS_PER_RUN = 300;

/**
 * Sends the pending messages of one hook, one at a time and in their order, and ends when none is left or the hook is dead.
 * Whoever enters a message wakes it. If the hook doesn't take a message now, it waits and tries that message again.
 */
export async function messengerWorkflow({ hook, failures = 0 }: MessengerInput): Promise<void> {
  let woken = false;
  let hookWorks = false;
  setHandler(defineSignal<[Wake]>(WAKE_SIGNAL), (wake) => {
    woken = true;
    hookWorks ||= wake.hookWorks;
  });
  const findNext = () => {
    woken = false;
    return enduring(() => messenger.nextMessage(hook));
  };
  let next = await findNext();
  for (let posted = 0; next !== null || woken; posted++) {
    if (next === null) {
      next = await findNext();
      continue;
    }
    const { continueAsNewSuggested } = workflowInfo();
    if (continueAsNewSuggested || posted >= POSTS_PER_RUN)
      await continueAsNew<typeof messengerWorkflow>({ hook, failures });
    const sequence: number = next;
    const outcome = await enduring(() =>
      posts.postMessage.executeWithOptions({ summary: `message ${sequence}` }, [hook, sequence]),
    );
    woken = false;
    hookWorks = false;
    next = await enduring(() =>
      messenger.settleMessage.executeWithOptions({ summary: `message ${sequence}: ${outcome.kind}` }, [
        hook,
        sequence,
        outcome,
      ]),
    );
    failures = outcome.kind === 'wait' ? failures + 1 : 0;
    if (outcome.kind !== 'wait') continue;
    // A test that reached the hook ends a wait of our own. A wait that the hook asked for is kept.
    const asked = outcome.retryAfterMs !== null;
    await condition(() => hookWorks && !asked, waitBeforeRepost(outcome.retryAfterMs, failures), {
      summary: outcome.problem.slice(0, 200),
    });
  }
}
