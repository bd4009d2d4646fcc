/** What a finished experiment teaches about the attributes of its variants. */

import { textsOf } from '../creative/creative-texts.js';
import { attributesOf } from '../creative/registry.js';
import { type LookFigures, variantRates } from '../decision/variant-rates.js';
import type { Experiment } from '../experiment.js';
import type { PatternTest } from './effects.js';

/** A test that has been decided or has ended, with what its looks said. Instants are epoch ms. */
export interface FinishedTest extends PatternTest {
  startedAt: number;
  finishedAt: number;
}

/** All variants that are compared can be compared with each other. */
const ONE_GROUP = '';

/** The variants of a test as arms. `looks`: as for `variantRates`. `brands`: names of the account's brands. */
export function finishedTest(
  experiment: Experiment,
  looks: readonly LookFigures[],
  brands: readonly string[] = [],
): FinishedTest {
  const { id, startedAt, promotedAt, endedAt } = experiment;
  const finishedAt = promotedAt ?? endedAt;
  if (finishedAt === null) throw new RangeError(`experiment ${id} has not finished`);
  const arms = variantRates(experiment, looks).map(({ variant, logRate, variance }) => ({
    attributes: attributesOf(textsOf(variant.creative, brands)),
    group: ONE_GROUP,
    logRate,
    variance,
  }));
  return { id, startedAt, finishedAt, arms };
}
