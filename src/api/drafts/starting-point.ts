/** The ad that drafts start from. */
import type { StartingPoint } from '../../contract/drafts.js';
import { asRun } from '../../domain/creative/ran-creative.js';
import type { Experiment, ExperimentState } from '../../domain/experiment.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';

/** States in which the winner of a test stands. */
const STANDING: readonly ExperimentState[] = ['completed', 'verifying', 'rolling_out'];
/** Tests among which the latest winner is looked for. */
const LOOKED_AT = 200;

/**
 * The winner of a test, or its control if none stands. Without an id: the winner that was promoted last; null if no winner has
 * texts.
 * @throws ApiProblem 404
 */
export async function startingPoint(
  context: Pick<ApiContext, 'store'>,
  experimentId: string | undefined,
): Promise<StartingPoint | null> {
  if (experimentId !== undefined) return pointOf(context.store, await experimentOf(context, experimentId));
  const [latest] = await standingWinners(context, 1);
  return latest ?? null;
}

/** Up to `most` winners that stand, the one that was promoted last first. Those without texts are left out. */
export async function standingWinners(
  { store }: Pick<ApiContext, 'store'>,
  most: number,
): Promise<StartingPoint[]> {
  const standing = await store.listExperiments({ states: [...STANDING], limit: LOOKED_AT, offset: 0 });
  const won = standing
    .filter(({ winnerVariantId }) => winnerVariantId !== null)
    .toSorted((a, b) => (b.promotedAt ?? 0) - (a.promotedAt ?? 0));
  return pointsOf(store, won, most);
}

/** Up to `most` controls of tests without a winner that stands, the newest test first. Those without texts are left out. */
export async function otherControls(
  { store }: Pick<ApiContext, 'store'>,
  most: number,
): Promise<StartingPoint[]> {
  const latest = await store.listExperiments({ limit: LOOKED_AT, offset: 0 });
  const open = latest.filter(
    ({ state, winnerVariantId }) => !STANDING.includes(state) || winnerVariantId === null,
  );
  return pointsOf(store, open, most);
}

async function pointsOf(
  store: Parameters<typeof pointOf>[0],
  experiments: readonly Experiment[],
  most: number,
): Promise<StartingPoint[]> {
  const points: StartingPoint[] = [];
  for (const experiment of experiments) {
    if (points.length === most) break;
    const point = await pointOf(store, experiment);
    if (point !== null) points.push(point);
  }
  return points;
}

/** Null if the ad has no texts: there is nothing to start from. */
async function pointOf(
  store: Pick<ApiContext['store'], 'ranCreatives'>,
  experiment: Experiment,
): Promise<StartingPoint | null> {
  const { id, name, state, winnerVariantId } = experiment;
  const { variants } = asRun(experiment, await store.ranCreatives(id));
  const winner = STANDING.includes(state) ? winnerVariantId : null;
  const variant = variants.find((one) => (winner === null ? one.role === 'control' : one.id === winner));
  if (!variant) return null;
  const { hook, headline, text } = variant.creative;
  if ([hook, headline, text].every((part) => part === null)) return null;
  return { experimentId: id, experimentName: name, variantId: variant.id, creative: variant.creative };
}
