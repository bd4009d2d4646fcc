import { adSetDifferences } from '../../domain/comparability.js';
import type { LookSetting } from '../../domain/health.js';
import { type MetaClient, MetaError, type MetaErrorKind } from './types.js';

/** Asking again won't help: then the question stays open, and the look goes on without it. */
const UNANSWERABLE: readonly MetaErrorKind[] = ['permission', 'not_found', 'invalid', 'policy'];

/**
 * What stands in Meta behind a look: today's daily budgets, whether people were dealt out between the ads, and in
 * what the ad sets differ from the first one. `now`: epoch ms.
 * @throws MetaError where a later try may succeed
 */
export async function readSetting(
  meta: Pick<MetaClient, 'getAdSet' | 'getSplitTests'>,
  variants: readonly { id: string; adSetId: string }[],
  now: number,
): Promise<LookSetting> {
  const [adSets, studies] = await Promise.all([
    Promise.all(variants.map(({ adSetId }) => answered(() => meta.getAdSet(adSetId)))),
    Promise.all(variants.map(({ adSetId }) => answered(() => meta.getSplitTests(adSetId)))),
  ]);
  const dailyBudgets: LookSetting['dailyBudgets'] = {};
  for (const [index, { id }] of variants.entries()) {
    const budget = adSets[index]?.dailyBudget;
    if (budget != null) dailyBudgets[id] = budget;
  }
  const known = variants.flatMap(({ id }, index) => {
    const settings = adSets[index]?.settings;
    return settings ? [{ variantId: id, settings }] : [];
  });
  const [first, ...others] = studies;
  const randomised = (first ?? []).some((id) => others.every((other) => other?.includes(id)));
  return { dailyBudgets, randomised, differences: adSetDifferences(known, now) };
}

/** Null where Meta refuses the question for good. @throws MetaError where a later try may succeed */
export async function answered<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MetaError && UNANSWERABLE.includes(error.kind)) return null;
    throw error;
  }
}
