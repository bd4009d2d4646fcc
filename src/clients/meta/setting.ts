import { adSetDifferences } from '../../domain/comparability.js';
import type { LookSetting } from '../../domain/decision/delivery-health.js';
import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { type MetaClient, MetaError } from './types.js';

/** What a look asks Meta by. */
export type SettingReader = Pick<MetaClient, 'getAdSet' | 'getCampaign' | 'getSplitTests'>;

/** Asking again won't help: then the question stays open, and the look goes on without it. */
const UNANSWERABLE: readonly MetaErrorKind[] = ['permission', 'not_found', 'invalid', 'policy'];

/**
 * What stands in Meta behind a look: today's daily budgets, whether people were dealt out between the ads, in what the
 * ad sets differ from the first one, and which campaigns share budgets between their ad sets. `now`: epoch ms.
 * @throws MetaError where a later try may succeed
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
  const campaignIds = [...new Set(adSets.flatMap((adSet) => (adSet ? [adSet.campaignId] : [])))];
  const campaigns = await Promise.all(campaignIds.map((id) => answered(() => meta.getCampaign(id))));
  const sharingCampaigns = campaigns.flatMap((campaign) =>
    campaign?.adSetBudgetSharing ? [campaign.id] : [],
  );
  // Last: where Meta answers them with a wait for the account, all that the look needs has been read.
  const randomised = await dealtOut(meta, variants);
  return { dailyBudgets, randomised, differences: adSetDifferences(known, now), sharingCampaigns };
}

/** Whether one study has all ad sets; null where Meta doesn't tell enough of them. The verdict never depends on it. */
async function dealtOut(
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

/** Null where Meta refuses the question for good. @throws MetaError where a later try may succeed */
async function answered<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MetaError && UNANSWERABLE.includes(error.kind)) return null;
    throw error;
  }
}
