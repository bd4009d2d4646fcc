/** How far an account's ads drift apart, in words. */

import type { AccountDrift } from './decision.js';

/** As in `The ads of this account drift apart by about 4.6 %, with a memory of about 24 hours: learned from 12 tests.` */
export function driftText({ sd, memoryHours, tests }: AccountDrift): string {
  const size = `by about ${(100 * sd).toFixed(1)} %, with a memory of about ${Math.round(memoryHours)} hours`;
  if (tests === 0) {
    return `How far the ads of this account drift apart is not known yet: the rule assumes ${size}, until the account's tests show it.`;
  }
  return `The ads of this account drift apart ${size}: learned from ${tests} other ${tests === 1 ? 'test' : 'tests'} of it.`;
}
