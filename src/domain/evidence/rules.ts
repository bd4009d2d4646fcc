/** The decision rules by name. A new rule is a file and a line here. */

import { anytime } from './anytime.js';
import type { DriftHistory } from './drift.js';
import type { RateRatio } from './rate-ratio.js';
import { SEQUENTIAL_VERSIONS } from './sequential.js';
import type { Evidence, PairRow, Rule, RuleName, RuleSettings } from './types.js';
import { welch } from './welch-rule.js';

/** A rule's state between two of its looks; stored as bytes. */
export interface RuleRun {
  /**
   * Weighs all rows so far at `hours` since the start. `after` is the new state; this one doesn't change. `history`: the
   * drift in the account's other tests; none by default.
   */
  look(
    rows: readonly PairRow[],
    hours: number,
    history?: DriftHistory,
  ): { evidence: Evidence; after: RuleRun };
  /** The stored form, for {@link NamedRule.resume}. */
  encode(): Uint8Array;
}

/** A rule whose type of state callers needn't know. */
export interface NamedRule {
  readonly name: string;
  readonly version: string;
  /** Whether its figures stay valid under repeated looks. */
  readonly adjusted: boolean;
  /** RangeError for settings under which the rule can't keep its error rate. */
  start(settings: RuleSettings): RuleRun;
  /** The estimate that a look at these rows weighs, without a look. */
  estimate(settings: RuleSettings, rows: readonly PairRow[], history?: DriftHistory): RateRatio;
  /** Whether the account's other tests matter to a look. */
  usesHistory(settings: RuleSettings): boolean;
  /** Continues from stored bytes. RangeError if they are damaged or of another version. */
  resume(settings: RuleSettings, bytes: Uint8Array): RuleRun;
}

function named<State>(rule: Rule<State>): NamedRule {
  const run = (settings: RuleSettings, state: State): RuleRun => ({
    look(rows, hours, history) {
      const { evidence, state: after } = rule.look(settings, state, rows, hours, history);
      return { evidence, after: run(settings, after) };
    },
    encode: () => rule.encode(state),
  });
  return {
    name: rule.name,
    version: rule.version,
    adjusted: rule.adjusted,
    estimate: (...given) => rule.estimate(...given),
    usesHistory: (settings) => rule.usesHistory(settings),
    start: (settings) => run(settings, rule.start(settings)),
    resume: (settings, bytes) => run(settings, rule.decode(bytes)),
  };
}

/** The oldest version first. Old ones stay: a test keeps the version with which its first look was made. */
const VERSIONS: Record<RuleName, readonly NamedRule[]> = {
  sequential: SEQUENTIAL_VERSIONS.map(named),
  anytime: [named(anytime)],
  welch: [named(welch)],
};

/** The newest version of each rule. */
export const RULES: Record<RuleName, NamedRule> = {
  sequential: VERSIONS.sequential.at(-1)!,
  anytime: VERSIONS.anytime.at(-1)!,
  welch: VERSIONS.welch.at(-1)!,
};

/** RangeError if the rule never had this version. */
export function ruleOf(name: RuleName, version: string): NamedRule {
  const found = VERSIONS[name].find((rule) => rule.version === version);
  if (!found) throw new RangeError(`the rule ${name} has no version ${version}`);
  return found;
}

/** The versions of a rule, the oldest first. */
export function versionsOf(name: RuleName): string[] {
  return VERSIONS[name].map(({ version }) => version);
}
