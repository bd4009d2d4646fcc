import { ApplicationFailure } from '@temporalio/activity';
import { MetaError } from '../clients/meta/types.js';
import { type MetaFailureDetails, metaFailureType } from '../contract/activities.js';

/**
 * Runs calls to Meta and turns a MetaError into an ApplicationFailure. Only `transient` is retried by the
 * activity's policy: every other class needs a longer wait, a person, or nothing at all, and the workflow decides.
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

/** A failure that no retry mends: the record or the caller is wrong. */
export function permanent(type: string, message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type, nonRetryable: true });
}
