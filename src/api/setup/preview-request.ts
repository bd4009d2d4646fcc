import type { InsightRow } from '../../clients/meta/types.js';
import { whyNotCounted } from '../../domain/earlier-delivery.js';
import { conversionEventOf, type Policy } from '../../domain/experiment.js';
import type { VariantMetrics } from '../../domain/metric.js';
import { NOTHING_DELIVERED } from '../../domain/metric.js';
import type { PastTraffic } from '../../domain/setup/power-advice.js';
import { HOUR_MS } from '../../domain/time.js';
import type { ApiContext } from '../dependencies.js';
import { withOwnResult } from '../experiments/creation/conversion-event.js';
import { readFromMeta } from '../experiments/creation/facts.js';
import { plannedStart } from '../experiments/creation/planned-start.js';
import { policyProblems } from '../experiments/creation/policy-problems.js';
import { shapeProblems } from '../experiments/creation/problems.js';
import { leasedAdSets, leasesOf, policyOf } from '../experiments/creation/register.js';
import type { NewExperiment } from '../experiments/requests.js';
import { historyReader } from './history.js';
import { type Preview, previewOf } from './preview.js';
import { forecastsInTime, noForecast } from './text-forecast.js';

const PAST_HOURS = 7 * 24;

/** What this request would do if it were sent as a creation; nothing is stored. @throws MetaError */
export async function previewRequest(
  context: Pick<
    ApiContext,
    'store' | 'meta' | 'clock' | 'policyDefaults' | 'checkIntervalHours' | 'forecaster' | 'onInternalError'
  >,
  request: NewExperiment,
): Promise<{ preview: Preview; policy: Policy }> {
  const { store, meta, clock } = context;
  const asked = policyOf(context, request);
  const unsound = [...shapeProblems(request), ...policyProblems(asked)];
  if (unsound.length > 0) {
    const problems = unsound.map(({ field, message }) => ({ field, message }));
    const message = 'Nothing can be said about what this test will find until its problems are solved.';
    const power = { chances: null, eventsPerDay: null, summary: message, warning: null };
    const earlierDelivery = { startedAt: null, message: whyNotCounted(asked.confidence) };
    const nothing = { warnings: [], variantIds: new Map(), adNames: new Map(), rollouts: [] };
    const forecast = noForecast('Nothing is forecast until the problems of this test are solved.');
    return { preview: { ...nothing, problems, power, forecast, earlierDelivery }, policy: asked };
  }
  const now = await clock.now();
  const adIds = request.variants.map((variant) => variant.ad_id);
  const [read, holders, registered] = await Promise.all([
    readFromMeta(meta, adIds),
    leasedAdSets(context, request.id ?? null),
    request.id === undefined ? null : store.getExperiment(request.id),
  ]);
  const facts = { ...read, leases: leasesOf(holders) };
  const policy = withOwnResult(asked, facts);
  const rows = await meta.getInsights({
    adIds: read.variants.flatMap((variant) => (variant ? [variant.ad.id] : [])),
    since: now - PAST_HOURS * HOUR_MS,
    until: now,
    granularity: 'hour',
    timezone: read.account.timezone,
    event: conversionEventOf(policy),
  });
  const traffic = adIds.map((adId) => trafficOf(adId, rows, now));
  const history = await historyReader(store)(policy);
  const planned = request.earlier_delivery ? await plannedStart(context, policy, facts, now) : null;
  const preview: Preview = {
    ...previewOf({ request, policy, facts, traffic, history, now, planned }),
    forecast: await forecastsInTime(context)({ request, policy, traffic, history }),
  };
  if (registered) {
    const message = `An experiment with the id ${registered.id} is registered already, with the state ${registered.state}: only the very same request would get it, any other is refused.`;
    preview.warnings.unshift(message);
  }
  return { preview, policy };
}

/** Since the ad's first hour with delivery in the window. */
function trafficOf(adId: string, rows: readonly InsightRow[], now: number): PastTraffic {
  const own = rows.filter((row) => row.adId === adId);
  const metrics = { ...NOTHING_DELIVERED };
  for (const row of own)
    for (const name of Object.keys(metrics) as (keyof VariantMetrics)[]) metrics[name] += row[name];
  const first = Math.min(...own.map(({ bucketStart }) => bucketStart));
  return { metrics, hours: own.length === 0 ? PAST_HOURS : (now - first) / HOUR_MS };
}
