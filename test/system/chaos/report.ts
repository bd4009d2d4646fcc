import type { BatchResult } from './batch.js';
import type { Violation } from './invariants.js';

const FINAL_STATES = ['completed', 'reverted', 'held', 'needs_attention', 'stopped'] as const;

/** The document that the command prints. Several documents can be added up: see {@link addUp}. */
export interface ChaosDocument {
  seed: number | number[];
  runs: number;
  /** Number of runs by the names of what was drawn for them and their batch. */
  draws: Record<string, number>;
  faults: { total: number } & Record<string, number>;
  /** Budget writes of the service that reached the market, including refused ones. */
  writes: number;
  final_states: Record<(typeof FINAL_STATES)[number], number>;
  /** Number of runs whose rollout never began or that ended in none of the states above, by state. */
  unfinished: Record<string, number>;
  violations: Violation[];
  /** Number of texts searched for the service's secrets, and of the market's errors that contained them. */
  secrets: { texts: number; echoes: number };
  seconds: number;
  /** Range of the seed's runs, from (inclusive) and to (exclusive); null if documents were added up. */
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

/** Adds the results of a batch. */
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

/** The sum of several documents, e.g. of a long record that was made in parts. */
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
    // Older parts of a long record may lack fields that were added later.
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
