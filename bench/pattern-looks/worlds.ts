/** Finished tests of worlds in which the truth is known. */

import type { Arm, PatternTest } from '../../src/domain/patterns/effects.js';
import type { Random } from '../../src/sandbox/random.js';

/** Standard deviation of what else differs between two ads of a test, as log rates. */
const OTHER = 0.2;
/** Sampling error of an ad's log rate: from about 1,100 clicks to about 45. */
const LEAST_ERROR = 0.03;
const MOST_ERROR = 0.15;
/** An effect differs from test to test by this share of itself. */
const WOBBLE = 0.5;

/** An ad with these attributes, when their effects are as given. */
function arm(
  random: Random,
  values: readonly number[],
  effects: readonly number[],
  ids: readonly string[],
): Arm {
  const se = LEAST_ERROR * (MOST_ERROR / LEAST_ERROR) ** random.uniform();
  const own = values.reduce((sum, value, i) => sum + value * effects[i]!, 0);
  return {
    attributes: Object.fromEntries(values.map((value, i) => [ids[i]!, value])),
    group: '',
    logRate: own + OTHER * random.normal() + se * random.normal(),
    variance: se * se,
  };
}

/** A test of two ads that differ in one attribute `a`, which has this effect on average. */
export function testOfOne(random: Random, index: number, effect: number): PatternTest {
  const here = [effect * (1 + WOBBLE * random.normal())];
  return { id: `t${index}`, arms: [0, 1].map((value) => arm(random, [value], here, ['a'])) };
}

/** A test of two ads that have each attribute by chance. `shares`: how many ads have it. */
export function testOfMany(
  random: Random,
  index: number,
  { ids, shares, effects }: { ids: readonly string[]; shares: readonly number[]; effects: readonly number[] },
): PatternTest {
  const here = effects.map((effect) => effect * (1 + WOBBLE * random.normal()));
  const draw = () => shares.map((share) => Number(random.uniform() < share));
  return { id: `t${index}`, arms: [draw(), draw()].map((values) => arm(random, values, here, ids)) };
}
