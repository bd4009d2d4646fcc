import type { Experiment } from '../../domain/experiment.js';
import type { ApiContext } from '../context.js';
import { unknownExperiment } from '../http/problems.js';

/** The experiment. @throws ApiProblem 404 */
export async function experimentOf(context: Pick<ApiContext, 'store'>, id: string): Promise<Experiment> {
  const experiment = await context.store.getExperiment(id);
  if (!experiment) throw unknownExperiment(id);
  return experiment;
}

/** Where the experiment can be looked at. */
export function experimentPath(experimentId: string): string {
  return `/api/ab/experiments/${experimentId}`;
}
