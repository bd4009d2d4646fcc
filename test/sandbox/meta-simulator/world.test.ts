import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Controls } from '../../../src/sandbox/meta-simulator/controls.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/types.js';
import { World } from '../../../src/sandbox/meta-simulator/world.js';
import { HOUR, START, TOKEN } from './support.js';

let directory: string;
let world: World;
/** A clock with a real await, on which time has passed by the next reading, as on a fast clock. */
let instant = START;
const clock = {
  scale: 1,
  now: async () => {
    instant += 20 * 60_000;
    return instant;
  },
};

const open = () => World.open({ directory, clock, seed: 1, port: 0, accessToken: TOKEN });

/** Long enough for a change to be decided, too short for it to be on disk. */
async function decided(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

beforeEach(async () => {
  instant = START;
  directory = await mkdtemp(join(tmpdir(), 'market-'));
  world = await open();
});
afterEach(async () => {
  await world.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a world read while it is written', () => {
  it('does not draw an hour without a change that falls into it', async () => {
    const controls = new Controls(world);
    const { adIds, adSetIds } = await controls.createTest({
      name: 'busy',
      ads: [{ name: 'a', dailyBudget: 240_000, trueClickRate: 0.02 }],
    });
    const figures = (of: World, at: number) =>
      [...of.delivery.quarters(of.objects.get(adIds[0]!)!, at)].map(({ impressions }) => impressions);
    for (let i = 0; i < 40; i++) {
      const edit = controls.edit(adSetIds[0]!, { daily_budget: i % 2 === 0 ? 2_400_000 : 240_000 });
      await decided();
      figures(world, await world.asOf());
      await edit;
    }
    const at = await world.asOf();
    const seen = figures(world, at);
    expect(seen.length).toBeGreaterThan(100);
    await world.close();
    world = await open();
    expect(figures(world, at)).toEqual(seen);
  });

  it('shows a reader the time up to its request, with every change up to then', async () => {
    const controls = new Controls(world);
    const { adSetIds } = await controls.createTest({
      name: 'order',
      ads: [{ name: 'a', dailyBudget: 5_000, trueClickRate: 0.02 }],
    });
    const edits = [1, 2, 3, 4, 5].map((i) => controls.edit(adSetIds[0]!, { daily_budget: 5_000 + i }));
    const reads = await Promise.all(
      edits.map(async (_, i) => {
        for (let turns = 0; turns <= i; turns++) await decided();
        const at = await world.asOf();
        return { at, budget: world.objects.get(adSetIds[0]!)!.number('daily_budget', at) };
      }),
    );
    await Promise.all(edits);
    const audit: AuditRow[] = await controls.audit();
    for (const { at, budget } of reads) {
      expect(budget).toBe(audit.filter((row) => row.at <= at).at(-1)?.requested ?? 5_000);
    }
    const instants = audit.map((row) => row.at);
    expect(instants).toEqual([...instants].sort((a, b) => a - b));
    expect(instants.at(-1)! - START).toBeGreaterThan(HOUR);
  });
});
