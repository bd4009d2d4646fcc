import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { phaseName } from '../../../src/domain/rollout/plan.js';
import { drawKills, Scene, WRITES } from './interrupt.js';

/** The short form of `npm run crash`, on one data folder; one experiment hour takes one second. */
describe('the sandbox, killed in the middle of a rollout and started again', () => {
  let directory: string;
  let scene: Scene;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-kill-'));
    scene = new Scene(directory, { timeScale: 3_600, seed: 7, log: () => {} });
  });
  afterAll(async () => {
    await scene.close().finally(() => rm(directory, { recursive: true, force: true }));
  });

  it('reaches the last phase after kill -9 of everything during a write', { timeout: 480_000 }, async () => {
    const report = await scene.interrupt('everything', { mode: 'group', instant: { writes: 1, delayMs: 0 } });
    expect(report).toMatchObject({
      violations: [],
      phases: DEFAULT_PHASES.map((phase) => ({ phase: phaseName(phase) })),
    });
  });

  it('reaches the last phase after kill -9 of Node alone between two phases', {
    timeout: 480_000,
  }, async () => {
    const report = await scene.interrupt('node-alone', {
      mode: 'node',
      instant: { writes: 4, delayMs: 300 },
    });
    expect(report.violations).toEqual([]);
    expect(report.at).toBeGreaterThan(1);
  });

  it('continues from the ledger if the Temporal file is gone', { timeout: 480_000 }, async () => {
    const kill = { mode: 'group', instant: { writes: 3, delayMs: 0 } } as const;
    const report = await scene.interrupt('no-file', kill, () =>
      rm(path.join(directory, 'temporal'), { recursive: true }),
    );
    expect(report.violations).toEqual([]);
    expect(report.at).toBeGreaterThanOrEqual(1);
  });
});

describe('the instants that are drawn', () => {
  it('cover a rollout from before its first write to its last, alternate the modes, and depend only on the seed', () => {
    const kills = drawKills(1, 10, 1_800);
    expect(kills).toEqual(drawKills(1, 10, 1_800));
    expect(kills).not.toEqual(drawKills(2, 10, 1_800));
    const writes = kills.map(({ instant }) => instant.writes);
    expect(writes[0]).toBe(0);
    expect(writes.at(-1)).toBe(WRITES);
    expect(writes).toEqual([...writes].sort((a, b) => a - b));
    expect(kills.filter(({ mode }) => mode === 'group')).toHaveLength(5);
    expect(Math.max(...kills.map(({ instant }) => instant.delayMs))).toBeLessThanOrEqual(4_000);
  });
});
