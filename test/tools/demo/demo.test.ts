import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { phaseName } from '../../../src/domain/rollout/plan.js';
import type { KnownRecord } from '../../../src/tools/demo/api.js';
import { auditBooks } from '../../../src/tools/demo/books.js';
import { DemoEnded, type DemoResult, runDemo } from '../../../src/tools/demo/demo.js';
import { DemoDocument } from '../../../src/tools/demo/document.js';
import { summarise } from '../../../src/tools/demo/summary.js';
import { trulyBetter } from '../../../src/tools/demo/world.js';

const SEED = 1;
const PHASES = DEFAULT_PHASES.map(phaseName);
/** The first phase, a cut, the refused raise, and the two writes of the revert. */
const REFUSED_TEST_ROWS = 6;
/** The fastest time scale that the service accepts: an hour takes half a second. */
const SETTINGS = { TIME_SCALE: '7200' };

let folder: string;
let temporary: string | undefined;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-test-'));
  temporary = process.env.TMPDIR;
  process.env.TMPDIR = folder;
});
afterAll(async () => {
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  await rm(folder, { recursive: true, force: true });
});

/** What is in a folder for temporary files, apart from the cache of the loader of TypeScript, which threads fill too. */
async function leftIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('tsx-'));
}

describe('runDemo', () => {
  let result: DemoResult;
  const events: string[] = [];
  const byId = (id: string) =>
    result.document.scenarios
      .flatMap(({ experiments }) => experiments)
      .find((one) => one.experiment_id === id)!;

  beforeAll(async () => {
    result = await runDemo({
      seed: SEED,
      scenarios: ['clear_winner', 'continue_testing', 'batch'],
      settings: SETTINGS,
      limitSeconds: 90,
      observer: { event: ({ kind }) => events.push(kind) },
    });
  }, 150_000);

  it('ends with a document of the documented form, and each scenario ends as its world was drawn', () => {
    const document = DemoDocument.parse(JSON.parse(JSON.stringify(result.document)));
    expect([document.seed, document.time_scale]).toEqual([SEED, 7_200]);
    expect(document.scenarios.map(({ name, passed }) => [name, passed])).toEqual([
      ['clear_winner', true],
      ['continue_testing', true],
      ['batch', true],
    ]);
    expect(result.scenarios.map(({ failure }) => failure)).toEqual([null, null, null]);
  });

  it('promotes the truly better ad to the last phase and changes no budget of the close test', () => {
    const [clear, close] = result.scenarios;
    const winner = clear!.entry.experiments[0]!;
    expect(winner.winner_creative).toBe(trulyBetter(clear!.tests[0]!).headline);
    const amounts = Object.values(winner.budgets);
    const total = amounts.reduce((sum, { before }) => sum + before, 0);
    const raised = Math.round(DEFAULT_PHASES.at(-1)!.winnerShare * total);
    expect(amounts.map(({ now }) => now).sort((x, y) => x - y)).toEqual([total - raised, raised]);
    expect(winner.ledger.map(({ phase }) => phase)).toEqual(PHASES.flatMap((phase) => [phase, phase]));
    expect(close!.entry.experiments[0]).toMatchObject({ state: 'running', ledger: [], promoted_at: null });
  });

  it('reverts exactly the test whose write is refused, and no other write is refused', () => {
    const batch = result.scenarios[2]!.entry.experiments;
    const reverted = batch.filter(({ state }) => state === 'reverted');
    expect(reverted).toHaveLength(1);
    expect(batch).toHaveLength(5);
    const refused = batch.flatMap(({ ledger }) => ledger).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ phase }) => phase)).toEqual([PHASES[1]]);
    for (const { before, now } of Object.values(reverted[0]!.budgets)) expect(now).toBe(before);
  });

  it('ends with books that agree, and no phase comes too early', () => {
    expect(result.document.books).toMatchObject({ agree: true, disagreements: [] });
    expect(result.document.books.rows).toBe(5 * 2 * PHASES.length + REFUSED_TEST_ROWS);
    const waited = result.timings.filter(({ phase }) => phase !== PHASES[0]);
    expect(waited).toHaveLength(5 * (PHASES.length - 1));
    for (const { slack } of waited) expect(slack).toBeGreaterThanOrEqual(0);
    expect(events).toContain('phase');
  });

  it('does not accept a forged ledger', () => {
    const books = result.scenarios
      .flatMap(({ gathered }) => gathered)
      .map(({ experiment, ledger, budgets }) => ({
        experimentId: experiment.experiment_id,
        ledger,
        budgets,
      }));
    expect(auditBooks(books, result.audit)).toEqual([]);
    const doctored = books.map((book) =>
      book.experimentId === 'clear-winner'
        ? {
            ...book,
            ledger: book.ledger.map((row) =>
              row.sequence === 3 ? { ...row, intended: row.intended + 1 } : row,
            ),
          }
        : book,
    );
    expect(auditBooks(doctored, result.audit)).toEqual([
      expect.stringContaining(`clear-winner, ledger row 3 (phase ${PHASES[1]}`),
    ]);
  });

  it('is summarised in amounts of money', () => {
    const text = summarise(result);
    const { before, now } = Object.values(byId('clear-winner').budgets)[1]!;
    expect(text).toContain(`USD ${(before / 100).toFixed(2)} -> USD ${(now / 100).toFixed(2)}`);
    expect(text).toContain('The books agree');
  });

  it('leaves nothing behind', async () => {
    expect(await leftIn(folder)).toEqual([]);
  });
});

describe('a demo that is ended early', () => {
  it('stops its sandbox and leaves nothing behind', async () => {
    const patience = new AbortController();
    let api: KnownRecord | undefined;
    const demo = runDemo({
      seed: SEED,
      scenarios: ['clear_winner'],
      settings: SETTINGS,
      signal: patience.signal,
      observer: {
        ready: (service) => {
          api = service;
          patience.abort();
        },
      },
    });
    await expect(demo).rejects.toThrow(DemoEnded);
    await expect(api!.list()).rejects.toThrow();
    expect(await leftIn(folder)).toEqual([]);
  });
});

describe('a demo whose time is up', () => {
  it('reports an unfinished scenario as not passed, and reports the others too', async () => {
    const result = await runDemo({
      seed: SEED,
      scenarios: ['continue_testing', 'clear_winner'],
      settings: SETTINGS,
      limitSeconds: 1,
    });
    const [close, clear] = result.document.scenarios;
    expect(close!.passed).toBe(true);
    expect(clear).toMatchObject({ passed: false });
    expect(clear!.summary).toContain('clear-winner is running when the time is up');
    expect(DemoDocument.safeParse(result.document).success).toBe(true);
  });
});
