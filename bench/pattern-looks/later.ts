/** How often tests after a statement are called a replication or a contradiction, if every new test is looked at. */

import { effectOf } from '../../src/domain/patterns/effects.js';
import { PATTERN_RULES } from '../../src/domain/patterns/rules.js';
import { laterResult, resultOfOneLook } from '../../src/domain/patterns/state.js';
import { Random } from '../../src/sandbox/random.js';
import { testOfOne } from './worlds.js';

const RULES = { fixed: resultOfOneLook, anytime: laterResult } as const;
type Rule = keyof typeof RULES;
const BOTH = Object.keys(RULES) as Rule[];

/** Shares of the runs. */
export interface LaterReport {
  /** By true effect: ever called replicated or contradicted. The pattern was stated with a positive sign. */
  ever: { effect: number; fixed: Called; anytime: Called }[];
  /** Called replicated at the look after so many tests. */
  replicated: { effect: number; tests: number; fixed: number; anytime: number }[];
}
interface Called {
  replicated: number;
  contradicted: number;
  either: number;
}

/** `looks`: one after each test. `at`: the numbers of tests at which power is reported. */
export function measureLater(options: {
  runs: number;
  looks: number;
  effects: readonly number[];
  at: readonly number[];
}): LaterReport {
  const report: LaterReport = { ever: [], replicated: [] };
  for (const effect of options.effects) {
    const all = Array.from({ length: options.runs }, (_, run) => oneRun(effect, run, options.looks));
    const share = (is: (run: Run) => boolean) => all.filter(is).length / all.length;
    const ever = (rule: Rule): Called => ({
      replicated: share((run) => run[rule].includes('replicated')),
      contradicted: share((run) => run[rule].includes('contradicted')),
      either: share((run) => run[rule].some((result) => result !== 'open')),
    });
    report.ever.push({ effect, fixed: ever('fixed'), anytime: ever('anytime') });
    for (const tests of options.at) {
      const now = (rule: Rule) => share((run) => run[rule][tests - 1] === 'replicated');
      report.replicated.push({ effect, tests, fixed: now('fixed'), anytime: now('anytime') });
    }
  }
  return report;
}

type Run = Record<Rule, ReturnType<typeof laterResult>[]>;

function oneRun(effect: number, run: number, looks: number): Run {
  const random = new Random(`later ${effect} ${run}`);
  const tests = Array.from({ length: looks }, (_, index) => testOfOne(random, index, effect));
  const found: Run = { fixed: [], anytime: [] };
  for (let count = 1; count <= looks; count++) {
    const later = effectOf(tests.slice(0, count), 'a', PATTERN_RULES.laterTests);
    for (const rule of BOTH) found[rule].push(RULES[rule](1, later));
  }
  return found;
}
