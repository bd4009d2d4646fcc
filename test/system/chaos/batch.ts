/**
 * One batch in a process of its own, so that a batch ends with all that it started: its plan's seed, number and limits
 * in as JSON, what came of its runs out as the last line on stdout.
 */
import type { PoolConfig } from 'pg';
import { installRuntime } from '../../../src/service/runtime.js';
import { drawBatch, drawsOf } from './draw.js';
import { judge, type Violation } from './invariants.js';
import { type Searched, SecretSearch } from './secrets.js';
import { playOnService } from './service.js';
import { playSkipping } from './skipping.js';
import { tell } from './story.js';

export interface BatchOrder {
  seed: number;
  number: number;
  /** Indexes of the seed's runs, from and up to but not. */
  from: number;
  to: number;
  /** A server to make a database on; null: there is none, and the database is inside the process. */
  postgres: PoolConfig | null;
}

export interface BatchResult {
  runs: {
    run_seed: number;
    /** What was drawn of it and of its batch. */
    draws: string[];
    state: string;
    faults: Record<string, number>;
    writes: number;
    violations: Violation[];
    /** Line by line. */
    story: string[];
  }[];
  faults: Record<string, number>;
  secrets: Pick<Searched, 'texts' | 'echoes'>;
}

const order = JSON.parse(process.argv[2] ?? '{}') as BatchOrder;
const search = new SecretSearch();
search.overhear(process.stderr);
const log = (line: string) => void process.stderr.write(`batch ${order.number}: ${line}\n`);
installRuntime(log);
const batch = drawBatch(order.seed, order.number);
batch.runs = batch.runs.slice(Math.max(0, order.from - batch.first), Math.max(0, order.to - batch.first));
const played =
  batch.kind === 'service'
    ? await playOnService(batch, { search, log })
    : await playSkipping(batch, { postgres: order.postgres, search, log });
for (const run of played.runs) search.told(run);
const { texts, echoes, violations } = search.conclude(played.runs.map(({ runSeed }) => runSeed));
const scenes = new Map(batch.runs.map(({ runSeed, scene }) => [runSeed, scene]));
const result: BatchResult = {
  faults: played.faults,
  secrets: { texts, echoes },
  runs: played.runs.map(({ runSeed, evidence, faults, story, promotedAt }) => ({
    run_seed: runSeed,
    draws: [scenes.get(runSeed) ?? 'random', ...drawsOf(batch)],
    state: evidence.state,
    faults,
    writes: evidence.audit.filter((row) => row.actor === 'api').length,
    violations: [...judge(runSeed, evidence), ...violations.filter((each) => each.run_seed === runSeed)],
    story: tell(story, promotedAt),
  })),
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
