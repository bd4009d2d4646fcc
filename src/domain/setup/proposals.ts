/** Finds the tests that an ad account already contains: ad sets of one campaign that differ only in their ad. Pure. */
import { type AdSetDifference, adSetDifferences } from '../comparability.js';
import type { Objective } from '../metric.js';
import { HOUR_MS } from '../time.js';
import type { AccountAd, AccountAdSet, AccountCampaign, SetupFacts } from './account.js';
import { type Misfit, misfitsOf } from './misfits.js';
import { objectiveFor } from './objective.js';

/** One ad of a proposed test, with the objects around it. */
export interface ProposedVariant {
  role: 'control' | 'challenger';
  ad: AccountAd;
  adSet: AccountAdSet;
}

export interface Proposal {
  campaign: AccountCampaign;
  /** Control first. Two to six. */
  variants: ProposedVariant[];
  name: string;
  objective: Objective;
  /** What counts as a conversion; null: the account's default. */
  conversionEvent: string | null;
  /** Why this objective, and why this control: a sentence each. */
  objectiveWhy: string;
  controlWhy: string;
}

/** An ad that is in no proposal. */
export interface UnfitAd {
  ad: AccountAd;
  /** Null if Meta didn't give them, e.g. because they are archived. */
  adSet: AccountAdSet | null;
  campaign: AccountCampaign | null;
  /** At least one. */
  misfits: Misfit[];
}

const MOST_VARIANTS = 6;
const LONGEST_NAME = 200;
const LONGEST_PART = 60;
/** Ads that were created within this time of each other are equally old. */
const SAME_AGE_MS = 24 * HOUR_MS;

type Candidate = Omit<ProposedVariant, 'role'>;

export function findProposals(facts: SetupFacts): { proposals: Proposal[]; unfit: UnfitAd[] } {
  const { found, now } = facts;
  const adSets = new Map(found.adSets.map((adSet) => [adSet.id, adSet]));
  const campaigns = new Map(found.campaigns.map((campaign) => [campaign.id, campaign]));
  const unfit: UnfitAd[] = [];
  const candidates = new Map<string, Candidate[]>();
  for (const ad of found.ads) {
    const adSet = adSets.get(ad.adSetId) ?? null;
    const campaign = campaigns.get(ad.campaignId) ?? null;
    const misfits = misfitsOf(ad, adSet, campaign, facts);
    if (misfits.length > 0 || adSet === null || campaign === null) {
      unfit.push({ ad, adSet, campaign, misfits });
      continue;
    }
    candidates.set(campaign.id, [...(candidates.get(campaign.id) ?? []), { ad, adSet }]);
  }
  const proposals: Proposal[] = [];
  for (const campaign of found.campaigns) {
    const own = candidates.get(campaign.id) ?? [];
    for (const group of groupsOf(own, now)) {
      const [first] = group;
      const chosen = group.slice(0, MOST_VARIANTS);
      if (chosen.length >= 2) proposals.push(proposalOf(campaign, chosen, facts));
      else if (first)
        unfit.push({ ad: first.ad, adSet: first.adSet, campaign, misfits: [aloneOf(first, own, now)] });
      for (const { ad, adSet } of group.slice(MOST_VARIANTS))
        unfit.push({ ad, adSet, campaign, misfits: [TOO_MANY] });
    }
  }
  return { proposals, unfit };
}

/** Groups of ad sets with equal settings; within a group, the ads with most delivery first. */
function groupsOf(candidates: readonly Candidate[], now: number): Candidate[][] {
  const groups: Candidate[][] = [];
  const ordered = [...candidates].sort(
    (a, b) =>
      b.ad.delivered.impressions - a.ad.delivered.impressions ||
      ageOf(a.ad) - ageOf(b.ad) ||
      (a.ad.id < b.ad.id ? -1 : 1),
  );
  for (const candidate of ordered) {
    const group = groups.find(([first]) => differencesOf(first!, candidate, now).length === 0);
    if (group) group.push(candidate);
    else groups.push([candidate]);
  }
  return groups;
}

function ageOf({ createdAt }: AccountAd): number {
  return createdAt ?? Number.POSITIVE_INFINITY;
}

function differencesOf(one: Candidate, other: Candidate, now: number): AdSetDifference[] {
  const known = [one, other].map(({ adSet }) => ({
    variantId: `“${adSet.name}”`,
    settings: adSet.settings,
  }));
  return adSetDifferences(known, now);
}

