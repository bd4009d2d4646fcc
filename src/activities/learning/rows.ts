/** What decided tests say of their ads, as the preference model learns it. */
import { createHash } from 'node:crypto';
import type { LearnableTest } from '../../clients/postgres/pattern-types.js';
import { comparedTexts } from '../../domain/creative/compared-texts.js';
import { textsOf } from '../../domain/creative/creative-texts.js';
import { foreignLanguage } from '../../domain/creative/language.js';
import { ATTRIBUTES, type Attributes, attributesOf } from '../../domain/creative/registry.js';
import { variantRates } from '../../domain/decision/variant-rates.js';
import { learnedTests } from '../../domain/learned-rate.js';
import {
  type Arm,
  type AttributeEffect,
  effectsOf,
  type PatternTest,
} from '../../domain/patterns/effects.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';

/** The length of year and month in an instant's ISO form. */
const MONTH = 7;

/** An ad of a decided test: its compared text, what the test measured, and the attributes of its creative. */
export interface MeasuredAd extends MeasuredText {
  attributes: Attributes;
}

/**
 * One row per ad that was compared, tests in the order in which they finished; tests whose texts don't differ give none, and those
 * of a kind of rate that fewer tests have. `brands`: names of the account's brands.
 */
export function measuredAds(tests: readonly LearnableTest[], brands: readonly string[] = []): MeasuredAd[] {
  return learnedTests(tests)
    .sort(byEnd)
    .flatMap((test) => adsOf(test, brands));
}

function adsOf({ experiment, looks }: LearnableTest, brands: readonly string[]): MeasuredAd[] {
  const rates = variantRates(experiment, looks);
  const compared = comparedTexts(rates.map(({ variant }) => variant.creative));
  if (compared === null || compared.texts.some((text) => foreignLanguage(text) !== null)) return [];
  const month = new Date(experiment.startedAt).toISOString().slice(0, MONTH);
  return rates.map(({ variant, logRate, variance }, i) => ({
    testId: experiment.id,
    // What else the ads differ in is unknown, so a test is one group.
    group: '',
    // Rates of different objectives have nothing in common.
    period: `${experiment.policy.objective} ${month}`,
    text: compared.texts[i]!,
    logRate,
    variance,
    attributes: attributesOf(textsOf(variant.creative, brands)),
  }));
}

function byEnd({ experiment: a }: LearnableTest, { experiment: b }: LearnableTest): number {
  const end = ({ promotedAt, endedAt }: LearnableTest['experiment']) => promotedAt ?? endedAt ?? 0;
  return end(a) - end(b) || (a.id < b.id ? -1 : 1);
}

/** The effects of attributes within these tests. */
export function attributeEffects(ads: readonly MeasuredAd[]): AttributeEffect[] {
  return effectsOf(
    testsOf(ads),
    ATTRIBUTES.map(({ id }) => id),
  );
}

/** The tests of ads, in the order of their first ads. */
export function testsOf(ads: readonly MeasuredAd[]): PatternTest[] {
  const tests = new Map<string, PatternTest & { arms: Arm[] }>();
  for (const { testId, group, attributes, logRate, variance } of ads) {
    const test = tests.get(testId) ?? { id: testId, arms: [] };
    tests.set(testId, test);
    test.arms.push({ group, attributes, logRate, variance });
  }
  return [...tests.values()];
}

/** SHA-256 of plain data, hex. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
