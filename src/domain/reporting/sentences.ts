/** What the reports say in words. The shrunk figure comes first. */

import { percent } from '../percent.js';
import type { CompoundReport } from './compound-report.js';
import { type Prior, TESTS_TO_LEARN } from './prior.js';

/** Null as soon as enough tests have a result for the prior to be learned from them. */
export function priorNote({ tests }: Prior): string | null {
  if (tests >= TESTS_TO_LEARN) return null;
  if (tests === 0) return 'No test has a result yet: how far the lifts are shrunk comes from a default.';
  const known = tests === 1 ? 'Only 1 test has' : `Only ${tests} tests have`;
  return `${known} a result (a promoted ad, or no winner), fewer than ${TESTS_TO_LEARN}: how far the lifts are shrunk comes mostly from a default, not from these tests.`;
}

/** One or two sentences: the shrunk compound lift, its interval, the claimed one, and {@link priorNote}. */
export function reportSentence({ successfulPromotions, shrunk, claimed, prior }: CompoundReport): string {
  const note = priorNote(prior);
  return [gain(successfulPromotions, shrunk, claimed), ...(note ? [note] : [])].join(' ');
}

function gain(
  promotions: number,
  shrunk: CompoundReport['shrunk'],
  claimed: CompoundReport['claimed'],
): string {
  if (promotions === 0) return 'No promotion stands, so nothing has been gained yet.';
  const [low, high] = shrunk.interval.map(percent);
  const subject = promotions === 1 ? '1 promotion gained' : `${promotions} promotions together gained`;
  return `${subject} about ${percent(shrunk.compound)} (95 % interval ${low} to ${high}); the tests themselves claimed ${percent(claimed.compound)}.`;
}
