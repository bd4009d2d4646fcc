/** Programmes of simulated tests in a row, as the service would run them with its default policy. */

import type { DriftHistory } from '../../src/domain/evidence/drift.js';
import { writeCopy } from '../../src/sandbox/meta-simulator/copy-writer.js';
import { creativeWorld } from '../../src/sandbox/meta-simulator/creative-world.js';
import { Random } from '../../src/sandbox/random.js';
import { CHOICES, type Choice, type Reached, runTests } from '../../src/tools/loop/programme.js';
import { firstPromotion } from '../several-ads/simulate.js';
import { drawTest, HOURS } from '../several-ads/worlds.js';

export { CHOICES, type Choice, type Reached };

export interface Programme {
  seed: number;
  choice: Choice;
  effects: 'some' | 'none';
  /** See `CreativeWorldOptions`. */
  unexplained: number;
  tests: number;
  /** Challengers per test. */
  challengers: number;
  /** Programmes of one seed that differ in their luck alone: what people click, and what is chosen at random. */
  luck: number;
}

export function runProgramme(programme: Programme, history: DriftHistory): Reached {
  const { seed, choice, tests, challengers, luck } = programme;
  const copy = writeCopy(new Random(`${seed}/loop/first`));
  return runTests({
    ...{ choice, tests, challengers },
    world: creativeWorld(seed, programme),
    first: { hook: null, headline: copy.headline, text: copy.body, script: null, visualNotes: null },
    brief: {
      product: copy.brands?.[0] ?? 'it',
      audience: null,
      offer: 'Now with free shipping',
      mustSay: [],
      mustNotSay: [],
    },
    startsFrom: 'first',
    random: new Random(`${seed}/loop/${luck}/${choice}`),
    runTest: (test, rates) => {
      const ads = drawTest(`${seed}/loop/${luck}/${test}`, 'iid', rates, 'drawn');
      const promotion = firstPromotion(ads, 0.05, history);
      const hours = promotion?.hours ?? HOURS;
      const sum = (values: Float64Array) =>
        values.subarray(0, hours).reduce((total, value) => total + value, 0);
      return {
        promoted: promotion?.ad ?? null,
        arms: ads.map(({ clicks, impressions }) => ({
          clicks: sum(clicks),
          impressions: sum(impressions),
        })),
      };
    },
  });
}
