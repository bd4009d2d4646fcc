import { type Budgets, formatAmount, splitInProportion, totalOf } from '../budget.js';
import type { Phase } from './phases.js';

/** Wait between steps if no phase gives one. */
export const DEFAULT_WAIT_HOURS = 1;
/** With more steps, the evidence would be old before the rollout ends. */
export const MOST_STEPS = 24;

/**
 * A phase, or a step added on the way to one, with its amounts. The name is the winner's share in percent: `60`, `70`,
 * `80`.
 */
export interface PlannedPhase {
  name: string;
  winnerShare: number;
  /** Hours since the read-back of the phase before; 0 for the first. */
  waitHours: number;
  /** Daily budget of every ad set in this phase, minor units. Sums to the base's total. */
  targets: Budgets;
}

export interface RolloutPlan {
  winnerAdSetId: string;
  /** Budgets read from Meta before the first write, minor units. */
  base: Budgets;
  phases: PlannedPhase[];
  /** Names of the policy's phases that would not have raised the winner. */
  skipped: string[];
  /** The variant that is dropped: its budget goes to the others. Unset: a promotion of a winner. */
  drops?: string;
}

/** The plan, or the sentence that says why there is none. `nothing_to_raise`: the winner already has its last share. */
export type PlanResult =
  | { kind: 'plan'; plan: RolloutPlan }
  | { kind: 'refused'; cause: 'below_minimum' | 'nothing_to_raise' | 'step_factor'; reason: string };

/** The name of a phase: the winner's share in percent. */
export function phaseName(phase: Pick<Phase, 'winnerShare'>): string {
  return String(Math.round(phase.winnerShare * 10_000) / 100);
}

/** Rounds the product, because floats may fall short: 0.7 × 45 is 31.499999999999996. */
export function times(amount: number, factor: number): number {
  return Number((amount * factor).toFixed(6));
}

/** Half up. */
function shareOf(total: number, share: number): number {
  return Math.round(times(total, share));
}

/**
 * Plans the amounts of each phase: the winner gets its share of the base's total (rounded half up), the others share the
 * rest in proportion to their old budgets. Phases that would not raise the winner are skipped; the first that does is
 * written at once. No step multiplies the winner's budget by more than `maxStepFactor`: steps are added on the way to a
 * phase, each after the wait of that phase. Ad sets in `keeps` keep their budgets. Refuses if an amount would be below Meta's minimum, if no phase raises the
 * winner, or if such small steps don't reach a phase.
 */
export function planRollout(input: {
  base: Budgets;
  winnerAdSetId: string;
  phases: readonly Phase[];
  maxStepFactor: number;
  /** Meta's least daily budget of an ad set, minor units. */
  minimum: number;
  currency: string;
  keeps?: readonly string[];
}): PlanResult {
  const { base, winnerAdSetId, maxStepFactor, minimum, currency, keeps = [] } = input;
  const winnerBase = base[winnerAdSetId];
  if (winnerBase === undefined)
    throw new RangeError(`no base budget of the winner's ad set ${winnerAdSetId}`);
  const total = totalOf(base);
  const names = new Set(input.phases.map(phaseName));

  const phases: PlannedPhase[] = [];
  const skipped: string[] = [];
  for (const [index, phase] of input.phases.entries()) {
    const name = phaseName(phase);
    const target = shareOf(total, phase.winnerShare);
    const reached = phases.at(-1)?.targets[winnerAdSetId] ?? winnerBase;
    if (target <= reached) {
      skipped.push(name);
      continue;
    }
    const steps = stepsTo(target, reached, maxStepFactor);
    if (steps === null || phases.length + steps.length > MOST_STEPS) {
      const why = steps === null ? 'no step can raise it' : `that takes more than ${MOST_STEPS} steps`;
      return {
        kind: 'refused',
        cause: 'step_factor',
        reason: `Phase ${name} would raise ad set ${winnerAdSetId} from ${formatAmount(reached, currency)} to ${formatAmount(target, currency)} a day; if a step multiplies it by at most ${maxStepFactor} (policy.max_step_factor), ${why}.`,
      };
    }
    for (const [step, amount] of steps.entries()) {
      const isPhase = amount === target;
      const targets = amountsOf(base, winnerAdSetId, amount, keeps);
      const planned: PlannedPhase = {
        name: isPhase ? name : stepName(amount / total, names),
        winnerShare: isPhase ? phase.winnerShare : amount / total,
        waitHours: phases.length === 0 ? 0 : step === 0 ? phase.waitHours : waitAmid(input.phases, index),
        targets,
      };
      names.add(planned.name);
      const tooLow = Object.entries(targets).find(([, least]) => least < minimum);
      if (tooLow) {
        return {
          kind: 'refused',
          cause: 'below_minimum',
          reason: `Phase ${planned.name} would set ad set ${tooLow[0]} to ${formatAmount(tooLow[1], currency)}, below Meta's minimum of ${formatAmount(minimum, currency)} a day.`,
        };
      }
      phases.push(planned);
    }
  }
  if (phases.length === 0) {
    return {
      kind: 'refused',
      cause: 'nothing_to_raise',
      reason: `The winner already has ${formatAmount(winnerBase, currency)} of ${formatAmount(total, currency)}, as much as the last phase would give it.`,
    };
  }
  return { kind: 'plan', plan: { winnerAdSetId, base, phases, skipped } };
}

