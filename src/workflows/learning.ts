import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { LEARN_SIGNAL, type LearningDue, NO_ENCODER } from '../contract/learning.js';
import { forecasting, learning } from './proxies.js';

/** Rounds per run: the next run continues with an empty history. */
const ROUNDS_PER_RUN = 100;
/** Real time after which steps that failed are tried again. */
const TRY_AGAIN = '10 minutes';

/**
 * Forecasts tests before their first look, and learns from those that have ended; it ends when there is nothing left to
 * do. Whoever starts or ends a test wakes it and says what is due. Each step finds out from the record what there is to do, so
 * a wake-up that is doubled or repeated costs little. No experiment waits for it.
 */
export async function learningWorkflow(
  left: LearningDue = { forecasts: false, learning: false },
): Promise<void> {
  const due = { ...left };
  let learned = false;
  setHandler(defineSignal<[LearningDue]>(LEARN_SIGNAL), (more) => {
    due.forecasts ||= more.forecasts;
    due.learning ||= more.learning;
  });
  await condition(() => due.forecasts || due.learning, TRY_AGAIN);

  // Learning takes minutes: a new test must not wait for its forecast until it is over.
  const forecastNewTests = async () => {
    for (;;) {
      await condition(() => due.forecasts || learned);
      if (!due.forecasts) return;
      due.forecasts = false;
      await attempt(() => forecasting.forecastTests());
    }
  };
  const learnFromEndedTests = async () => {
    for (let rounds = 0; due.learning && rounds < ROUNDS_PER_RUN; rounds++) {
      if (workflowInfo().continueAsNewSuggested) break;
      due.learning = false;
      let isDone = await attempt(() => forecasting.scoreForecasts());
      isDone = (await attempt(() => learning.refitPatterns())) && isDone;
      isDone = (await attempt(() => learning.embedPatterns())) && isDone;
      isDone = (await attempt(() => learning.learnPreferences())) && isDone;
      if (isDone) continue;
      await condition(() => due.learning, TRY_AGAIN);
      due.learning = true;
    }
    learned = true;
  };
  await Promise.all([forecastNewTests(), learnFromEndedTests()]);
  if (due.learning || due.forecasts) await continueAsNew<typeof learningWorkflow>(due);
}

/**
 * Whether there is nothing to try again soon: what comes after a step that failed doesn't need it. Without its encoder, a step
 * is left for the next wake-up.
 */
async function attempt(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    const { cause } = error;
    log.warn('A step of learning failed.', { reason: cause?.message ?? error.message });
    return cause instanceof ApplicationFailure && cause.type === NO_ENCODER;
  }
}
