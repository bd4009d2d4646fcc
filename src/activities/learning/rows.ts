/** What decided tests say of their ads, as the preference model learns it. */
import { createHash } from 'node:crypto';
import type { DecidedTestRecord } from '../../clients/postgres/learning.js';
import { comparedTexts } from '../../domain/creative/compared-texts.js';
import { foreignLanguage } from '../../domain/creative/language.js';
import { ATTRIBUTES, type Attributes, attributesOf } from '../../domain/creative/registry.js';
import { textsOf } from '../../domain/creative/texts-of.js';
import { variantRates } from '../../domain/decision/variant-rates.js';
import type { Variant } from '../../domain/experiment.js';
import {
  type Arm,
  type AttributeEffect,
  effectsOf,
  type PatternTest,
} from '../../domain/patterns/effects.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';
import type { Recipe } from '../../domain/preference/recipe.js';

/** What comes before the month in an instant's ISO form ends here. */
const MONTH = 7;

/** An ad of a decided test: its compared text, what the test measured, and the attributes of its creative. */
export interface MeasuredAd extends MeasuredText {
  attributes: Attributes;
}

/** One row per ad that was compared, tests in the order in which they began; tests whose texts don't differ give none. */
export function measuredAds(tests: readonly DecidedTestRecord[]): MeasuredAd[] {
  return tests.flatMap(({ experiment, decision }): MeasuredAd[] => {
    const { objective } = experiment.policy;
    const rates = variantRates(
      objective,
      decision,
      experiment.variants.map(({ id }) => id),
    );
    const measured = rates.map(({ variantId }) => variantOf(experiment.variants, variantId));
    const compared = comparedTexts(measured.map(({ creative }) => creative));
    if (compared === null || compared.texts.some((text) => foreignLanguage(text) !== null)) return [];
    const month = new Date(experiment.startedAt).toISOString().slice(0, MONTH);
    return rates.map(({ logRate, variance }, i) => ({
      testId: experiment.id,
      // What else the ads differ in is unknown, so a test is one group.
      group: '',
      // Rates of different objectives have nothing in common.
      period: `${objective} ${month}`,
      text: compared.texts[i]!,
      logRate,
      variance,
      attributes: attributesOf(textsOf(measured[i]!.creative)),
    }));
  });
}

/** The effects of attributes within these tests. */
export function attributeEffects(ads: readonly MeasuredAd[]): AttributeEffect[] {
  const tests = new Map<string, PatternTest & { arms: Arm[] }>();
  for (const { testId, group, attributes, logRate, variance } of ads) {
    const test = tests.get(testId) ?? { id: testId, arms: [] };
    tests.set(testId, test);
    test.arms.push({ group, attributes, logRate, variance });
  }
  return effectsOf(
    [...tests.values()],
    ATTRIBUTES.map(({ id }) => id),
  );
}

/** Equal for the same ads, recipe and encoders alone. */
export function trainingHash(
  rows: readonly MeasuredAd[],
  recipe: Recipe,
  encoderIds: readonly string[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([rows, recipe, encoderIds]))
    .digest('hex');
}

function variantOf(variants: readonly Variant[], id: string): Variant {
  const variant = variants.find((each) => each.id === id);
  if (!variant) throw new Error(`the test has no variant ${id}`);
  return variant;
}
