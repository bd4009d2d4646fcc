import { importEarlierDelivery } from '../../../activities/earlier-delivery.js';
import { AdSetLeased } from '../../../clients/postgres/errors.js';
import { OWN_RESULT } from '../../../domain/conversion-event.js';
import { importedSince } from '../../../domain/earlier-delivery.js';
import {
  conversionEventOf,
  DEFAULT_POLICY,
  EXPERIMENT_STATES,
  type Experiment,
  isEnded,
  type Policy,
} from '../../../domain/experiment.js';
import type { ApiContext } from '../../dependencies.js';
import { ApiProblem, sentencesOf } from '../../http/problems.js';
import { TemporalUnavailable } from '../../temporal/errors.js';
import { experimentsIn } from '../lookup.js';
import { policyFromJson } from '../policy-json.js';
import type { NewExperiment } from '../requests.js';
import { buildExperiment } from './build-experiment.js';
import { withOwnResult } from './conversion-event.js';
import type { CreationProblem } from './facts.js';
import { readFromMeta } from './facts.js';
import { plannedStart } from './planned-start.js';
import { policyProblems } from './policy-problems.js';
import { differencesOf, problemsOf, shapeProblems, warningsOf } from './problems.js';
import { stepWarnings } from './rollout-preview.js';

const ACTIVE_STATES = EXPERIMENT_STATES.filter((state) => !isEnded(state));

/**
 * Registers the experiment that a request describes, or finds it already registered. `newId` is its id if the request has
 * none. `warnings`: sentences; empty if it was registered before, since its ads are then not read again.
 * @throws ApiProblem with every reason against the experiment; MetaError, ExperimentExists
 */
export async function register(
  context: ApiContext,
  request: NewExperiment,
  newId: string,
): Promise<{ experiment: Experiment; isNew: boolean; warnings: string[] }> {
  const { store, meta, clock, environment } = context;
  const asked = policyOf(context, request);
  // The checks below match Meta's data with the list of variants, so the list must be valid first.
  const unsound = [...shapeProblems(request), ...policyProblems(asked)];
  if (unsound.length > 0) throw refused(unsound);

  const id = request.id ?? newId;
  const handedOverAt = await clock.now();
  const registered = await store.getExperiment(id);
  if (registered)
    return {
      experiment: await registerAgain(context, request, asked, registered),
      isNew: false,
      warnings: [],
    };

  const adIds = request.variants.map((variant) => variant.ad_id);
  const [read, holders] = await Promise.all([readFromMeta(meta, adIds), leasedAdSets(context, id)]);
  const facts = { ...read, leases: leasesOf(holders) };
  const policy = withOwnResult(asked, facts);
  const { earlier_delivery: declared } = request;
  const planned = declared ? await plannedStart(context, policy, facts, handedOverAt) : null;
  const startedAt = planned?.startedAt ?? handedOverAt;
  const problems = [
    ...problemsOf(request, policy, facts, handedOverAt, startedAt),
    ...(planned?.problems ?? []),
  ];
  if (problems.length > 0) throw refused(problems);
  const adSetIds = facts.variants.map((variant) => variant!.adSet.id);
  const { id: accountId, currency } = facts.account;
  const wanted = buildExperiment(request, policy, {
    id,
    environment,
    accountId,
    currency,
    adSetIds,
    startedAt,
    earlierDelivery: {
      handedOverAt,
      since: declared ? startedAt : importedSince(handedOverAt, policy.horizonHours),
      read: null,
      declared: declared ? { ...declared, at: handedOverAt } : null,
    },
    differences: differencesOf(request, facts, handedOverAt),
  });
  try {
    const { experiment, isNew } = await store.registerExperiment(wanted);
    const warnings = [...warningsOf(request, policy, facts, handedOverAt), ...stepWarnings(policy, facts)];
    // The test is registered: if Meta gives no answer now, the first check imports it.
    return { experiment: await importEarlierDelivery(context, experiment), isNew, warnings };
  } catch (error) {
    if (!(error instanceof AdSetLeased)) throw error;
    throw refused([
      {
        field: `variants[${adSetIds.indexOf(error.adSetId)}].ad_id`,
        message: `Ad set ${error.adSetId} is part of the live experiment ${error.experimentId}.`,
        leasedTo: error.experimentId,
      },
    ]);
  }
}