const TOO_MANY: Misfit = {
  code: 'too_many_ads',
  message: `A test takes at most ${MOST_VARIANTS} ads, and this one has the least delivery of those that could be in one.`,
  cure: 'Start the proposed test first, or choose its ads yourself.',
};

/** Why an ad set has nothing to be compared with: the nearest other one differs in more than its ad, or there is none. */
function aloneOf(candidate: Candidate, own: readonly Candidate[], now: number): Misfit {
  const [nearest] = own
    .filter((other) => other !== candidate)
    .map((other) => differencesOf(other, candidate, now))
    .sort((a, b) => a.length - b.length);
  if (!nearest) {
    return {
      code: 'nothing_to_compare',
      message: 'No other ad set of this campaign has one active ad to compare it with.',
      cure: 'In Ads Manager, duplicate the ad set within its campaign, and change only the ad in the copy.',
    };
  }
  return {
    code: 'ad_sets_differ',
    message: `${sentenceOf(nearest.map(({ message }) => message))} A result would not be about the ads alone.`,
    cure: 'In Ads Manager, give both ad sets the same audience, placements, goal, bid and schedule, so that only the ads differ.',
  };
}

function sentenceOf(messages: readonly string[]): string {
  const text = messages.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function proposalOf(
  campaign: AccountCampaign,
  group: readonly Candidate[],
  { found, horizonHours, usedNames }: SetupFacts,
): Proposal {
  const { control, why: controlWhy } = controlOf(group);
  const challengers = group.filter((one) => one !== control);
  const variants: ProposedVariant[] = [
    { role: 'control', ...control },
    ...challengers.map((one): ProposedVariant => ({ role: 'challenger', ...one })),
  ];
  const days = (found.until - found.since) / HOUR_MS;
  const delivered = variants.map(({ ad }) => ad.delivered);
  // Meta's goals are the same, but what they promote may not be: then no event is common to all.
  const events = new Set(variants.map(({ adSet }) => adSet.resultEvent));
  const conversionEvent = events.size === 1 ? control.adSet.resultEvent : null;
  const { objective, why } = objectiveFor(
    control.adSet.settings.optimizationGoal,
    conversionEvent,
    delivered,
    horizonHours / days,
  );
  const rivals = challengers.length === 1 ? part(challengers[0]!.ad.name) : `${challengers.length} other ads`;
  const ads = `${part(control.ad.name)} against ${rivals}`;
  const used = usedNames ?? new Set<string>();
  // A campaign that is called like an earlier test would make the new name repeat the old one.
  const name = used.has(campaign.name) ? ads : `${part(campaign.name)}: ${ads}`;
  return {
    campaign,
    variants,
    name: unusedName(name, used),
    objective,
    conversionEvent,
    objectiveWhy: why,
    controlWhy,
  };
}

/**
 * The control is what runs already: the oldest ad, or of ads of the same age the one with the smaller id. Figures of the
 * last days must not decide it: a control that changes from one reading to the next would be another test.
 */
function controlOf(group: readonly Candidate[]): { control: Candidate; why: string } {
  const byAge = [...group].sort((a, b) => ageOf(a.ad) - ageOf(b.ad));
  const [oldest, second] = byAge as [Candidate, Candidate];
  if (ageOf(second.ad) - ageOf(oldest.ad) > SAME_AGE_MS)
    return { control: oldest, why: `“${oldest.ad.name}” is the control because it is the oldest ad.` };
  const [first] = byAge
    .filter(({ ad }) => !(ageOf(ad) - ageOf(oldest.ad) > SAME_AGE_MS))
    .sort((a, b) => (a.ad.id.padStart(20, '0') < b.ad.id.padStart(20, '0') ? -1 : 1)) as [Candidate];
  return {
    control: first,
    why: `“${first.ad.name}” is the control: no ad is older by more than a day, and it comes first by its id.`,
  };
}

/** The name, or with the first number that makes it another name than those of earlier tests. */
function unusedName(name: string, used: ReadonlySet<string>): string {
  const numbered = (time: number) => {
    const suffix = time === 1 ? '' : ` (${time})`;
    return `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
  };
  let time = 1;
  while (used.has(numbered(time))) time++;
  return numbered(time);
}

function part(text: string): string {
  return text.length > LONGEST_PART ? `${text.slice(0, LONGEST_PART - 1)}…` : text;
}
