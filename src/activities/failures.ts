import { ApplicationFailure } from '@temporalio/activity';
import { MetaError, type MetaErrorKind } from '../clients/meta/types.js';

/** First detail of a failure that Meta caused. Plain data: a raw error may hold the token. */
export interface MetaFailureDetails {
  kind: MetaErrorKind;
  /** Experiment ms to wait, or null. */
  retryAfterMs: number | null;
}

/** `type` of the failure, e.g. `Meta.rate`. */
export function metaFailureType(kind: MetaErrorKind): string {
  return `Meta.${kind}`;
}

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
