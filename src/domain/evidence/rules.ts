/** The decision rules by name. A new rule is a file and a line here. */

import { anytime } from './anytime.js';
import { sequential } from './sequential.js';
import type { Evidence, PairRow, Rule, RuleName, RuleSettings } from './types.js';
import { welch } from './welch-rule.js';

/** A rule's state between two of its looks; stored as bytes. */
export interface RuleRun {
  /** Weighs all rows so far at `hours` since the start. `after` is the new state; this one doesn't change. */
  look(rows: readonly PairRow[], hours: number): { evidence: Evidence; after: RuleRun };
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
  /** Continues from stored bytes. RangeError if they are damaged or of another version. */
  resume(settings: RuleSettings, bytes: Uint8Array): RuleRun;
}

function named<State>(rule: Rule<State>): NamedRule {
  const run = (settings: RuleSettings, state: State): RuleRun => ({
    look(rows, hours) {
      const { evidence, state: after } = rule.look(settings, state, rows, hours);
      return { evidence, after: run(settings, after) };
    },
    encode: () => rule.encode(state),
  });
  return {
    name: rule.name,
    version: rule.version,
    adjusted: rule.adjusted,
    start: (settings) => run(settings, rule.start(settings)),
    resume: (settings, bytes) => run(settings, rule.decode(bytes)),
  };
}

export const RULES: Record<RuleName, NamedRule> = {
  sequential: named(sequential),
  anytime: named(anytime),
  welch: named(welch),
};
