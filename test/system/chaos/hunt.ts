import { makeMutant } from '../../support/mutant.js';
import type { Violation } from './invariants.js';
import { MUTANTS } from './mutants.js';
import { playBatches } from './play.js';

/** Whether a broken copy was caught. */
export interface MutantReport {
  mutant: string;
  seed: number;
  caught: boolean;
  /** Runs played until then, in whole batches. */
  runs: number;
  /** Violations, at most three. */
  violations: Violation[];
}

/** Plays runs on a broken copy until an invariant breaks, at most `runs`. */
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
