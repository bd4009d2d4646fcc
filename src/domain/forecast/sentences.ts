/** What forecasts and their worth say in words. */

import { percent } from '../percent.js';
import type { Estimate, Worth } from './worth.js';

/** A log rate ratio as users read it. */
const relative = (logRatio: number) => percent(Math.expm1(logRatio));
const testsOf = (tests: number) => (tests === 1 ? '1 test' : `${tests} tests`);
const liftOf = ({ mean, interval }: Estimate) =>
  `${relative(mean)} (90 % interval ${relative(interval[0])} to ${relative(interval[1])})`;

/** What the model has been worth here. */
export function worthSentence({ verdict }: Pick<Worth, 'verdict'>): string {
  const { tests } = verdict;
  switch (verdict.code) {
    case 'too_few':
      return `Not known yet: ${testsOf(tests)} with a forecast ${tests === 1 ? 'has' : 'have'} ended, and at least ${verdict.least} are needed.`;
    case 'worth':
      return `The forecasts are worth something here: over ${testsOf(tests)}, the first choice did ${liftOf(verdict.lift)} beside the mean of the others.`;
    case 'not_shown':
      return `Not shown yet that the forecasts are worth anything here: over ${testsOf(tests)}, the first choice did ${liftOf(verdict.lift)} beside the mean of the others.`;
    case 'worth_nothing':
      return `The forecasts are worth nothing here: over ${testsOf(tests)}, the first choice did ${liftOf(verdict.lift)} beside the mean of the others.`;
  }
}
