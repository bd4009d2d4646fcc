/** Whether forecasts of tests came true as often as they said: in the sandbox's market, and on headline tests. */

import type { Encoder } from '../../src/clients/encoder/types.js';
import { type CalibrationBin, calibrationOf } from '../../src/domain/forecast/calibration.js';
import type { ForecastScore } from '../../src/domain/forecast/scoring.js';
import { worthSentence } from '../../src/domain/forecast/sentences.js';
import { worthOf } from '../../src/domain/forecast/worth.js';
import type { MeasuredText } from '../../src/domain/preference/measured-text.js';
import { groupsOf } from '../../src/domain/preference/within-groups.js';
import { creativeWorld } from '../../src/sandbox/meta-simulator/creative-world.js';
import { type Encoded, forecastAndScore, learnForecaster } from './learn.js';
import { runTests, textOf, writeTests } from './market.js';

/** After as many tests the model learns anew. */
const CHECKPOINTS = [0, 25, 50, 100, 200, 400, 700];
/** Standard deviation of the log rate that no attribute explains. */
const UNEXPLAINED = 0.15;
/** Bins with fewer expected hits or misses aren't normal enough for a z. */
const LEAST_EXPECTED = 5;

export interface CalibrationReport {
  tests: number;
  bins: (CalibrationBin & { z: number | null })[];
  /** The largest |z| of the bins that have at least 5 expected hits and misses. */
  largest_z: number;
  /** Σ z² of those bins, and how many they are. */
  chi_square: { value: number; bins: number };
  brier: unknown;
  log_score: unknown;
  lift: unknown;
  pairs_right: number;
  curve: unknown;
  verdict: string;
  says: string;
}

export async function encodeAll(texts: Iterable<string>, encoder: Encoder): Promise<Encoded> {
  const unique = [...new Set(texts)];
  const encoded = await encoder.encode(unique);
  return new Map(unique.map((text, i) => [text, encoded[i]!]));
}

/** Tests of the market, each forecast before it runs by a model that has seen those before the last checkpoint. */
export async function marketReport(
  { tests: count, seed }: { tests: number; seed: number },
  encoder: Encoder,
): Promise<{ some_effects: CalibrationReport; no_effects: CalibrationReport }> {
  const tests = writeTests(seed, count);
  const encoded = await encodeAll(tests.flat().map(textOf), encoder);
  const report = (effects: 'some' | 'none') => {
    const world = creativeWorld(seed, { effects, unexplained: UNEXPLAINED });
    const measured = runTests(seed, tests, world);
    const scores = CHECKPOINTS.filter((from) => from < count).flatMap((from, index, all) => {
      const forecaster = learnForecaster(measured.slice(0, from).flat(), encoded);
      return measured.slice(from, all[index + 1] ?? count).map((rows) => forecastAndScore(forecaster, rows));
    });
    return summary(scores);
  };
  return { some_effects: report('some'), no_effects: report('none') };
}

/** Headline tests: learned from the first, the groups of the others forecast. */
export async function headlineReport(
  learnFrom: readonly MeasuredText[],
  later: readonly MeasuredText[],
  encoder: Encoder,
): Promise<CalibrationReport> {
  const encoded = await encodeAll(
    [...learnFrom, ...later].map(({ text }) => text),
    encoder,
  );
  const forecaster = learnForecaster(learnFrom, encoded);
  const groups = groupsOf(later).filter(({ length }) => length > 1 && length <= 20);
  return summary(
    groups.map((members) =>
      forecastAndScore(
        forecaster,
        members.map((i) => later[i]!),
      ),
    ),
  );
}

export function summary(scores: readonly ForecastScore[]): CalibrationReport {
  const bins = calibrationOf(scores).map((bin) => ({ ...bin, z: zOf(bin) }));
  const zs = bins.flatMap(({ z }) => z ?? []);
  const worth = worthOf(
    scores.map((score) => ({ score, madeAt: 0, basis: score.learnedFrom < 2 ? 'none' : 'own' })),
  );
  const { right, wrong } = worth.pairs;
  return {
    tests: scores.length,
    bins,
    largest_z: Math.max(0, ...zs.map(Math.abs)),
    chi_square: { value: zs.reduce((sum, z) => sum + z * z, 0), bins: zs.length },
    brier: worth.brier,
    log_score: worth.logScore,
    lift: worth.lift,
    pairs_right: right / (right + wrong),
    curve: worth.curve,
    verdict: worth.verdict.code,
    says: worthSentence(worth),
  };
}

function zOf({ count, forecast, happened, error }: CalibrationBin): number | null {
  if (forecast === null || happened === null || error === null || !(error > 0)) return null;
  if (count * Math.min(forecast, 1 - forecast) < LEAST_EXPECTED) return null;
  return (happened - forecast) / error;
}
