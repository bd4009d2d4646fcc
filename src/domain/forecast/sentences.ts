/** What forecasts and their worth say in words. */

import { attributeOf } from '../creative/registry.js';
import { evidenceSentence } from '../patterns/sentences.js';
import { percent } from '../percent.js';
import type { Choices } from './choose.js';
import type { Forecast } from './forecast.js';
import type { Estimate } from './mean-lift.js';
import type { Opportunity } from './opportunities.js';
import type { PairOutlook } from './outlook.js';
import type { Contribution, DraftReasons } from './reasons.js';
import type { Worth } from './worth.js';

/** A log rate ratio as users read it. */
const relative = (logRatio: number) => percent(Math.expm1(logRatio));
const forecastsOf = (count: number) => (count === 1 ? '1 forecast' : `${count} forecasts`);
const testsOf = (tests: number) => (tests === 1 ? '1 test' : `${tests} tests`);
/** A rate against that of the others. */
const rateOf = (logRatio: number) =>
  `${percent(Math.abs(Math.expm1(logRatio))).replace('+', '')} ${logRatio < 0 ? 'lower' : 'higher'}`;

/** Whole percents; never 0 % or 100 % for what may or may not happen. */
function share(chance: number): string {
  if (chance > 0.99) return 'over 99 %';
  return chance < 0.01 ? 'under 1 %' : `${Math.round(100 * chance)} %`;
}

/** The only source whose coefficients ship. */
const ELSEWHERE = 'headlines of a publisher, not from ads';

/** Whose tests a forecast rests on. */
export function basisSentence({ learned: { tests, basis } }: Pick<Forecast, 'learned'>): string {
  switch (basis) {
    case 'none':
      return 'Nothing is known: no finished test has been learned from, so all drafts have the same chance.';
    case 'foreign':
      return `Learned elsewhere, from ${ELSEWHERE}: no test of your own has been learned from yet.`;
    case 'own_and_foreign':
      return `Learned from ${testsOf(tests)} of your own, and elsewhere from ${ELSEWHERE}.`;
    case 'own':
      return `Learned from ${testsOf(tests)} of your own.`;
  }
}

/** One reason for a draft's forecast. Attributes that the registry no longer has are shown by their id. */
export function contributionSentence(contribution: Contribution): string {
  const said = attributeSentence(contribution);
  switch (contribution.basis) {
    case 'foreign':
      return `${said} Learned from ${ELSEWHERE}.`;
    case 'own_and_foreign':
      return `${said} Learned from ${ELSEWHERE}, and from your own tests.`;
    default:
      return said;
  }
}

function attributeSentence({ id, value, mean, contribution }: Contribution): string {
  const attribute = attributeOf(id);
  const effect = relative(contribution);
  if (attribute?.kind === 'amount') {
    const steps = Math.abs(value - mean).toFixed(1);
    return `${effect}: ${value > mean ? 'more' : 'less'} of this than the other ads have: "${attribute.step}", ${steps} times.`;
  }
  const statement = attribute?.statement ?? id;
  return value > mean
    ? `${effect}: ${statement}`
    : `${effect}: this is true of other ads, not of this one: ${statement}`;
}

/** What the named reasons leave. `named`: how many there are. */
export function remainderSentence({
  remainder,
  named,
}: Pick<DraftReasons, 'remainder'> & { named: number }): string {
  return `${relative(remainder)}: what the model reads in the text${named === 0 ? '' : ' beyond this'}.`;
}

export function opportunitySentence({ statement, direction, evidence }: Opportunity): string {
  const what = direction === 'add' ? 'No draft has it' : 'All drafts have it';
  return `${what}: ${statement} ${evidenceSentence(evidence)}`;
}

/** Whether similar drafts change which ones to test. */
export function choiceSentence({ together, oneByOne }: Choices): string {
  const value = (one: Choices['together']) => rateOf(one.expectedBest);
  if (together.ids.join() === oneByOne.ids.join()) {
    return `Test ${together.ids.join(', ')}: the rate of the best of them is expected to be ${value(together)} than the mean of all drafts.`;
  }
  return `Test ${together.ids.join(', ')}: the rate of the best of them is expected to be ${value(together)} than the mean of all drafts, against ${value(oneByOne)} for ${oneByOne.ids.join(', ')}, the best by themselves.`;
}

/** `nameOf`: how users call a draft. */
export function outlookSentence(
  { pair, chance, days, looksHopeless }: PairOutlook,
  nameOf: (id: string) => string = (id) => id,
): string {
  const [first, second] = pair.map(nameOf);
  const told = `A test of ${first} and ${second} has a ${share(chance)} chance of telling them apart, and takes ${days.toFixed(1)} days on average.`;
  return looksHopeless ? `${told} It looks hopeless: try texts that differ more, or more traffic.` : told;
}

/** What the model has been worth here. */
export function worthSentence({ verdict, knewNothing }: Pick<Worth, 'verdict' | 'knewNothing'>): string {
  const said = verdictSentence(verdict);
  if (knewNothing === 0) return said;
  return `${said} ${forecastsOf(knewNothing)} more knew nothing and ${knewNothing === 1 ? 'is' : 'are'} not counted.`;
}

function verdictSentence(verdict: Worth['verdict']): string {
  const { tests } = verdict;
  switch (verdict.code) {
    case 'too_few':
      return `Not known yet: ${testsOf(tests)} whose forecast preferred an ad ${tests === 1 ? 'has' : 'have'} ended, and at least ${verdict.least} are needed.`;
    case 'worth':
      return `The forecasts are worth something here: ${firstChoiceOver(verdict)}`;
    case 'not_shown':
      return `Not shown yet that the forecasts are worth anything here: ${firstChoiceOver(verdict)}`;
    case 'worth_nothing':
      return `The forecasts are worth nothing here so far: ${firstChoiceOver(verdict)}`;
  }
}

function firstChoiceOver({ tests, lift }: { tests: number; lift: Estimate | null }): string {
  if (lift === null)
    return `over ${testsOf(tests)}, the rates of the first choices vary too much to say more.`;
  const [low, high] = lift.interval;
  return `over ${testsOf(tests)}, the rate of the first choice was ${rateOf(lift.mean)} than the mean of the others (90 % interval ${relative(low)} to ${relative(high)}).`;
}
