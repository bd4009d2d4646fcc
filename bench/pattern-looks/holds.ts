/** How often something is established, if the whole registry is looked at after every test. */

import { effectsOf } from '../../src/domain/patterns/effects.js';
import { atEveryLook } from '../../src/domain/patterns/fit.js';
import { PATTERN_RULES } from '../../src/domain/patterns/rules.js';
import { Random } from '../../src/sandbox/random.js';
import { testOfMany } from './worlds.js';

/** As many as the registry has. */
const ATTRIBUTES = 103;
/** Shares of ads that have an attribute: most are rare. */
const LEAST_SHARE = 0.02;
const MOST_SHARE = 0.5;

export interface HoldsReport {
  /** Share of worlds without any effect in which something was ever established. */
  nothing: { fixed: number; anytime: number };
  /** Worlds in which each of `effective` attributes has an effect of `effect`, up or down: after all tests. */
  something: {
    effect: number;
    effective: number;
    /** Mean share of the established that have no effect; 0 if nothing is established. Ever, by the end. */
    falseEver: { fixed: number; anytime: number };
    /** Mean number of true effects established at the last look. */
    found: { fixed: number; anytime: number };
  };
}

export function measureHolds(options: {
  runs: number;
  looks: number;
  effective: number;
  effect: number;
}): HoldsReport {
  const { runs, looks, effective, effect } = options;
  const worlds = (effects: readonly number[], name: string) =>
    Array.from({ length: runs }, (_, run) => oneWorld(effects, looks, `${name} ${run}`));
  const none = worlds(new Array(ATTRIBUTES).fill(0), 'nothing');
  const some = worlds(
    Array.from({ length: ATTRIBUTES }, (_, i) =>
      i % Math.ceil(ATTRIBUTES / effective) ? 0 : i % 2 ? effect : -effect,
    ),
    'something',
  );
  const mean = (all: readonly World[], of: (world: World) => number) =>
    all.reduce((sum, world) => sum + of(world), 0) / all.length;
  const both = (of: (rule: Rule) => number) => ({ fixed: of('fixed'), anytime: of('anytime') });
  return {
    nothing: both((rule) => mean(none, (world) => Number(world[rule].ever.size > 0))),
    something: {
      effect,
      effective,
      falseEver: both((rule) => mean(some, ({ [rule]: { ever }, truths }) => falseShare(ever, truths))),
      found: both((rule) =>
        mean(some, ({ [rule]: { last }, truths }) => [...last].filter((id) => truths.has(id)).length),
      ),
    },
  };
}

type Rule = 'fixed' | 'anytime';
interface World extends Record<Rule, { ever: Set<string>; last: Set<string> }> {
  truths: Set<string>;
}

function oneWorld(effects: readonly number[], looks: number, seed: string): World {
  const random = new Random(seed);
  const ids = effects.map((_, i) => `a${i}`);
  const shares = effects.map(() => LEAST_SHARE * (MOST_SHARE / LEAST_SHARE) ** random.uniform());
  const found: World = {
    fixed: { ever: new Set(), last: new Set() },
    anytime: { ever: new Set(), last: new Set() },
    truths: new Set(ids.filter((_, i) => effects[i] !== 0)),
  };
  const tests = Array.from({ length: PATTERN_RULES.tests + looks }, (_, index) =>
    testOfMany(random, index, { ids, shares, effects }),
  );
  for (let count = PATTERN_RULES.tests + 1; count <= tests.length; count++) {
    const fixed = effectsOf(tests.slice(0, count), ids);
    for (const [rule, all] of [
      ['fixed', fixed],
      ['anytime', atEveryLook(fixed)],
    ] as const) {
      found[rule].last = new Set(all.filter(({ q }) => q <= PATTERN_RULES.q).map(({ id }) => id));
      for (const id of found[rule].last) found[rule].ever.add(id);
    }
  }
  return found;
}

function falseShare(found: ReadonlySet<string>, truths: ReadonlySet<string>): number {
  return found.size === 0 ? 0 : [...found].filter((id) => !truths.has(id)).length / found.size;
}
