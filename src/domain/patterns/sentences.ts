/** What patterns say in words. */

import { percent } from '../percent.js';
import type { CombinedEvidence } from './evidence.js';
import type { StateReason } from './state.js';

/** The effect on the rate, e.g. −10.8 %. */
const relative = (logRatio: number) => percent(Math.expm1(logRatio));
const countOf = (tests: number) => (tests === 1 ? '1 test' : `${tests} tests`);
const testsThat = (tests: number) => (tests === 1 ? '1 test that varies it' : `${tests} tests that vary it`);
/** A probability, e.g. 2.5 %. */
const share = (value: number) =>
  value < 0.001 ? 'less than 0.1 %' : `${Number((100 * value).toFixed(1))} %`;
/** What a false discovery rate means. */
const falseAmong = (q: number) => `of patterns as uncertain as this one, ${share(q)} may be false`;

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);

/** Why a pattern is in its state. */
export function stateSentence(reason: StateReason): string {
  switch (reason.code) {
    case 'too_few_tests':
      return `Not established yet: ${countOf(reason.tests)} ${reason.tests === 1 ? 'varies' : 'vary'} it, and at least ${reason.least} are needed.`;
    case 'not_established':
      return `Not established yet: after ${testsThat(reason.tests)}, ${falseAmong(reason.q)}; at most ${share(reason.limit)} is accepted.`;
    case 'established':
      return `Established by ${testsThat(reason.tests)}: ${falseAmong(reason.q)}; at most ${share(reason.limit)} is accepted.`;
    case 'fading':
      return `It was established, but now, ${falseAmong(reason.q)}; at most ${share(reason.limit)} is accepted. It retires if that stays so for ${reason.retireAfter} tests (${reason.testsSincePass} so far).`;
    case 'no_longer_established':
      return `It was established once; after ${reason.testsSincePass} further tests, ${falseAmong(reason.q)}; at most ${share(reason.limit)} is accepted.`;
    case 'reversed':
      return `Tests say the opposite: ${relative(reason.effect)} in ${testsThat(reason.tests)}. ${capital(falseAmong(reason.q))}; at most ${share(reason.limit)} is accepted.`;
    case 'reversed_later':
      return `Tests after it was first stated say the opposite: ${relative(reason.effect)} in ${testsThat(reason.tests)}. If it had no effect, chance would ever show as much with a probability of ${share(reason.p)}; below ${share(reason.limit)} counts as contradicted.`;
  }
}

/** Whose evidence an expected effect rests on. */
export function evidenceSentence({ basis, expected, own, foreign }: CombinedEvidence): string {
  const elsewhere = foreign && `learned elsewhere (from ${foreign.learnedFrom})`;
  const [low, high] = expected?.interval.map(relative) ?? [];
  const effect = expected && `${relative(expected.effect)} (95 % interval ${low} to ${high})`;
  switch (basis) {
    case 'own':
      return `From ${countOf(own?.tests ?? 0)} of your own: ${effect}.`;
    case 'own_and_foreign':
      return `Only ${countOf(own?.tests ?? 0)} of your own vary it. With what was ${elsewhere}, expect ${effect}.`;
    case 'foreign':
      return `No test of your own varies it. It was ${elsewhere}: there ${relative(foreign?.effect ?? 0)}, here expect ${effect}.`;
    case 'none':
      return 'Nothing is known: too few tests vary it.';
  }
}
