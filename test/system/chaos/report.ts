import type { BatchResult } from './batch.js';
import type { Violation } from './invariants.js';

const FINAL_STATES = ['completed', 'reverted', 'held', 'needs_attention', 'stopped'] as const;

/** What the command prints. Of several documents one can be made: see {@link addUp}. */
export interface ChaosDocument {
  seed: number | number[];
  runs: number;
  /** Runs by what was drawn of them and of their batch. */
  draws: Record<string, number>;
  faults: { total: number } & Record<string, number>;
  /** Budget writes of the service that reached the market, refused ones too. */
  writes: number;
  final_states: Record<(typeof FINAL_STATES)[number], number>;
  /** Runs whose rollout never began, and what else ended in none of the states above, by state. */
  unfinished: Record<string, number>;
  violations: Violation[];
  /** Texts searched for the service's secrets, and errors of the market that held them. */
  secrets: { texts: number; echoes: number };
  seconds: number;
  /** Indexes of the seed's runs, from and up to but not; null where documents were added up. */
  range: [number, number] | null;
}

export function emptyDocument(seed: number, range: [number, number]): ChaosDocument {
  return {
    seed,
    runs: 0,
    draws: {},
    faults: { total: 0 },
    writes: 0,
    final_states: { completed: 0, reverted: 0, held: 0, needs_attention: 0, stopped: 0 },
    unfinished: {},
    violations: [],
    secrets: { texts: 0, echoes: 0 },
    seconds: 0,
    range,
  };
}

/** Enters what came of a batch. */
export function enter(document: ChaosDocument, { runs, faults, secrets }: BatchResult): void {
  add(document.secrets, secrets);
  for (const counts of [faults, ...runs.map((run) => run.faults)]) {
    for (const [kind, count] of Object.entries(counts)) {
      document.faults[kind] = (document.faults[kind] ?? 0) + count;
      document.faults.total += count;
    }
  }
  for (const { draws, state, writes, violations } of runs) {
    document.runs++;
    for (const draw of draws) add(document.draws, { [draw]: 1 });
    document.writes += writes;
    document.violations.push(...violations);
    const final = FINAL_STATES.find((name) => name === state);
    if (final) document.final_states[final]++;
    else document.unfinished[state] = (document.unfinished[state] ?? 0) + 1;
  }
}

/** One document of several, as of a long record that was made by parts. */
export function addUp(documents: readonly ChaosDocument[]): ChaosDocument {
  const seeds = [...new Set(documents.flatMap(({ seed }) => seed))];
  const sum = emptyDocument(seeds[0] ?? 0, [0, 0]);
  sum.seed = seeds.length === 1 ? seeds[0]! : seeds;
  sum.range = null;
  for (const each of documents) {
    sum.runs += each.runs;
    sum.writes += each.writes;
    sum.seconds += each.seconds;
    sum.violations.push(...each.violations);
    // Parts of a long record may be older than the search, or than the scenes.
    add(sum.draws, each.draws ?? {});
    add(sum.secrets, each.secrets ?? {});
    add(sum.faults, each.faults);
    add(sum.final_states, each.final_states);
    add(sum.unfinished, each.unfinished);
  }
  return sum;
}

function add(sum: Record<string, number>, more: Record<string, number>): void {
  for (const [key, count] of Object.entries(more)) sum[key] = (sum[key] ?? 0) + count;
}
