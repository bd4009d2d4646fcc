import {
  type AccountInfo,
  type AdInfo,
  type AdSetInfo,
  type CampaignInfo,
  type MetaClient,
  MetaError,
} from '../../../clients/meta/types.js';
import type { FieldProblem } from '../../http/problems.js';

/** What Meta says of one variant's ad and of what it stands in. */
export interface VariantFacts {
  ad: AdInfo;
  adSet: AdSetInfo;
  campaign: CampaignInfo;
  /** Ids of the active ads in the ad set. */
  activeAds: string[];
}

/** What was read before an experiment is created; null for an ad that Meta doesn't know. */
export interface CreationFacts {
  account: AccountInfo;
  /** In the order of the request's variants. */
  variants: (VariantFacts | null)[];
  /** What ids given as an ad's are instead, by id. */
  mistaken?: ReadonlyMap<string, 'ad set' | 'campaign'>;
  /** Live experiment by the ad set that it holds. */
  leases: ReadonlyMap<string, string>;
}

/** A reason against an experiment. `leasedTo` names the live experiment that holds the ad set. */
export interface CreationProblem extends FieldProblem {
  leasedTo?: string;
}

/** Reads what Meta knows of the ads. @throws MetaError for anything but an id that is no ad's. */
export async function readFromMeta(
  meta: MetaClient,
  adIds: readonly string[],
): Promise<Omit<CreationFacts, 'leases'>> {
  const mistaken = new Map<string, 'ad set' | 'campaign'>();
  const readVariant = async (adId: string): Promise<VariantFacts | null> => {
    const ad = await meta.getAd(adId).catch(async (error: unknown) => {
      if (error instanceof MetaError && error.kind === 'not_found') return null;
      const kind = error instanceof MetaError && error.kind === 'invalid' ? await kindOf(meta, adId) : null;
      if (kind === null) throw error;
      mistaken.set(adId, kind);
      return null;
    });
    if (ad === null) return null;
    try {
      const [adSet, campaign, activeAds] = await Promise.all([
        meta.getAdSet(ad.adSetId),
        meta.getCampaign(ad.campaignId),
        meta.getActiveAds(ad.adSetId),
      ]);
      return { ad, adSet, campaign, activeAds };
    } catch (error) {
      if (error instanceof MetaError && error.kind === 'not_found') return null;
      throw error;
    }
  };
  const [account, ...variants] = await Promise.all([meta.getAccount(), ...adIds.map(readVariant)]);
  return { account, variants, mistaken };
}

/** What an id is that Meta knows, but not as an ad's; null where that can't be told. */
async function kindOf(meta: MetaClient, id: string): Promise<'ad set' | 'campaign' | null> {
  const [adSet, campaign] = await Promise.allSettled([meta.getAdSet(id), meta.getCampaign(id)]);
  if (adSet.status === 'fulfilled') return 'ad set';
  return campaign.status === 'fulfilled' ? 'campaign' : null;
}
