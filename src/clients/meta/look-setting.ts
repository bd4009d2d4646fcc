import { adSetDifferences } from '../../domain/comparability.js';
import type { LookSetting } from '../../domain/decision/delivery-health.js';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { type MetaClient, MetaError } from './types.js';

/** The part of the client that a look uses. */
export type SettingReader = Pick<MetaClient, 'getAdSet' | 'getCampaign' | 'getSplitTests'>;

/** After these errors another try won't help: the look goes on without the answer. */
const UNANSWERABLE: readonly MetaErrorKind[] = ['permission', 'not_found', 'invalid', 'policy'];

/**
 * The conditions in Meta under which a look weighs the evidence: today's daily budgets, whether the audience was
 * assigned at random, how the ad sets differ from the first one, and which campaigns share budgets between their ad
 * sets. `now`: epoch ms.
 * @throws MetaError if a later try may succeed
 */
export async function readSetting(
  meta: SettingReader,
  variants: readonly { id: string; adSetId: string }[],
  now: number,
): Promise<LookSetting> {
  const adSets = await Promise.all(variants.map(({ adSetId }) => answered(() => meta.getAdSet(adSetId))));
  const dailyBudgets: LookSetting['dailyBudgets'] = {};
  for (const [index, { id }] of variants.entries()) {
    const budget = adSets[index]?.dailyBudget;
    if (budget != null) dailyBudgets[id] = budget;
  }
  const known = variants.flatMap(({ id }, index) => {
    const settings = adSets[index]?.settings;
    return settings ? [{ variantId: id, settings }] : [];
  });
  const optimizationGoals = Object.fromEntries(
    known.flatMap(({ variantId, settings: { optimizationGoal } }) =>
      optimizationGoal === null ? [] : [[variantId, optimizationGoal]],
    ),
  );
  const campaignIds = [...new Set(adSets.flatMap((adSet) => (adSet ? [adSet.campaignId] : [])))];
  const campaigns = await Promise.all(campaignIds.map((id) => answered(() => meta.getCampaign(id))));
  const sharingCampaigns = campaigns.flatMap((campaign) =>
    campaign?.adSetBudgetSharing ? [campaign.id] : [],
  );
  // Read the studies last: if Meta then asks the account to wait, the look already has all that it needs.
  const randomised = await isRandomised(meta, variants);
  const differences = adSetDifferences(known, now);
  return { dailyBudgets, randomised, differences, sharingCampaigns, optimizationGoals };
}

/** Whether one study has all ad sets; null if Meta doesn't show enough studies. The verdict never depends on it. */
async function isRandomised(
  meta: SettingReader,
  variants: readonly { adSetId: string }[],
): Promise<boolean | null> {
  const read = variants.map(({ adSetId }) =>
    meta.getSplitTests(adSetId).catch((error: unknown) => {
      if (error instanceof MetaError) return null;
      throw error;
    }),
  );
  const studies = await Promise.all(read);
  const known = studies.filter((ids) => ids !== null);
  const [first, ...others] = known;
  const common = first?.filter((id) => others.every((ids) => ids.includes(id)));
  if (common?.length === 0) return false;
  return known.length === studies.length ? true : null;
}

/** Null if Meta's refusal is final. @throws MetaError if a later try may succeed */
async function answered<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MetaError && UNANSWERABLE.includes(error.kind)) return null;
    throw error;
  }
}
