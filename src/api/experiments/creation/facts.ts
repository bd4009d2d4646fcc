import type { AccountInfo, AdInfo, AdSetInfo, CampaignInfo } from '../../../clients/meta/types.js';
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
