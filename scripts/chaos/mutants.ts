import { type Mutation, makeMutant } from '../../test/support/mutant.js';
import type { Violation } from './invariants.js';
import { playBatches } from './play.js';

/** Broken copies of the service that a record of runs must tell from the whole one. */
export const MUTANTS: Record<string, Mutation[]> = {
  // The order alone does no harm: the envelope refuses the raise, so it is broken too.
  raise_before_cut: [
    {
      file: 'src/domain/rollout-plan.ts',
      find: 'return [...ids.filter((id) => !isRaise(id)), ...ids.filter(isRaise)];',
      replace: 'return [...ids.filter(isRaise), ...ids.filter((id) => !isRaise(id))];',
    },
    {
      file: 'src/activities/budgets.ts',
      find: 'if (totalAfter > Math.max(totalOf(base), total)) {',
      replace: 'if (totalAfter > 10 * Math.max(totalOf(base), total)) {',
    },
  ],
  read_back_skipped: [
    {
      file: 'src/activities/budget-attempt.ts',
      find: '        const dailyBudget = await meta.getDailyBudget(row.adSetId);\n        if (dailyBudget === row.intended) {',
      replace: '        if (row.intended > 0) {',
    },
  ],
  // A write that may still land is neither waited for nor looked for afterwards.
  revert_without_second_read: [
    {
      file: 'src/activities/budgets.ts',
      find: "if (inFlight > 0) return { kind: 'unknown', waitMs: inFlight };",
      replace: "if (inFlight > 0 && phase !== REVERT) return { kind: 'unknown', waitMs: inFlight };",
    },
    {
      file: 'src/workflows/compensation.ts',
      find: '  const watched = await watchForLateWrites(run);\n',
      replace:
        "  const watched = { kind: 'watched' as const, reading: { base: {}, current: {} } as BudgetReading };\n",
    },
  ],
  expected_before_dropped: [
    {
      file: 'src/activities/budgets.ts',
      find: '        if (foreign.length > 0) {',
      replace: '        if (foreign.length > 1_000) {',
    },
  ],
  kill_switch_ignored: [
    {
      file: 'src/activities/write-limits.ts',
      find: '  if (!killSwitch?.engaged) return null;',
      replace: '  if (!killSwitch?.engaged || killSwitch.at > 0) return null;',
    },
    {
      file: 'src/domain/gate.ts',
      find: '  if (facts.killSwitch?.engaged) hold(',
      replace: '  if (facts.killSwitch?.engaged && facts.now < 0) hold(',
    },
  ],
  envelope_ignored: [
    {
      file: 'src/clients/postgres/ledger.ts',
      find: 'after!.moved > envelope.limit',
      replace: 'after!.moved > 100 * envelope.limit',
    },
    {
      file: 'src/domain/gate.ts',
      find: '  if (moved + wanted <= limit) return null;',
      replace: '  if (moved + wanted <= 100 * limit) return null;',
    },
  ],
  // Meta's errors are repeated as they come.
  errors_not_scrubbed: [
    {
      file: 'src/clients/meta/scrub.ts',
      find: '    let clean = text;\n',
      replace: '    if (text.length > 0) return text;\n    let clean = text;\n',
    },
  ],
  // What stood before the first write is remembered by the process that made it; another one takes what it finds.
  undo_from_memory: [
    {
      file: 'src/activities/budgets.ts',
      find: '  const send = createSender(deps);\n',
      replace: [
        '  const send = createSender(deps);',
        '  const remembered = new Map<string, Budgets>();',
        '  const baseOf = (experimentId: string, current: Budgets): Budgets => {',
        '    if (!remembered.has(experimentId)) remembered.set(experimentId, current);',
        '    return remembered.get(experimentId)!;',
        '  };',
        '',
      ].join('\n'),
    },
    {
      file: 'src/activities/budgets.ts',
      find: '        const current = await readAll(promotion);\n        const { base } = promotion.plan;\n',
      replace:
        '        const current = await readAll(promotion);\n        const base = baseOf(experiment.id, current);\n',
    },
    {
      file: 'src/activities/budgets.ts',
      find: '      const { base } = promotion.plan;\n      const current = await callingMeta(() => readAll(promotion));\n',
      replace:
        '      const current = await callingMeta(() => readAll(promotion));\n      const base = baseOf(experimentId, current);\n',
    },
  ],
};

/** What became of a broken copy. */
export interface MutantReport {
  mutant: string;
  seed: number;
  caught: boolean;
  /** Runs that were played until then, by whole batches. */
  runs: number;
  /** Of the runs that broke an invariant, at most three. */
  violations: Violation[];
}

/** Plays runs over a broken copy until an invariant breaks, `runs` at most. */
export async function hunt(
  mutant: string,
  options: { seed: number; from: number; runs: number; jobs: number; log(line: string): void },
): Promise<MutantReport> {
  const mutations = MUTANTS[mutant];
  if (!mutations) throw new Error(`--mutant must be one of ${Object.keys(MUTANTS).join(', ')}, or all.`);
  const { seed, from, runs, jobs, log } = options;
  const copy = await makeMutant(mutations);
  const report: MutantReport = { mutant, seed, caught: false, runs: 0, violations: [] };
  try {
    await playBatches({
      seed,
      from,
      to: from + runs,
      jobs,
      sources: copy.directory,
      log,
      onBatch(result) {
        report.runs += result.runs.length;
        report.violations.push(...result.runs.flatMap(({ violations }) => violations));
        return report.violations.length === 0;
      },
    });
  } finally {
    await copy.remove();
  }
  report.caught = report.violations.length > 0;
  report.violations.splice(3);
  return report;
}
