import type { ExperimentClock } from '../clients/clock.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Announce } from '../contract/events.js';
import type { Promotion, Recheck } from '../contract/records.js';
import { type Budgets, stoodAt } from '../domain/budget.js';
import { bucketsOf, type Experiment } from '../domain/experiment.js';
import type { ObstacleCode } from '../domain/rollout/obstacle.js';
import { HOUR_MS } from '../domain/time.js';
import { judgeRecheck, type Unjudged } from '../domain/verification/recheck.js';
import { lastWriteAt, recheckWindow, type VerificationWindow } from '../domain/verification/window.js';
import { createBudgetReader } from './budget-reading.js';
import { accountHistory } from './drift-history.js';
import { callingMeta } from './failures.js';
import { createObservationActivities } from './observations.js';

/** How long past its due time a recheck is tried again while Meta refuses a read of it. */
const TRIED_MS = 7 * 24 * HOUR_MS;

/** Errors that say something about the account: the next promotion would fail too. */
const OF_THE_ACCOUNT: readonly ObstacleCode[] = ['auth', 'rate', 'version'];

/** A promotion whose recheck is due. */
interface Due {
  experiment: Experiment;
  promotion: Promotion;
  window: VerificationWindow;
}

/** Measures the lifts of completed promotions again, weeks after the rollout. Writes no budget and changes no state. */
export function createRecheckActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  announce: Announce;
}) {
  const { store, meta, clock, announce } = deps;
  const { ingest } = createObservationActivities(deps);
  const readBudgets = createBudgetReader(meta);

  /** Null if there is nothing to do: it is on record, not due, or someone has reverted the rollout since. */
  async function dueOf(experimentId: string): Promise<Due | null> {
    const [experiment, promotion, known] = await Promise.all([
      store.getExperiment(experimentId),
      store.getPromotion(experimentId),
      store.getRecheck(experimentId),
    ]);
    if (known || experiment?.state !== 'completed' || promotion?.status !== 'completed') return null;
    const window = recheckWindow(experiment.policy, promotion.phasesDone);
    return window && window.judgedAt <= (await clock.now()) ? { experiment, promotion, window } : null;
  }

  /** Ad sets that have, or had during the window, another budget than the last phase's, in words; null if none. */
  async function changeOfSplit({ experiment, promotion, window }: Due): Promise<Unjudged | null> {
    const { targets } = promotion.plan.phases.at(-1)!;
    const adSetIds = Object.keys(targets);
    const current = await callingMeta(async (): Promise<Budgets> => {
      const { current, failed } = await readBudgets(adSetIds);
      for (const error of Object.values(failed)) throw error;
      return current;
    });
    const others = await Promise.all(
      adSetIds.map(async (id) => {
        if (current[id] !== targets[id]) return { id, amount: current[id]! };
        const amount = await otherAmount(id, targets[id]!, window.since);
        return amount === null ? null : { id, amount };
      }),
    );
    const off = others.flatMap((other) =>
      other === null ? [] : [stoodAt(other.id, other.amount, targets[other.id]!, experiment.currency)],
    );
    return off.length === 0 ? null : { code: 'split_changed', detail: off.join('; ') };
  }

  /** The last other amount that the ad set had since an instant, by Meta's log; null if none. A log is not always readable. */
  async function otherAmount(adSetId: string, target: number, since: number): Promise<number | null> {
    const edits = await meta.getBudgetEdits(adSetId, since).catch((error: unknown) => {
      if (!(error instanceof MetaError)) throw error;
      return [];
    });
    // The log has whole seconds, so our own last write may be in the first one.
    const amounts = edits.filter(({ at }) => at > since).flatMap(({ before, after }) => [before, after]);
    return amounts.findLast((amount) => amount !== null && amount !== target) ?? null;
  }

  async function conclude(due: Due, unjudged: Unjudged | null): Promise<Recheck> {
    const { experiment, promotion, window } = due;
    const { id, policy } = experiment;
    const seenUntil = await clock.now();
    const [observations, verified, history, laterTests] = await Promise.all([
      store.observationsAsKnown({
        experimentId: id,
        since: window.since,
        granularity: bucketsOf(policy),
        endedBy: window.until,
        seenUntil,
      }),
      store.getVerification(id),
      accountHistory(store, policy.objective),
      store.laterTests({ experimentId: id, since: lastWriteAt(promotion.phasesDone), until: seenUntil }),
    ]);
    const verdict = judgeRecheck({
      ...{ experiment, promotion, verified, window, observations, history, unjudged, laterTests },
    });
    const decidedAt = await clock.now();
    const kept = await store.saveRecheck({
      ...verdict,
      ...{ experimentId: id, dueAt: window.until, seenUntil, decidedAt, laterTests },
    });
    announce({ at: kept.decidedAt, kind: 'report', experimentId: id, text: kept.message });
    return kept;
  }

  return {
    /** Experiments whose recheck is due, the longest due first; `limit` at most. */
    async dueRechecks(limit: number): Promise<string[]> {
      const now = await clock.now();
      return (await store.promotionsToRecheck())
        .map(({ experimentId, policy, phasesDone }) => ({
          experimentId,
          dueAt: recheckWindow(policy, phasesDone)?.judgedAt ?? Number.POSITIVE_INFINITY,
        }))
        .filter(({ dueAt }) => dueAt <= now)
        .sort((a, b) => a.dueAt - b.dueAt)
        .slice(0, limit)
        .map(({ experimentId }) => experimentId);
    },

    /** Measures, records and announces; its sentence, or null if there is nothing to do any more. */
    async recheckLift({ experimentId }: { experimentId: string }): Promise<string | null> {
      const due = await dueOf(experimentId);
      if (!due) return null;
      await ingest({ experimentId, until: due.window.until });
      return (await conclude(due, await changeOfSplit(due))).message;
    },

    /**
     * Says that a recheck failed. It stays due, unless Meta has refused something of this promotion for too long: then that
     * is recorded as its result. `endsRun`: the failure is the account's.
     */
    async postponeRecheck(failure: {
      experimentId: string;
      code: ObstacleCode;
      trouble: string;
    }): Promise<{ endsRun: boolean }> {
      const { experimentId, code, trouble } = failure;
      const endsRun = OF_THE_ACCOUNT.includes(code);
      const now = await clock.now();
      const due = await dueOf(experimentId);
      if (due && !endsRun && now >= due.window.judgedAt + TRIED_MS) {
        await conclude(due, { code: 'unread', detail: trouble });
      } else if (due) {
        const text = `The lift can't be measured again now: ${trouble} It is tried again tomorrow.`;
        announce({ at: now, kind: 'trouble', experimentId, text });
      }
      return { endsRun };
    },
  };
}

export type RecheckActivities = ReturnType<typeof createRecheckActivities>;