/**
 * All ad sets' amounts if the winner has `amount`: the others share the rest in proportion to their old budgets. They are
 * sorted by id, so that an odd minor unit goes to the same ad set in whatever order they were read.
 */
function amountsOf(base: Budgets, winnerAdSetId: string, amount: number, keeps: readonly string[]): Budgets {
  const kept = Object.fromEntries(
    keeps.filter((id) => id !== winnerAdSetId && id in base).map((id) => [id, base[id]!]),
  );
  const others = Object.keys(base)
    .filter((id) => id !== winnerAdSetId && !(id in kept))
    .sort();
  const weights = others.map((id) => base[id]!);
  // Less than nothing can't be shared: an amount of 0 is below Meta's minimum, which refuses the plan.
  const rest = splitInProportion(Math.max(0, totalOf(base) - amount - totalOf(kept)), weights);
  return {
    [winnerAdSetId]: amount,
    ...Object.fromEntries(others.map((id, index) => [id, rest[index]!])),
    ...kept,
  };
}

/** The winner's amounts up to and including `target`; null if so small a step changes nothing. */
function stepsTo(target: number, from: number, factor: number): number[] | null {
  const steps: number[] = [];
  for (let reached = from; reached < target && steps.length <= MOST_STEPS; reached = steps.at(-1)!) {
    const most = Math.floor(times(reached, factor));
    if (most <= reached) return null;
    steps.push(Math.min(most, target));
  }
  return steps;
}

/** The wait between two steps on the way to a phase: the phase's own, or the next phase's if it has none. */
function waitAmid(phases: readonly Phase[], index: number): number {
  return phases.slice(index).find(({ waitHours }) => waitHours > 0)?.waitHours ?? DEFAULT_WAIT_HOURS;
}

/** The share in percent, with as many digits as make the name unique. */
function stepName(share: number, taken: ReadonlySet<string>): string {
  for (let digits = 2; ; digits++) {
    const name = String(Number((share * 100).toFixed(digits)));
    if (Number(name) > 0 && !taken.has(name)) return name;
  }
}

/** The step that multiplies a budget by most, whichever ad set it is. */
export interface LargestStep {
  phase: string;
  adSetId: string;
  /** The budget after the step divided by the budget before it. */
  factor: number;
}

/** `phase`: of this phase alone; missing: of the whole rollout. */
export function largestStep(
  { base, phases }: Pick<RolloutPlan, 'base' | 'phases'>,
  phase?: string,
): LargestStep {
  const all = phases.flatMap(({ name, targets }, index) =>
    Object.entries(targets).map(
      ([adSetId, amount]): LargestStep => ({
        phase: name,
        adSetId,
        factor: amount / (phases[index - 1]?.targets ?? base)[adSetId]!,
      }),
    ),
  );
  const steps = phase === undefined ? all : all.filter((step) => step.phase === phase);
  return steps.reduce((largest, step) => (step.factor > largest.factor ? step : largest));
}

/** One sentence about a whole rollout; the factor rounded to hundredths. */
export function largestStepSentence({ phase, adSetId, factor }: LargestStep, limit: number): string {
  return `The largest step, phase ${phase}, multiplies ad set ${adSetId}'s budget by ${hundredths(factor)} (limit ${limit}).`;
}

/** One sentence about the phase that is next. `name`: what users call the ad set. */
export function phaseStepSentence(
  { phase, factor }: Pick<LargestStep, 'phase' | 'factor'>,
  limit: number,
  name: string,
): string {
  return `Phase ${phase} multiplies the budget of ${name} by ${hundredths(factor)} (limit ${limit}).`;
}

function hundredths(factor: number): number {
  return Math.round(factor * 100) / 100;
}

/**
 * The order in which a change from `current` to `targets` is written: cuts before raises, so that no write makes the
 * total larger than it was. Ad sets already at their target stay in the list, because they must be read to prove it.
 */
export function writeOrder(current: Budgets, targets: Budgets): string[] {
  const ids = Object.keys(targets);
  const isRaise = (id: string) => targets[id]! > current[id]!;
  return [...ids.filter((id) => !isRaise(id)), ...ids.filter(isRaise)];
}
