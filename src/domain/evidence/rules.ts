/** The decision rules by name. A further rule is a file of its own and a line here. */

import { anytime } from './anytime.js';
import { sequential } from './sequential.js';
import type { Evidence, PairRow, Rule, RuleName, RuleSettings } from './types.js';
import { welch } from './welch-rule.js';

/** What one look of a rule leaves for the next, between looks of that rule alone; stored as its bytes. */
export interface RuleRun {
  /** Weighs all rows so far at `hours` since the start, and what it leaves. This run stays as it is. */
  look(rows: readonly PairRow[], hours: number): { evidence: Evidence; after: RuleRun };
  /** The stored form, for {@link NamedRule.resume}. */
  encode(): Uint8Array;
}

/** A rule whose kind of state its callers needn't know. */
export interface NamedRule {
  readonly name: string;
  readonly version: string;
  /** Whether its figures stay true under repeated looks. */
  readonly adjusted: boolean;
  /** RangeError for settings that the rule can't keep its promise with. */
  start(settings: RuleSettings): RuleRun;
  /** Goes on from stored bytes. RangeError where they are damaged or of another version. */
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
