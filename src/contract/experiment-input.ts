/** What a run of the experiment workflow is started with, and what it hands on to the next run. */
import type { TimeBase } from '../domain/time-base.js';
import type { Promotion } from './records.js';

/** Input of `experimentWorkflow`. */
export interface ExperimentInput {
  experimentId: string;
  /** Frozen for the life of the experiment. */
  timeBase: TimeBase;
  /** Events after which a run continues as new; for tests. Unset: when the server suggests it. */
  maxHistoryEvents?: number;
  /** The promotion that the run before knew of, where the record disagreed with it: it must not be forgotten. */
  witness?: Promotion;
  /** What the run before was in the middle of. */
  carried?: Carried;
}

/** What one run tells the next that is not on record. */
export interface Carried {
  /** A difficulty that is being retried. */
  trouble?: string | null;
  /** What failed at Meta is not tried again before, experiment time. */
  retryAt?: number | null;
  /** Since when Meta has not answered in the verification, later by what the service was down; experiment time. */
  silentSince?: number | null;
  /** A cancellation in Temporal that could not be acted on yet. */
  cancelled?: boolean;
  /** How many runs in a row the record has disagreed with at once. */
  disagreements?: number;
}
