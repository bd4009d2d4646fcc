import { ApplicationFailure, sleep } from '@temporalio/activity';
import { type MetaClient, MetaError, type MetaErrorKind } from '../clients/meta/types.js';
import type { LedgerRow, Promotion, Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import { type Budgets, formatAmount, totalOf } from '../domain/budget.js';
import { type Experiment, variantOf } from '../domain/experiment.js';
import { expectedValues, foreignValues, ownValues } from '../domain/ownership.js';
import type { Announce } from '../events.js';
import { callingMeta, permanent } from './failures.js';

/** The phase name of a compensating write. */
export const REVERT = 'revert';

/** What became of one step. Only outcomes that Meta, or a person, decides; faults of ours are thrown. */
export type WriteOutcome =
  /** Read back at the target; `at` is the read-back's instant. */
  | { kind: 'applied'; at: number }
  /** It may have been applied or may still be: wait, then ask again; the next call reads first. */
  | { kind: 'unknown'; waitMs: number }
  /** Not now: credentials, permission, rate, version, policy, below what is spent. */
  | { kind: 'blocked'; cause: MetaErrorKind; retryAfterMs: number | null; reason: string }
  /** Meta refused the write itself, for good. */
  | { kind: 'refused'; reason: string }
  /** An ad set holds a value that is not ours: nothing was written. */
  | { kind: 'foreign'; reason: string }
  /** The write would raise the total above the base and above what it is now: nothing was written. */
  | { kind: 'unsafe'; reason: string };

/** The budgets as Meta has them, and whose they are. */
export interface BudgetReading {
  current: Budgets;
  base: Budgets;
  /** Ad sets whose value was never ours. */
  foreign: string[];
  /** Ad sets that a rollout going forward would not expect at their value. */
  unexpected: string[];
  at: number;
}

export const WRITES_OFF = 'Writes are off: set LIVE_WRITES=true to let budgets be moved.';
const REFUSALS: readonly MetaErrorKind[] = ['invalid', 'not_found', 'too_large'];
/** Real seconds between read-backs; the first is at once. */
const READ_BACK_WAITS_S = [0, 1, 1, 2, 3];

/** Reads and writes of ad-set budgets; the only place that changes money. */
export function createBudgetActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
  /** Longer than any request in flight and any late effect, experiment ms. */
  unknownOutcomeWaitMs: number;
  /** False: a live account that no write was allowed for. */
  writesAllowed: boolean;
}) {
  const { store, meta, clock, announce } = deps;

  async function load(experimentId: string) {
    const experiment = await store.getExperiment(experimentId);
    const promotion = await store.getPromotion(experimentId);
    if (!experiment || !promotion)
      throw permanent('NoPromotion', `experiment ${experimentId} has no promotion`);
    return { experiment, promotion, ledger: await store.listLedger(experimentId) };
  }

  async function readAll(promotion: Promotion): Promise<Budgets> {
    const current: Budgets = {};
    for (const adSetId of Object.keys(promotion.plan.base)) {
      const { dailyBudget } = await meta.getAdSet(adSetId);
      if (dailyBudget === null) {
        throw new MetaError('invalid', `Ad set ${adSetId} has no daily budget any more.`, {
          httpStatus: null,
          code: null,
          subcode: null,
          traceId: null,
          retryAfterMs: null,
          outcome: 'not_applied',
        });
      }
      current[adSetId] = dailyBudget;
    }
    return current;
  }

  function describe(
    experiment: Experiment,
    current: Budgets,
    adSetIds: string[],
    wanted: (id: string) => string,
  ): string {
    return adSetIds
      .map((id) => `ad set ${id} stands at ${formatAmount(current[id]!, experiment.currency)}, ${wanted(id)}`)
      .join('; ');
  }

  /** Sends one attempt that is already in the ledger, and reads it back. */
  async function attempt(experiment: Experiment, row: LedgerRow): Promise<WriteOutcome> {
    const settle = async (outcome: 'applied' | 'refused' | 'unknown', error: string | null) => {
      const settledAt = await clock.now();
      await store.settleAttempt(row.experimentId, row.sequence, {
        outcome,
        readBack: outcome === 'applied' ? row.intended : null,
        error,
        settledAt,
      });
      announce({
        at: settledAt,
        kind: 'write',
        experimentId: row.experimentId,
        text: `${row.phase === REVERT ? 'revert' : `phase ${row.phase}`}: ad set ${row.adSetId} ${formatAmount(row.before, experiment.currency)} -> ${formatAmount(row.intended, experiment.currency)}: ${outcome}${error ? ` (${error})` : ''}`,
      });
      return settledAt;
    };
    try {
      await meta.writeDailyBudget(row.adSetId, row.intended);
    } catch (error) {
      if (!(error instanceof MetaError)) throw error;
      if (error.details.outcome === 'unknown') {
        await settle('unknown', error.message);
        return { kind: 'unknown', waitMs: deps.unknownOutcomeWaitMs };
      }
      await settle('refused', error.message);
      return outcomeOf(error);
    }
    for (const seconds of READ_BACK_WAITS_S) {
      if (seconds > 0) await sleep(seconds * 1000);
      const { dailyBudget } = await meta.getAdSet(row.adSetId);
      if (dailyBudget === row.intended) return { kind: 'applied', at: await settle('applied', null) };
    }
    await settle('unknown', 'Meta acknowledged the write, but it does not show yet.');
    return { kind: 'unknown', waitMs: deps.unknownOutcomeWaitMs };
  }

  return {
    /**
     * Brings one ad set to `target`: reads first, never overwrites a value that is not ours, enters the attempt
     * in the ledger before the call, reads it back. Called again after any crash it finds its own attempt and
     * never writes twice.
     */
    async writeBudget(request: {
      experimentId: string;
      /** A phase's name, or {@link REVERT}. */
      phase: string;
      adSetId: string;
      target: number;
    }): Promise<WriteOutcome> {
      const { experiment, promotion, ledger } = await load(request.experimentId);
      const { adSetId, target, phase } = request;
      const done = promotion.phasesDone[phase];
      if (done !== undefined) return { kind: 'applied', at: done };

      const now = await clock.now();
      const open = ledger.filter((row) => row.outcome === 'pending' || row.outcome === 'unknown');
      // Of several only the last can still be on its way: no attempt is entered while another is.
      const last = open.find((row) => row === ledger.at(-1));
      const inFlight = last ? (last.settledAt ?? last.at) + deps.unknownOutcomeWaitMs - now : 0;
      if (inFlight > 0) return { kind: 'unknown', waitMs: inFlight };

      try {
        const current = await readAll(promotion);
        const { base } = promotion.plan;
        for (const row of open) {
          // A value that a later attempt may have brought proves nothing of this one.
          const latest = ledger.findLast(
            (other) => other.adSetId === row.adSetId && other.outcome !== 'refused',
          );
          const shows = row === latest && current[row.adSetId] === row.intended;
          if (!shows && row.outcome === 'unknown') continue;
          await store.settleAttempt(row.experimentId, row.sequence, {
            outcome: shows ? 'applied' : 'unknown',
            readBack: shows ? row.intended : null,
            error: shows ? null : 'No answer, and the value was not seen.',
            settledAt: now,
          });
        }
        const expected = phase === REVERT ? ownValues(base, ledger) : expectedValues(base, ledger);
        const foreign = foreignValues(current, expected).filter((id) => phase !== REVERT || id === adSetId);
        if (foreign.length > 0) {
          const wanted = (id: string) =>
            `where ${expected[id]!.map((v) => formatAmount(v, experiment.currency)).join(' or ')} was expected`;
          return {
            kind: 'foreign',
            reason: `Someone else changed a budget: ${describe(experiment, current, foreign, wanted)}.`,
          };
        }
        if (current[adSetId] === target) return { kind: 'applied', at: await clock.now() };

        const total = totalOf(current);
        const totalAfter = total - current[adSetId]! + target;
        if (totalAfter > Math.max(totalOf(base), total)) {
          const amount = (value: number) => formatAmount(value, experiment.currency);
          return {
            kind: 'unsafe',
            reason: `Setting ad set ${adSetId} to ${amount(target)} would raise the total from ${amount(total)} to ${amount(totalAfter)}, above the ${amount(totalOf(base))} it started from.`,
          };
        }
        if (!deps.writesAllowed) {
          return { kind: 'blocked', cause: 'permission', retryAfterMs: null, reason: WRITES_OFF };
        }
        const row = await store.enterAttempt({
          experimentId: experiment.id,
          adSetId,
          phase,
          before: current[adSetId]!,
          intended: target,
          at: await clock.now(),
          compensates:
            phase === REVERT
              ? (ledger.findLast((other) => other.adSetId === adSetId && other.phase !== REVERT)?.sequence ??
                null)
              : null,
        });
        return await attempt(experiment, row);
      } catch (error) {
        if (error instanceof MetaError) return outcomeOf(error);
        throw error;
      }
    },

    /** Reads every ad set of the rollout and tells whose the values are. Writes nothing. */
    async readBudgets(experimentId: string): Promise<BudgetReading> {
      const { promotion, ledger } = await load(experimentId);
      const { base } = promotion.plan;
      const current = await callingMeta(() => readAll(promotion));
      return {
        current,
        base,
        foreign: foreignValues(current, ownValues(base, ledger)),
        unexpected: foreignValues(current, expectedValues(base, ledger)),
        at: await clock.now(),
      };
    },

    /** Enters that every ad set stands at the phase's target; answers the read-back instant on record. */
    async completePhase(request: {
      experimentId: string;
      phase: string;
      readBackAt: number;
      last: boolean;
    }): Promise<number> {
      const { experiment, promotion } = await load(request.experimentId);
      const at = await store.completePhase(request.experimentId, request.phase, request.readBackAt);
      if (request.last) await store.setPromotionStatus(request.experimentId, 'completed');
      const winner = variantOf(experiment, promotion.winnerVariantId);
      const targets = promotion.plan.phases.find((phase) => phase.name === request.phase)?.targets ?? {};
      announce({
        at,
        kind: 'phase',
        experimentId: experiment.id,
        text: `phase ${request.phase}: ${winner.id} has ${formatAmount(targets[winner.adSetId] ?? 0, experiment.currency)} of ${formatAmount(totalOf(targets), experiment.currency)} a day`,
      });
      return at;
    },

    /** How the rollout ended, for the reports. */
    async setPromotionStatus(experimentId: string, status: Promotion['status']): Promise<void> {
      await store.setPromotionStatus(experimentId, status);
    },
  };
}

export type BudgetActivities = ReturnType<typeof createBudgetActivities>;

/** Transient faults are thrown, so that the activity's retry policy takes them; the rest is the workflow's to decide. */
function outcomeOf(error: MetaError): WriteOutcome {
  if (error.kind === 'transient') {
    throw ApplicationFailure.create({ message: error.message, type: 'Meta.transient' });
  }
  if (REFUSALS.includes(error.kind)) return { kind: 'refused', reason: error.message };
  return {
    kind: 'blocked',
    cause: error.kind,
    retryAfterMs: error.details.retryAfterMs,
    reason: error.message,
  };
}
