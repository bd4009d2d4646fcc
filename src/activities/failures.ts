import { ApplicationFailure } from '@temporalio/activity';
import { MetaError } from '../clients/meta/types.js';
import { type MetaFailureDetails, metaFailureType } from '../contract/activities.js';

/**
 * Runs calls to Meta and turns a MetaError into an ApplicationFailure. The activity's policy only retries `transient`.
 * The workflow decides about every other class: it needs a longer wait, a user, or no retry at all.
 */
export async function callingMeta<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof MetaError)) throw error;
    const details: MetaFailureDetails = { kind: error.kind, retryAfterMs: error.details.retryAfterMs };
    throw ApplicationFailure.create({
      message: error.message,
      type: metaFailureType(error.kind),
      nonRetryable: error.kind !== 'transient',
      details: [details],
    });
  }
}

/** A failure that a retry can't fix: the record or the caller is wrong. */
export function permanent(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type, nonRetryable: true });
}
