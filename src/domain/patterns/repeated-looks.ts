/**
 * What may be concluded from effects that are looked at again and again: after every test. A p-value at a fixed level would
 * sooner or later pass for a pattern without any effect.
 */

import { normalUpperQuantile } from '../evidence/distributions.js';
import type { Effect } from './effects.js';
import { PATTERN_RULES } from './rules.js';

/**
 * The p-value of one look, made valid at all looks together: without an effect, the probability that it is ever at or below α is
 * at most about α. It is 1/E of the normal mixture of Robbins (Annals of Mathematical Statistics 41, 1970, 1397–1409), whose
 * mean over effects is N(0, mixture · the variance of one test); with an estimated error it is the asymptotic confidence
 * sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Annals of Statistics 52, 2024, 2613–2640):
 * E = exp(z²·t·m / 2(t·m + 1)) / √(t·m + 1) after t tests, for m the mixture. The z is that of the Student p-value, so that few
 * tests don't count for more than they say.
 */
export function anytimeP({ p, tests }: Pick<Effect, 'p' | 'tests'>): number {
  const information = tests * PATTERN_RULES.mixture;
  const z = normalUpperQuantile(p / 2);
  const logE = (z * z * information) / (2 * (information + 1)) - Math.log(information + 1) / 2;
  return Math.min(1, Math.exp(-logE));
}
