import {
  ActivityFailure,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { LEARN_SIGNAL } from '../contract/learning.js';
import { forecasting, learning } from './proxies.js';

/** Rounds per run: the next run continues with an empty history. */
const ROUNDS_PER_RUN = 200;

/**
 * Forecasts tests before their first look, and learns from those that have ended; it ends when there is nothing left to
 * do. Whoever starts or ends a test wakes it. Each step finds out from the record what there is to do, so a wake-up that is
 * doubled or repeated costs nothing, and the reconciliation makes good one that is lost. No experiment waits for it.
 */
export async function learningWorkflow(): Promise<void> {
  const due = { forecasts: true, learning: true };
  let learned = false;
  setHandler(defineSignal(LEARN_SIGNAL), () => {
    due.forecasts = true;
    due.learning = true;
  });

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
    for (let rounds = 0; due.learning; rounds++) {
      if (rounds >= ROUNDS_PER_RUN || workflowInfo().continueAsNewSuggested) break;
      due.learning = false;
      await attempt(() => learning.scoreForecasts());
      await attempt(() => learning.refitPatterns());
      await attempt(() => learning.embedPatterns());
      await attempt(() => learning.encodeTexts());
      await attempt(() => learning.learnPreferences());
    }
    learned = true;
  };
  await Promise.all([forecastNewTests(), learnFromEndedTests()]);
  if (due.learning) await continueAsNew<typeof learningWorkflow>();
}

/** A step that fails is left for the next wake-up: what comes after it doesn't need it. */
async function attempt(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn('A step of learning failed; it is tried again at the next wake-up.', {
      reason: error.cause?.message ?? error.message,
    });
  }
}
