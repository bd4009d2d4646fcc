import { ApplicationFailure, cancellationSignal, sleep } from '@temporalio/activity';
import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import type { LedgerOutcome, LedgerRow } from '../contract/records.js';
import { formatAmount } from '../domain/budget.js';
import type { Experiment } from '../domain/experiment.js';
import { type MetaErrorKind, type Obstacle, type Outcome, obstacleOf } from '../domain/rollout/obstacle.js';
import { killSwitchHold } from './write-limits.js';

/** The phase name of a revert's writes. */
export const REVERT = 'revert';

/** A decision or gate that a write relies on. */
export interface Basis {
  /** When it lapses; epoch ms of experiment time. */
  until: number;
  /** A sentence for when it has lapsed. */
  reason: string;
}

export const WRITES_OFF = 'Writes are off: set LIVE_WRITES=true to allow budget changes.';
const REFUSALS: readonly MetaErrorKind[] = ['invalid', 'not_found', 'too_large'];
/** Real seconds before each read-back. */
const READ_BACK_WAITS_S = [0, 1, 1, 2, 3];

/** The outcome of a failed write. Transient faults are thrown, so that the activity's retry policy applies. */
export function outcomeOf(error: MetaError): Outcome {
  if (REFUSALS.includes(error.kind)) return { kind: 'back', reason: error.message };
  return blockedBy(error);
}

/** The outcome of a failed read before a write: nothing was written, so nothing was refused. */
export function blockedBy(error: MetaError): Obstacle {
  if (error.kind === 'transient') {
    throw ApplicationFailure.create({ message: error.message, type: 'Meta.transient' });
  }
  return obstacleOf(error.kind, error.message, error.details.retryAfterMs);
}

/** The outcome of a write that may have been applied, or still be: after the wait the next call reads first. */
export function unknownOutcome(waitMs: number): Obstacle {
  return { kind: 'wait', code: 'unknown_outcome', retryAfterMs: waitMs, reason: 'A write had no answer.' };
}

/** Sends one attempt that is already in the ledger, reads it back, and settles its row. */
export function createSender(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  unknownOutcomeWaitMs: number;
}) {
  const { store, meta, clock, announce, unknownOutcomeWaitMs } = deps;

  async function settle(
    experiment: Experiment,
    row: LedgerRow,
    outcome: Exclude<LedgerOutcome, 'pending'>,
    error: string | null,
    errorKind: MetaErrorKind | null = null,
  ): Promise<number> {
    const settledAt = await clock.now();
    const readBack = outcome === 'applied' ? row.intended : null;
    await store.settleAttempt(row.experimentId, row.sequence, {
      outcome,
      readBack,
      error,
      errorKind,
      settledAt,
    });
    const amount = (value: number) => formatAmount(value, experiment.currency);
    const what = row.phase === REVERT ? 'revert' : `phase ${row.phase}`;
    const why = error === null ? '' : ` (${error})`;
    announce({
      at: settledAt,
      kind: 'write',
      experimentId: row.experimentId,
      text: `${what}: ad set ${row.adSetId} ${amount(row.before)} -> ${amount(row.intended)}: ${outcome.replace('_', ' ')}${why}`,
    });
    return settledAt;
  }

  return async (experiment: Experiment, row: LedgerRow, bases: readonly Basis[]): Promise<Outcome> => {
    const unknown = async (why: string): Promise<Outcome> => {
      await settle(experiment, row, 'unknown', why);
      return unknownOutcome(unknownOutcomeWaitMs);
    };
    // Someone may have engaged it while the account or the ledger was read.
    const killed = row.phase === REVERT ? null : await killSwitchHold(store);
    if (killed) {
      await settle(experiment, row, 'not_sent', killed.reason);
      return killed;
    }
    // Check this last: nothing may wait between this check and the call.
    const now = await clock.now();
    const over = bases.find(({ until }) => now >= until);
    if (over) {
      await settle(experiment, row, 'not_sent', over.reason);
      return { kind: 'wait', code: 'too_old', retryAfterMs: 0, reason: over.reason };
    }
    // If this process stalled, or waited for the record, after it entered the row, another attempt may have started.
    if (cancellationSignal().aborted || now - row.at > unknownOutcomeWaitMs / 2) {
      await settle(experiment, row, 'not_sent', 'Too long after it was entered.');
      return unknownOutcome(unknownOutcomeWaitMs);
    }
    try {
      await meta.writeDailyBudget(row.adSetId, row.intended);
    } catch (error) {
      if (!(error instanceof MetaError)) throw error;
      if (error.details.outcome === 'unknown') return unknown(error.message);
      if (error.details.notSent) {
        // In the ledger `refused` means that Meta refused; this attempt never reached Meta.
        await settle(experiment, row, 'not_sent', error.message, error.kind);
        return outcomeOf(error);
      }
      await settle(experiment, row, 'refused', error.message, error.kind);
      return outcomeOf(error);
    }
    try {
      for (const seconds of READ_BACK_WAITS_S) {
        if (seconds > 0) await sleep(seconds * 1000);
        const dailyBudget = await meta.getDailyBudget(row.adSetId);
        if (dailyBudget === row.intended) {
          return { kind: 'done', at: await settle(experiment, row, 'applied', null) };
        }
      }
    } catch (error) {
      if (!(error instanceof MetaError)) throw error;
      return unknown(`Acknowledged, but not read back: ${error.message}`);
    }
    return unknown('Acknowledged, but it does not show yet.');
  };
}
