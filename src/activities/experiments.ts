import type { ExperimentClock } from '../clients/clock.js';
import { AdSetLeased } from '../clients/postgres/errors.js';
import type { Store, Transition, TransitionResult } from '../clients/postgres/types.js';
import type { ExperimentRecord } from '../contract/activities.js';
import type { Announce } from '../contract/events.js';
import type { ControlRow, Promotion } from '../contract/records.js';
import { type Experiment, type Extension, isEnded, stateReasonOf } from '../domain/experiment.js';
import type { MessageKind } from '../domain/messages/message.js';
import { transitionMessage } from '../domain/messages/transition-message.js';
import { freezeSentence } from '../domain/rollout/freeze.js';
import type { Hold } from '../domain/rollout/hold.js';
import { VERIFICATION } from './delivery.js';
import { permanent } from './failures.js';
import { accountFreeze } from './freezes.js';
import { type InsightsWaker, NO_INSIGHTS } from './insights/waker.js';
import { type LearningWaker, NO_LEARNING } from './learning/waker.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';

/** The experiment's record in Postgres. Each activity is safe to run twice. */
export function createExperimentActivities(deps: {
  store: Store;
  clock: ExperimentClock;
  announce: Announce;
  /** Unset: there is no hook. */
  outbox?: Outbox;
  /** Unset: nothing wakes forecasts and learning. */
  waker?: LearningWaker;
  /** Unset: no insights are extracted. */
  insightsWaker?: InsightsWaker;
}) {
  const { store, clock, announce, outbox = NO_OUTBOX, waker = NO_LEARNING } = deps;
  const { insightsWaker = NO_INSIGHTS } = deps;
  return {
    /** @throws `UnknownExperiment`, not retried. */
    async loadExperiment(experimentId: string): Promise<ExperimentRecord> {
      const experiment = await store.getExperiment(experimentId);
      if (!experiment)
        throw permanent('UnknownExperiment', `no experiment ${experimentId} in this environment and account`);
      const lastDecision = await store.latestDecision(experimentId);
      // Not awaited: nothing that concerns an experiment waits for learning.
      if (lastDecision === null) void waker.wake({ forecasts: true, learning: false });
      return {
        experiment,
        promotion: await store.getPromotion(experimentId),
        lastDecision,
        lastVerificationAt:
          (await store.listGates(experimentId)).findLast(({ phase }) => phase === VERIFICATION)?.at ?? null,
      };
    },

    /** Compare-and-swap of the state, with the message about it. @throws `AdSetLeased` if a completed experiment can't lease its ad sets again. */
    async transition(transition: Transition): Promise<TransitionResult> {
      const base = (await store.getPromotion(transition.experimentId))?.plan.base;
      let told: MessageKind | null = null;
      let result: TransitionResult;
      try {
        result = await store.transition(transition, (after) => {
          const message = transitionMessage(transition, after, base);
          told = message?.kind ?? null;
          return outbox.entryOf(message);
        });
      } catch (error) {
        if (error instanceof AdSetLeased) throw permanent('AdSetLeased', error.message);
        throw error;
      }
      if (result.ok) {
        announce({
          at: transition.at,
          kind: 'state',
          experimentId: transition.experimentId,
          text: `${transition.from} -> ${transition.to}: ${stateReasonOf(result.experiment)}`,
          state: { to: transition.to, hold: transition.hold?.code ?? null },
        });
      }
      if (told !== null) await outbox.wake(told);
      // A test is decided when its first budgets are written, which is before it leaves its rollout.
      if (transition.from === 'rolling_out' || isEnded(transition.to))
        void waker.wake({ forecasts: false, learning: true });
      // Not awaited: nothing that concerns an experiment waits for its insights.
      if (result.ok && isEnded(transition.to)) void insightsWaker.wake(result.experiment);
      return result;
    },

    /** Drops a variant from an instant on. */
    async dropVariant(experimentId: string, variantId: string, at: number): Promise<Experiment> {
      return store.dropVariant(experimentId, variantId, at);
    },

    /** Makes the horizon longer, once per control. */
    async extendHorizon(experimentId: string, extension: Extension): Promise<Experiment> {
      return store.extendHorizon(experimentId, extension);
    },

    /** The freeze of the account now, with its end and its sentence; null if there is none. */
    async freezeNow(): Promise<{ until: number; sentence: string } | null> {
      const freeze = await accountFreeze(store, await clock.now());
      return freeze && { until: freeze.until, sentence: freezeSentence(freeze) };
    },

    /** Records a rollout's hold with its tries. */
    async keepHold(experimentId: string, hold: Hold): Promise<void> {
      await store.keepHold(experimentId, hold);
    },

    /** Records a promotion that the record has lost and a run still knows. */
    async keepPromotion(promotion: Promotion): Promise<Promotion> {
      return store.openPromotion(promotion);
    },

    /** The outcome of an earlier control with the same id, or null. */
    async findControl(experimentId: string, controlId: string): Promise<ControlRow | null> {
      return (await store.listControls(experimentId)).find((row) => row.controlId === controlId) ?? null;
    },

    /** Records a control with its outcome; does nothing if its id is on record. */
    async recordControl(row: ControlRow): Promise<void> {
      await store.recordControl(row);
      announce({
        at: row.at,
        kind: 'control',
        experimentId: row.experimentId,
        text: `${row.kind} by ${row.by} (${row.reason}): ${row.message}`,
      });
    },

    /** Records a trouble and announces it. */
    async announceTrouble(experimentId: string, text: string): Promise<void> {
      const at = await clock.now();
      await store.reportTrouble(experimentId, text, at);
      announce({ at, kind: 'trouble', experimentId, text });
    },
  };
}

export type ExperimentActivities = ReturnType<typeof createExperimentActivities>;
