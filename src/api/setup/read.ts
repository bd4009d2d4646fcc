import type { AccountInfo, AdInfo, AdSetInfo, CampaignInfo } from '../../clients/meta/types.js';
import type { Experiment, Policy } from '../../domain/experiment.js';
import type { AccountAds } from '../../domain/setup/account.js';
import { hoursOf } from '../../domain/setup/power-advice.js';
import { findProposals, type Proposal, type UnfitAd } from '../../domain/setup/proposals.js';
import type { ApiContext } from '../dependencies.js';
import type { CreationFacts } from '../experiments/creation/facts.js';
import { leasedAdSets, leasesOf, policyOf } from '../experiments/creation/register.js';
import { historyReader } from './history.js';
import { newExperimentOf } from './new-experiment.js';
import { type Preview, previewOf } from './preview.js';
import { FORECAST_WAIT_MS, forecastsInTime } from './text-forecast.js';

/** The account as Meta has it at one instant, and what the service knows of its ad sets. */
export interface Setup {
  account: AccountInfo;
  found: AccountAds;
  holders: ReadonlyMap<string, Experiment>;
  now: number;
}

/** A proposal with the request that starts it, and what that would do. */
export interface PreparedProposal {
  proposal: Proposal;
  request: ReturnType<typeof newExperimentOf>;
  policy: Policy;
  preview: Preview;
}

/** A proposal doesn't repeat the name of one of so many tests, the newest. */
const NAMES_READ = 500;

type Context = Pick<ApiContext, 'store' | 'meta' | 'clock' | 'policyDefaults' | 'checkIntervalHours'>;
type ForecastContext = Pick<ApiContext, 'forecaster' | 'onInternalError'>;

/** @throws MetaError */
export async function readSetup({ store, meta, clock }: Context): Promise<Setup> {
  const now = await clock.now();
  const account = await meta.getAccount();
  const [found, holders] = await Promise.all([
    meta.getAccountAds(account.timezone),
    leasedAdSets({ store }, null),
  ]);
  return { account, found, holders, now };
}

/**
 * The tests that the account contains, each ready to start, and the other ads. `waitMs`: real ms for the forecasts of all
 * of them together. @throws MetaError
 */
export async function prepareProposals(
  context: Context & ForecastContext,
  waitMs: number = FORECAST_WAIT_MS,
): Promise<{ setup: Setup; proposals: PreparedProposal[]; unfit: UnfitAd[] }> {
  const setup = await readSetup(context);
  const { account, found, holders, now } = setup;
  const { horizonHours } = policyOf(context, {});
  const leases = new Map(
    [...holders].map(([adSetId, { id, name }]) => [adSetId, { experimentId: id, name }]),
  );
  const earlier = await context.store.listExperiments({ limit: NAMES_READ, offset: 0 });
  const usedNames = new Set(earlier.map(({ name }) => name));
  const { proposals, unfit } = findProposals({ account, found, leases, now, horizonHours, usedNames });
  const historyOf = historyReader(context.store);
  const forecastOf = forecastsInTime(context, waitMs);
  const prepared: PreparedProposal[] = [];
  for (const proposal of proposals) {
    const request = newExperimentOf(proposal);
    const policy = policyOf(context, request);
    const traffic = proposal.variants.map(({ ad }) => ({
      metrics: ad.delivered,
      hours: hoursOf(found.since, ad.createdAt, found.until),
    }));
    const history = await historyOf(policy);
    const preview: Preview = {
      ...previewOf({ request, policy, facts: factsOf(proposal, setup), traffic, history, now }),
      forecast: await forecastOf({ request, policy, traffic, history }),
    };
    prepared.push({ proposal, request, policy, preview });
  }
  return { setup, proposals: prepared, unfit };
}

/** What a creation would read from Meta about these ads: the list has all of it but the learning stage. */
function factsOf({ variants, campaign }: Proposal, { account, found, holders }: Setup): CreationFacts {
  return {
    account,
    variants: variants.map(({ ad, adSet }) => ({
      ad: ad satisfies AdInfo,
      adSet: { ...adSet, learningStage: null, lastSignificantEditAt: null } satisfies AdSetInfo,
      campaign: campaign satisfies CampaignInfo,
      activeAds: found.ads
        .filter((other) => other.adSetId === adSet.id && other.effectiveStatus === 'ACTIVE')
        .map(({ id }) => id),
    })),
    leases: leasesOf(holders),
  };
}
