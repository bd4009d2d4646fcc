import type { BudgetContext, VariantContext } from '../../domain/preflight.js';
import type { CampaignInfo, MetaClient } from './types.js';

/**
 * Reads what stands around each variant's ad: ad, ad set, campaign, active ads, account.
 * @throws MetaError
 */
export async function readBudgetContext(
  meta: MetaClient,
  variants: readonly { id: string; adId: string }[],
): Promise<BudgetContext> {
  const account = await meta.getAccount();
  const campaigns = new Map<string, CampaignInfo>();
  const contexts: VariantContext[] = [];
  for (const variant of variants) {
    const ad = await meta.getAd(variant.adId);
    const adSet = await meta.getAdSet(ad.adSetId);
    const campaign = campaigns.get(adSet.campaignId) ?? (await meta.getCampaign(adSet.campaignId));
    campaigns.set(campaign.id, campaign);
    contexts.push({
      variantId: variant.id,
      ad,
      adSet,
      campaign,
      activeAds: await meta.getActiveAds(adSet.id),
    });
  }
  return { account, variants: contexts };
}
