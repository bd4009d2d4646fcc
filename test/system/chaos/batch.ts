/**
 * Plays one batch in a process of its own, so that everything it started ends with it. Input: seed, number and limits as
 * JSON. Output: the results of its runs as the last line on stdout.
 */
import type { PoolConfig } from 'pg';
import { installRuntime } from '../../../src/service/runtime.js';
import { drawBatch, drawsOf } from './draw.js';
import { judge, type Violation } from './invariants.js';
import { type Searched, SecretSearch } from './secrets.js';
import { playOnService } from './service.js';
import { playSkipping } from './skipping.js';
import { storyLines } from './story.js';

export interface BatchOrder {
  seed: number;
  number: number;
  /** Range of the seed's runs, by index: from (inclusive), to (exclusive). */
  from: number;
  to: number;
  /** Server on which to make a database; null: none, the database is embedded. */
  postgres: PoolConfig | null;
}

export interface BatchResult {
  runs: {
    run_seed: number;
    /** Names of what was drawn for the run and its batch. */
    draws: string[];
    state: string;
    faults: Record<string, number>;
    writes: number;
    violations: Violation[];
    /** One entry per line. */
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
for (const run of played.runs) search.addStory(run);
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
    story: storyLines(story, promotedAt),
  })),
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