/** The store compares the contents. The same content gets the recorded experiment, even if its ads have changed since. */
async function registerAgain(
  { store, environment }: ApiContext,
  request: NewExperiment,
  asked: Policy,
  registered: Experiment,
): Promise<Experiment> {
  const { id, accountId, currency, variants, startedAt, acceptedDifferences } = registered;
  const { earlier_delivery: declared } = request;
  const known = registered.earlierDelivery ?? { handedOverAt: startedAt, since: startedAt, read: null };
  const earlierDelivery = {
    ...known,
    declared: declared ? { ...declared, at: known.handedOverAt } : null,
  };
  const isOwnResult = asked.conversionEvent === OWN_RESULT;
  const policy = isOwnResult ? { ...asked, conversionEvent: conversionEventOf(registered.policy) } : asked;
  const adSetIds = request.variants.map(
    (variant) => variants.find(({ adId }) => adId === variant.ad_id)?.adSetId ?? '',
  );
  return store.createExperiment(
    buildExperiment(request, policy, {
      id,
      environment,
      accountId,
      currency,
      adSetIds,
      startedAt,
      earlierDelivery,
      differences: acceptedDifferences?.differences ?? [],
    }),
  );
}

/** One problem with all reasons; a conflict if all of them are leases. */
function refused(problems: readonly CreationProblem[]): ApiProblem {
  const leasedTo = problems.map((problem) => problem.leasedTo);
  const conflict = leasedTo.every((holder) => holder !== undefined);
  const errors = problems.map(({ field, message }) => ({ field, message }));
  const detail = sentencesOf(errors);
  return conflict
    ? new ApiProblem('ad_set_leased', detail, {
        errors,
        ...(leasedTo[0] ? { experimentId: leasedTo[0] } : {}),
      })
    : new ApiProblem('experiment_refused', detail, { errors });
}

/** The policy of a test that a request describes. */
export function policyOf(
  { policyDefaults, checkIntervalHours }: Pick<ApiContext, 'policyDefaults' | 'checkIntervalHours'>,
  { policy }: Pick<NewExperiment, 'policy'>,
): Policy {
  return policyFromJson(policy, {
    ...DEFAULT_POLICY,
    ...policyDefaults,
    checkEveryHours: checkIntervalHours,
  });
}

/** The live experiment that holds each ad set. The store checks again at the insert, and only that check is binding. */
export async function leasedAdSets(
  context: Pick<ApiContext, 'store'>,
  own: string | null,
): Promise<Map<string, Experiment>> {
  const active = await experimentsIn(context, ACTIVE_STATES);
  // An equal request may have registered this experiment in the meantime.
  const others = active.filter(({ id }) => id !== own);
  return new Map(others.flatMap((other) => other.variants.map(({ adSetId }) => [adSetId, other])));
}

/** The holders' ids. */
export function leasesOf(holders: ReadonlyMap<string, Experiment>): Map<string, string> {
  return new Map([...holders].map(([adSetId, { id }]) => [adSetId, id]));
}

/** The experiment is already recorded: if Temporal doesn't answer, the reconciler starts the workflow later. */
export async function startWorkflow(
  { gateway }: ApiContext,
  experiment: Experiment,
): Promise<{ workflow: 'started' | 'deferred'; note: string | null }> {
  if (isEnded(experiment.state)) return { workflow: 'deferred', note: 'The experiment has ended.' };
  try {
    await gateway.start(experiment);
    return { workflow: 'started', note: null };
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    return {
      workflow: 'deferred',
      note: 'Temporal does not answer. The experiment is registered, and its workflow starts when Temporal is back.',
    };
  }
}
