import type { z } from '@hono/zod-openapi';
import { controlsOf } from '../../api/controls/read.js';
import type { ControlsAnswer } from '../../api/controls/responses.js';
import type { ApiContext } from '../../api/dependencies.js';
import { experimentOf } from '../../api/experiments/lookup.js';
import type { StatusAnswer } from '../../api/experiments/responses.js';
import { statusOf } from '../../api/experiments/status.js';
import { experimentForecast } from '../../api/forecasts/read.js';
import type { ExperimentForecastJson } from '../../api/forecasts/responses.js';
import { freezeToJson } from '../../api/freezes/read.js';
import { insightsOf } from '../../api/insights/read.js';
import type { InsightsAnswer } from '../../api/insights/responses.js';
import { looksOf } from '../../api/looks/read.js';
import type { LooksAnswer } from '../../api/looks/responses.js';
import { gatesOf, ledgerOf } from '../../api/rollouts/read.js';
import type { GatesAnswer, LedgerAnswer } from '../../api/rollouts/responses.js';
import { marksOf, readValues, type SeriesJson } from '../../api/series/read.js';
import { killSwitchSentence } from '../../domain/rollout/gate.js';

export type StatusJson = z.output<typeof StatusAnswer>;
export type InsightsJson = z.output<typeof InsightsAnswer>;
export type LookJson = z.output<typeof LooksAnswer>['looks'][number];
export type GateJson = z.output<typeof GatesAnswer>['gates'][number];
export type LedgerRowJson = z.output<typeof LedgerAnswer>['ledger'][number];
export type ControlRowJson = z.output<typeof ControlsAnswer>['controls'][number];

/** What the page of one experiment shows: the answers of the API. */
export interface ExperimentFacts {
  experiment: StatusJson;
  /** The latest first. */
  looks: LookJson[];
  ledger: LedgerRowJson[];
  gates: GateJson[];
  controls: ControlRowJson[];
  /** Per day. */
  series: SeriesJson;
  /** Rows that can't be read. */
  unreadable: { id: string; message: string }[];
  /** Why the account would refuse to resume a held rollout now, as a sentence; null if it would not. */
  resumeRefusal: string | null;
  forecast: ExperimentForecastJson;
  insights: InsightsJson;
}

/** More looks than any horizon has at the shortest interval of an hour. */
const ALL_LOOKS = 2_200;

/** @throws ApiProblem 404 */
export async function experimentFacts(context: ApiContext, id: string): Promise<ExperimentFacts> {
  const found = await experimentOf(context, id);
  const [experiment, looks, ledger, gates, controls, values, resumeRefusal, forecast, insights] =
    await Promise.all([
      statusOf(context, found),
      looksOf(context, id, { limit: ALL_LOOKS, offset: 0 }),
      ledgerOf(context, id),
      gatesOf(context, id),
      controlsOf(context, id),
      readValues(context, found, 'day'),
      found.state === 'held' ? resumeRefusalOf(context, found.hold?.code ?? null) : null,
      experimentForecast(context, id),
      insightsOf(context, found),
    ]);
  return {
    experiment,
    looks: looks.looks,
    ledger: ledger.ledger,
    gates: gates.gates,
    controls: controls.controls,
    series: { ...values, ...marksOf(found, looks, ledger) },
    unreadable: [looks, ledger, gates, controls].flatMap((answer) => answer.unreadable),
    resumeRefusal,
    forecast,
    insights,
  };
}

/** The kill switch refuses every resume; a freeze refuses that of the hold which is its own. */
async function resumeRefusalOf({ store, clock }: ApiContext, held: string | null): Promise<string | null> {
  const killSwitch = await store.killSwitch();
  if (killSwitch?.engaged) return `${killSwitchSentence(killSwitch)} Release it first.`;
  if (held !== 'freeze') return null;
  const freeze = freezeToJson(await store.freezeEvents(), await clock.now());
  return freeze && `${freeze.text} The hold ends with the freeze, or when an admin removes its windows.`;
}
