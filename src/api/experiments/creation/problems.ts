import { type AdSetDifference, adSetDifferences } from '../../../domain/comparability.js';
import { conversionGoals } from '../../../domain/decision/conversion-goal.js';
import { sharedBudgets } from '../../../domain/decision/delivery-health.js';
import type { Policy } from '../../../domain/experiment.js';
import { preflightProblems } from '../../../domain/rollout/preflight.js';
import { HOUR_MS } from '../../../domain/time.js';
import type { NewExperiment } from '../requests.js';
import { variantIds } from './build-experiment.js';
import { conversionEventProblems } from './conversion-event.js';
import type { CreationFacts, CreationProblem } from './facts.js';
import { policyProblems } from './policy-problems.js';
import { rolloutProblems } from './rollout-preview.js';

/**
 * Every reason against the experiment, with the field of the request that it concerns. Empty: the experiment can start.
 * Pure. `now`: experiment time; `startedAt`: the start of the evidence.
 */
export function problemsOf(
  request: NewExperiment,
  policy: Policy,
  facts: CreationFacts,
  now: number,
  startedAt: number = now,
): CreationProblem[] {
  return [
    ...shapeProblems(request),
    ...policyProblems(policy),
    ...accountProblems(request, facts),
    ...variantProblems(request, facts, startedAt + policy.horizonHours * HOUR_MS),
    ...(request.accept_differences ? [] : differenceProblems(request, facts, now)),
    ...conversionEventProblems(policy, facts),
    ...rolloutProblems(policy, facts),
  ];
}

/** One sentence per fact that weakens the experiment without preventing it. `now`: experiment time. */
export function warningsOf(
  request: NewExperiment,
  { objective }: Pick<Policy, 'objective'>,
  { variants }: CreationFacts,
  now: number,
): string[] {
  const campaigns = new Map(
    variants.flatMap((facts) => (facts ? [[facts.campaign.id, facts.campaign]] : [])),
  );
  const ids = variantIds(request);
  const goals = variants.flatMap((facts, index) => {
    const goal = facts?.adSet.settings.optimizationGoal;
    return goal ? [[ids[index]!, goal]] : [];
  });
  const optimised = conversionGoals(objective, Object.fromEntries(goals)).map(({ message }) => `${message}.`);
  const ofCampaigns = [...campaigns.values()].flatMap(({ id, adSetBudgetSharing, startTime }) => [
    ...sharedBudgets(adSetBudgetSharing ? [id] : []).map(({ message }) => `${message}.`),
    ...(startTime !== null && startTime > now
      ? [`Campaign ${id} starts on ${new Date(startTime).toISOString()}: its ads don't deliver before that.`]
      : []),
  ]);
  return [...ofCampaigns, ...optimised];
}

/** What is wrong with the list of variants, without Meta's data. */
export function shapeProblems(request: NewExperiment): CreationProblem[] {
  const problems: CreationProblem[] = [];
  const controls = request.variants.filter((variant) => variant.role === 'control').length;
  if (controls !== 1)
    problems.push({ field: 'variants', message: `must have exactly one control, not ${controls}` });
  const ids = variantIds(request);
  request.variants.forEach((variant, index) => {
    const twin = request.variants.findIndex((other) => other.ad_id === variant.ad_id);
    if (twin < index)
      problems.push({ field: `variants[${index}].ad_id`, message: `is also the ad of variants[${twin}]` });
    const namesake = ids.indexOf(ids[index]!);
    if (namesake < index)
      problems.push({ field: `variants[${index}].id`, message: `is also the id of variants[${namesake}]` });
  });
  return problems;
}

function accountProblems(request: NewExperiment, { account }: CreationFacts): CreationProblem[] {
  const { account_id: id, currency } = request;
  const problems: CreationProblem[] = [];
  if (id !== undefined && id !== account.id) {
    const message = `is not the account that this service works on, ${account.id}`;
    problems.push({ field: 'account_id', message });
  }
  if (currency !== undefined && currency !== account.currency) {
    const message = `is ${currency}, but the account's budgets are in ${account.currency}`;
    problems.push({ field: 'currency', message });
  }
  return problems;
}

/** Applies the preflight of a rollout, and reports each problem under the field of its variant. */
function variantProblems(request: NewExperiment, facts: CreationFacts, until: number): CreationProblem[] {
  const fieldOf = (index: number) => `variants[${index}].ad_id`;
  const known = facts.variants.flatMap((variant, index) =>
    variant === null ? [] : [{ ...variant, variantId: fieldOf(index) }],
  );
  const unknown = facts.variants.flatMap((variant, index) =>
    variant === null ? [{ field: fieldOf(index), message: whyUnknown(request, index, facts) }] : [],
  );
  const unfit = preflightProblems({ account: facts.account, variants: known }, until).map(
    ({ variantId, message }) => ({ field: variantId ?? 'account_id', message }),
  );
  const leased = known.flatMap(({ variantId, adSet: { id } }) => {
    const leasedTo = facts.leases.get(id);
    if (leasedTo === undefined) return [];
    const message = `Ad set ${id} is part of the live experiment ${leasedTo}: stop that experiment first, or use another ad.`;
    return [{ field: variantId, message, leasedTo }];
  });
  const empty = known
    .filter(({ adSet }) => adSet.dailyBudget !== null && adSet.dailyBudget <= 0)
    .map(({ variantId, adSet }) => ({
      field: variantId,
      message: `Ad set ${adSet.id} has a daily budget of 0: give it a budget.`,
    }));
  return [...unknown, ...unfit, ...empty, ...leased];
}

function whyUnknown(request: NewExperiment, index: number, { mistaken }: CreationFacts): string {
  const adId = request.variants[index]!.ad_id;
  const kind = mistaken?.get(adId);
  return kind === undefined
    ? `Meta knows no ad ${adId} or gives this service no access to it: check the id and the permissions of the token.`
    : `${adId} is the id of ${kind === 'ad set' ? 'an ad set' : 'a campaign'}: give the id of the ad in it.`;
}

/** How the ad sets differ from the control's apart from their ads, in the order of the request's variants. */
export function differencesOf(request: NewExperiment, facts: CreationFacts, now: number): AdSetDifference[] {
  const ids = variantIds(request);
  const known = facts.variants.flatMap((variant, index) =>
    variant === null ? [] : [{ variantId: ids[index]!, settings: variant.adSet.settings }],
  );
  const control = ids[request.variants.findIndex(({ role }) => role === 'control')];
  const isControl = ({ variantId }: { variantId: string }) => variantId === control;
  return adSetDifferences([...known.filter(isControl), ...known.filter((each) => !isControl(each))], now);
}

function differenceProblems(request: NewExperiment, facts: CreationFacts, now: number): CreationProblem[] {
  const ids = variantIds(request);
  return differencesOf(request, facts, now).map(({ variantId, message }) => ({
    field: `variants[${ids.indexOf(variantId)}].ad_id`,
    message: `${message}: the verdict would not be about the ads alone. Make the ad sets alike, or send accept_differences with by and reason.`,
  }));
}
