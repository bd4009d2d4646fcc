import {
  type AccountInfo,
  type AdInfo,
  type AdSetInfo,
  type CampaignInfo,
  type MetaClient,
  MetaError,
} from '../../../clients/meta/types.js';
import type { FieldProblem } from '../../http/problems.js';

/** Meta's data on one variant: its ad, and the ad set and campaign that contain it. */
export interface VariantFacts {
  ad: AdInfo;
  adSet: AdSetInfo;
  campaign: CampaignInfo;
  /** Ids of the active ads in the ad set. */
  activeAds: string[];
}

/** What is read before an experiment is created. */
export interface CreationFacts {
  account: AccountInfo;
  /** In the order of the request's variants; null for an ad that Meta doesn't know. */
  variants: (VariantFacts | null)[];
  /** What the ids that are not ids of ads belong to, by id. */
  mistaken?: ReadonlyMap<string, 'ad set' | 'campaign'>;
  /** The live experiment that holds each ad set, by ad set id. */
  leases: ReadonlyMap<string, string>;
}

/** A reason against an experiment. `leasedTo` names the live experiment that holds the ad set. */
export interface CreationProblem extends FieldProblem {
  leasedTo?: string;
}

/** Reads Meta's data on the ads. @throws MetaError, but not for an id that isn't the id of an ad */
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

/** Whether an id that isn't the id of an ad belongs to an ad set or a campaign; null if Meta confirms neither. */
async function kindOf(meta: MetaClient, id: string): Promise<'ad set' | 'campaign' | null> {
  const [adSet, campaign] = await Promise.allSettled([meta.getAdSet(id), meta.getCampaign(id)]);
  if (adSet.status === 'fulfilled') return 'ad set';
  return campaign.status === 'fulfilled' ? 'campaign' : null;
}
