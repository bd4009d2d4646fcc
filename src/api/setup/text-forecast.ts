/** Which ad of a new test is likely to be best by its texts, for those who can't wait for an encoder. */
import type { MadeForecast } from '../../contract/learning.js';
import type { DriftHistory } from '../../domain/evidence/drift.js';
import type { Creative, Policy } from '../../domain/experiment.js';
import { bestPair, type PairOutlook, pairOutlook } from '../../domain/forecast/outlook.js';
import type { HourlyTraffic } from '../../domain/setup/power.js';
import { hourlyTraffic, type PastTraffic } from '../../domain/setup/power-advice.js';
import type { ApiContext } from '../dependencies.js';
import { creativeOf } from '../experiments/creation/build-experiment.js';
import type { NewExperiment } from '../experiments/requests.js';

/** Real ms. Encoded texts are on record, so the next preview has what this one didn't wait for. */
export const FORECAST_WAIT_MS = 3_000;

/** `made` is null if there is none, and `note` says why. The ids of its drafts are those of the ads. */
export type TextForecast = { outlook: PairOutlook | null } & (
  | { made: MadeForecast; madeAt: number; note: null }
  | { made: null; note: string }
);

export const noForecast = (note: string): TextForecast => ({ made: null, note, outlook: null });

export interface TestToForecast {
  request: NewExperiment;
  policy: Policy;
  /** Of the ads in the order of the request. */
  traffic: readonly PastTraffic[];
  history: DriftHistory | undefined;
}

/**
 * Forecasts tests one after the other, all of them within `waitMs` of real time from now. It never rejects: a new test
 * needs no forecast.
 */
export function forecastsInTime(
  { forecaster, clock, onInternalError }: Pick<ApiContext, 'forecaster' | 'clock' | 'onInternalError'>,
  waitMs: number = FORECAST_WAIT_MS,
): (test: TestToForecast) => Promise<TextForecast> {
  const until = performance.now() + waitMs;
  return async ({ request, policy, traffic, history }) => {
    const left = until - performance.now();
    if (left <= 0) return noForecast(TOO_SLOW);
    const drafts = creativesOf(request).map((creative, i) => ({ id: request.variants[i]!.ad_id, creative }));
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, left, null);
    });
    try {
      const made = await Promise.race([forecaster.forecast(drafts, policy.objective), limit]);
      if (made === null) return noForecast(TOO_SLOW);
      return {
        made,
        madeAt: await clock.now(),
        note: null,
        outlook: outlookOf(made, policy, traffic, history),
      };
    } catch (error) {
      onInternalError?.(error, 'the forecast of a new test');
      return noForecast('Nothing is known: the forecast failed. The test can start without it.');
    } finally {
      clearTimeout(timer);
    }
  };
}

const TOO_SLOW =
  'Nothing is known yet: the texts are still being read. Open this page again in a moment; the test can start without it.';

function creativesOf({ variants, drafts }: NewExperiment): Creative[] {
  return variants.map(({ creative }, i) => drafts?.[i]?.creative ?? creativeOf(creative));
}

/** Of the two ads that are most worth testing; null if too little is known of the texts or of the traffic. */
function outlookOf(
  { forecast }: MadeForecast,
  policy: Policy,
  traffic: readonly PastTraffic[],
  history: DriftHistory | undefined,
): PairOutlook | null {
  const hourly = hourlyTraffic(policy, traffic);
  if (forecast.learned.basis === 'none' || hourly === null) return null;
  const pair = bestPair(forecast);
  const least = pair
    .map((place) => hourly[place]!)
    .reduce((one: HourlyTraffic, other) => (other.exposure < one.exposure ? other : one));
  return pairOutlook(forecast, pair, policy, least, history);
}
