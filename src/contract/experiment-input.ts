/** The input of a run of the experiment workflow, and what it hands over to the next run. */
import type { TimeBase } from '../domain/time-base.js';
import type { Promotion } from './records.js';

/** Input of `experimentWorkflow`. */
export interface ExperimentInput {
  experimentId: string;
  /** Frozen for the life of the experiment. */
  timeBase: TimeBase;
  /** Number of events after which a run continues as new, for tests. Unset: when the server suggests it. */
  maxHistoryEvents?: number;
  /** The promotion that the previous run knew, if the record disagreed with it: it must not be forgotten. */
  witness?: Promotion;
  /** What the previous run had not finished. */
  carried?: Carried;
}

/** What one run hands over to the next because it is not on record. */
export interface Carried {
  /** A difficulty that is being retried. */
  trouble?: string | null;
  /** What failed at Meta is not tried again before this instant, experiment time. */
  retryAt?: number | null;
  /** Since when Meta has not answered in the verification, moved later by the service's downtime; experiment time. */
  silentSince?: number | null;
  /** True if a cancellation in Temporal could not be acted on yet. */
  cancelled?: boolean;
  /** How many runs in a row found at their start that the record disagreed with them. */
  disagreements?: number;
}
