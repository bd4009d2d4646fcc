import type { BudgetContext, VariantContext } from '../../domain/rollout/preflight.js';
import type { CampaignInfo, MetaClient } from './types.js';

/**
 * Reads the account and, for each variant, its ad, ad set, campaign and the active ads of the ad set. Reads each
 * campaign once.
 * @throws MetaError
 */
export async function readBudgetContext(
  meta: MetaClient,
  variants: readonly { id: string; adId: string }[],
): Promise<BudgetContext> {
  const campaigns = new Map<string, Promise<CampaignInfo>>();
  const readCampaign = (id: string) => {
    const known = campaigns.get(id) ?? meta.getCampaign(id);
    campaigns.set(id, known);
    return known;
  };
  const readVariant = async (variant: { id: string; adId: string }): Promise<VariantContext> => {
    const ad = await meta.getAd(variant.adId);
    const [adSet, activeAds] = await Promise.all([meta.getAdSet(ad.adSetId), meta.getActiveAds(ad.adSetId)]);
    const campaign = await readCampaign(adSet.campaignId);
    return { variantId: variant.id, ad, adSet, campaign, activeAds };
  };
  const [account, contexts] = await Promise.all([meta.getAccount(), Promise.all(variants.map(readVariant))]);
  return { account, variants: contexts };
}
