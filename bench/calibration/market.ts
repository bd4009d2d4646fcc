/** Tests of the sandbox's market: ads of one product, with rates that follow from their texts, and binomial counts. */

import type { CreativeTexts } from '../../src/domain/creative/texts.js';
import { type MeasuredText, measuredTexts } from '../../src/domain/preference/measured-text.js';
import { writeVariants } from '../../src/sandbox/meta-simulator/copy-writer.js';
import type { CreativeWorld } from '../../src/sandbox/meta-simulator/creative-world.js';
import { Random } from '../../src/sandbox/random.js';
import { logUniform } from '../log-uniform.js';

/** Ads per test. */
const ADS = [2, 3, 4] as const;
const IMPRESSIONS_PER_AD = [3_000, 30_000] as const;
/** Of a text without anything special. */
const CLICK_RATE = [0.008, 0.025] as const;

/** What a model reads of an ad. */
export function textOf({ headline, body }: CreativeTexts): string {
  return `${headline}\n${body}`;
}

/** The ads of tests, which don't depend on the world. */
export function writeTests(seed: number, count: number): CreativeTexts[][] {
  const random = new Random(`${seed}/tests`);
  return Array.from({ length: count }, () =>
    writeVariants(random, ADS[Math.floor(random.uniform() * ADS.length)]!),
  );
}

/** What each test measures, in the order given. */
export function runTests(
  seed: number,
  tests: readonly (readonly CreativeTexts[])[],
  world: CreativeWorld,
): MeasuredText[][] {
  return tests.map((ads, test) => {
    const random = new Random(`${seed}/counts/${test}`);
    const impressions = logUniform(random, IMPRESSIONS_PER_AD);
    const rate = logUniform(random, CLICK_RATE);
    return measuredTexts(
      ads.map((ad) => {
        const trials = Math.round(impressions * (0.85 + 0.3 * random.uniform()));
        return {
          testId: `test ${test}`,
          group: 'all',
          period: 'all',
          text: textOf(ad),
          trials,
          events: random.binomial(trials, rate * Math.exp(world(ad))),
        };
      }),
    );
  });
}
