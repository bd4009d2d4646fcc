import type { z } from '@hono/zod-openapi';
import { type Experiment, isEnded } from '../../domain/experiment.js';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import type { InsightsAnswer } from './responses.js';
import { insightsToJson } from './to-json.js';

/** The latest extraction of a test, with what it cost. */
export async function insightsOf(
  { store }: Pick<ApiContext, 'store'>,
  experiment: Experiment,
): Promise<z.output<typeof InsightsAnswer>> {
  const extraction = await store.latestExtraction(experiment.id);
  const calls = extraction ? await store.listCalls(experiment.id, extraction.number) : [];
  // Claude is paid by months of real time.
  const spent = await store.spentInMonth(Date.now());
  return insightsToJson(experiment, extraction, calls, spent);
}

/**
 * Enters an extraction and wakes its workflow. One that is pending is tried again now.
 * @throws ApiProblem 409 if the test has not ended
 */
export async function extractAgain(
  context: Pick<ApiContext, 'store' | 'clock' | 'gateway'>,
  experiment: Experiment,
  { by, key }: { by: string; key: string },
): Promise<z.output<typeof InsightsAnswer>> {
  if (!isEnded(experiment.state))
    throw new ApiProblem(
      'insights_refused',
      `The test is ${experiment.state}: insights are extracted when it has ended.`,
      { state: experiment.state },
    );
  const at = await context.clock.now();
  await context.store.requestExtraction({ experimentId: experiment.id, key: `asked ${key}`, by, at });
  await context.gateway.extractInsights(experiment);
  return insightsOf(context, experiment);
}
