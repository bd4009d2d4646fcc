import type { z } from '@hono/zod-openapi';
import type { StoredScore } from '../../clients/postgres/learning.js';
import type { MadeForecast } from '../../contract/learning.js';
import { attributeOf } from '../../domain/creative/registry.js';
import { noteSentence } from '../../domain/forecast/notes.js';
import { basisSentence, contributionSentence, remainderSentence } from '../../domain/forecast/sentences.js';
import { isoOf } from '../http/format.js';
import type { ExperimentForecastAnswer } from './responses.js';

type ForecastJson = NonNullable<z.output<typeof ExperimentForecastAnswer>['forecast']>;
type ScoreJson = NonNullable<z.output<typeof ExperimentForecastAnswer>['score']>;

/** Of the standard normal distribution: 90 % lie within. */
const Z_90 = 1.6449;

/** A log rate ratio in percent, with one decimal. */
export const percent = (logRate: number) => Math.round(1_000 * Math.expm1(logRate)) / 10;

/** 90 %, in percent. */
export const intervalOf = (expected: number, sd: number): [number, number] => [
  percent(expected - Z_90 * sd),
  percent(expected + Z_90 * sd),
];

export function forecastToJson(made: MadeForecast, madeAt: number): ForecastJson {
  const reasons = new Map(made.reasons.map((each) => [each.id, each]));
  return {
    made_at: isoOf(madeAt),
    model_version: made.modelVersion,
    learned_from_tests: made.forecast.learned.tests,
    evidence: made.forecast.learned.basis,
    evidence_message: basisSentence(made.forecast),
    compared: made.compared,
    notes: made.notes.map(noteSentence),
    drafts: made.forecast.drafts.map(({ id, chanceBest, expected, sd }) => {
      const { contributions = [], remainder = expected } = reasons.get(id) ?? {};
      return {
        id,
        chance_best: chanceBest,
        expected,
        sd,
        expected_pct: percent(expected),
        interval_pct: intervalOf(expected, sd),
        reasons: contributions.map((reason) => ({
          attribute: reason.id,
          statement: attributeOf(reason.id)?.statement ?? reason.id,
          value: reason.value,
          contribution: reason.contribution,
          evidence: reason.basis ?? 'own',
          message: contributionSentence(reason),
        })),
        remainder,
        remainder_message: remainderSentence({ remainder, named: contributions.length }),
      };
    }),
  };
}

export function scoreToJson({ scoredAt, score }: StoredScore): ScoreJson {
  return {
    scored_at: isoOf(scoredAt),
    brier: score.brier,
    log_score: score.logScore,
    uniform_brier: score.uniform.brier,
    uniform_log_score: score.uniform.logScore,
    measured_best: score.drafts.filter(({ hit }) => hit > 0).map(({ id }) => id),
    first_choice: score.firstChoice && {
      ...score.firstChoice,
      lift_pct: percent(score.firstChoice.lift),
      interval_pct: intervalOf(score.firstChoice.lift, score.firstChoice.se),
    },
  };
}
