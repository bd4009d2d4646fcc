import type { Experiment, ExperimentState } from '../../domain/experiment.js';
import type { ApiContext } from '../dependencies.js';
import { experimentId } from '../http/fields.js';
import { unknownExperiment } from '../http/problems.js';

const PAGE = 200;

/** @throws ApiProblem 404 */
export async function experimentOf(context: Pick<ApiContext, 'store'>, id: string): Promise<Experiment> {
  // Postgres can't compare any text. What no experiment can be named is no experiment's id.
  const isComparable = experimentId().safeParse(id).success;
  const experiment = isComparable ? await context.store.getExperiment(id) : null;
  if (!experiment) throw unknownExperiment(id);
  return experiment;
}

/** All experiments in one of these states, newest first. */
export async function experimentsIn(
  { store }: Pick<ApiContext, 'store'>,
  states: readonly ExperimentState[],
): Promise<Experiment[]> {
  const found: Experiment[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const page = await store.listExperiments({ states: [...states], limit: PAGE, offset });
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

/** The address of an experiment in this API. */
export function experimentPath(experimentId: string): string {
  return `/api/ab/experiments/${experimentId}`;
}
