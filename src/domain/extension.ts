/**
 * A longer horizon for a test that runs. Only the rule without a horizon allows it: its evidence at a look is the same
 * whatever the horizon is, and its error holds at any number of looks.
 */
import { type Experiment, LONGEST_HORIZON_DAYS, type Policy } from './experiment.js';
import { HOUR_MS } from './time.js';

const DAY_HOURS = 24;

/** Why the rule forbids every longer horizon, as a sentence; null if it allows one. */
export function ruleAgainstExtension({
  rule,
  horizonHours,
  confidence,
}: Pick<Policy, 'rule' | 'horizonHours' | 'confidence'>): string | null {
  switch (rule) {
    case 'anytime':
      return null;
    case 'sequential':
      return `This test was planned for ${daysOf(horizonHours)} days. Looking longer than planned would raise the chance of a false winner above ${errorOf(confidence)} %. Start a new test, or make it extendable when you start it.`;
    case 'welch':
      return `This test was planned for ${daysOf(horizonHours)} days. Its rule, Welch's test, keeps the chance of a false winner at ${errorOf(confidence)} % for one look only: a longer test would call more false winners. Start a new test, or make it extendable when you start it.`;
  }
}

/** Why the horizon can't become this many days, as a sentence, or null. `now`: epoch ms. */
export function inextensible(
  { policy, startedAt }: Pick<Experiment, 'policy' | 'startedAt'>,
  horizonDays: number,
  now: number,
): string | null {
  const rule = ruleAgainstExtension(policy);
  if (rule !== null) return rule;
  const planned = `The test is planned for ${daysOf(policy.horizonHours)} days`;
  if (!Number.isInteger(horizonDays) || horizonDays > LONGEST_HORIZON_DAYS)
    return `${planned}; a longer horizon is a whole number of days, ${LONGEST_HORIZON_DAYS} at most.`;
  if (horizonDays * DAY_HOURS <= policy.horizonHours)
    return `${planned}: ${horizonDays} days would not be longer. A test can be stopped at any time.`;
  const passed = (now - startedAt) / HOUR_MS / DAY_HOURS;
  return horizonDays > passed
    ? null
    : `${planned} and began ${Math.floor(passed)} days ago: ${horizonDays} days have passed.`;
}

/** The policy with the horizon that it had at a look; before the first look, 0, that of the start. */
export function policyAtLook(
  { policy, extensions = [] }: Pick<Experiment, 'policy' | 'extensions'>,
  look: number,
): Policy {
  const later = extensions.find(({ afterLook }) => afterLook >= look);
  return later ? { ...policy, horizonHours: later.fromHours } : policy;
}

/** The horizon in hours, as it was so many hours after the start. */
export function horizonAtHour(
  { policy, extensions = [], startedAt }: Pick<Experiment, 'policy' | 'extensions' | 'startedAt'>,
  hours: number,
): number {
  const later = extensions.find(({ at }) => at > startedAt + hours * HOUR_MS);
  return later ? later.fromHours : policy.horizonHours;
}

/** The planned end of a test, epoch ms. */
export function horizonAt({ policy, startedAt }: Pick<Experiment, 'policy' | 'startedAt'>): number {
  return Math.ceil(startedAt + policy.horizonHours * HOUR_MS);
}

export function daysOf(hours: number): number {
  return Math.round((hours / DAY_HOURS) * 10) / 10;
}

/** In per cent. */
function errorOf(confidence: number): number {
  return Math.round((1 - confidence) * 1000) / 10;
}
