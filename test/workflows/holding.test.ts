import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { adSetsOf, begun, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

describe('a hold', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  /** When the rollout was held, epoch ms. */
  const heldAt = ({ id }: Experiment) =>
    world.events
      .filter((event) => event.experimentId === id && / -> held: /.test(event.text))
      .map(({ at }) => at);
  /** Whole minutes from each instant to the next. */
  const waits = (instants: number[]) =>
    instants.slice(1).map((at, index) => Math.floor((at - instants[index]!) / (HOUR_MS / 60)));

  it('whose gate became too old between two writes is evaluated again and ends by itself', async () => {
    const experiment = await rollingOut(world, 'old-gate');
    const [loser] = adSetsOf(experiment);
    const ofPhase = async () =>
      (await world.store.listLedger(experiment.id)).filter(({ phase }) => phase === '70');
    const listGates = world.store.listGates;
    // A downtime of two hours after the cut of phase 70, as the raise sees it.
    world.store.listGates = async (id) => {
      const gates = await listGates(id);
      if (id !== experiment.id || (await ofPhase()).length !== 1) return gates;
      world.store.listGates = listGates;
      return gates.map((gate) => ({ ...gate, at: gate.at - 2 * HOUR_MS }));
    };
    await world.pass(1.2);
    expect(world.store.listGates).toBe(listGates);
    expect((await ofPhase()).map(({ adSetId, outcome }) => [adSetId === loser, outcome])).toEqual([
      [true, 'applied'],
      [false, 'not_sent'],
      [false, 'applied'],
    ]);
    const gates = (await listGates(experiment.id)).filter(({ phase }) => phase === '70');
    expect(gates.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    expect(await world.state(experiment)).toMatchObject({ state: 'rolling_out' });
    expect(heldAt(experiment)).toHaveLength(1);
    await world.control(experiment, 'stop', { budgets: 'restore' });
  });

  // The workflow continues as new after every step, so the state of the hold must be passed on.
  it('that comes back is retried less and less often over several runs, and at once again after a phase', async () => {
    const experiment = await begun(world, 'chain', {}, { maxHistoryEvents: 1 });
    await world.control(experiment, 'promote');
    const silence = () =>
      world.market.order({
        kind: 'server_error',
        objectId: experiment.variants[1]!.adId,
        method: 'GET',
        times: null,
      });
    await silence();
    await world.pass(6);
    const first = heldAt(experiment);
    expect(waits(first).slice(0, 6)).toEqual([10, 10, 20, 40, 60, 60]);
    await world.market.withdraw();
    for (
      let hours = 0;
      (await world.store.getPromotion(experiment.id))!.phasesDone['70'] === undefined;
      hours++
    ) {
      expect(hours).toBeLessThan(3);
      await world.pass(1);
    }
    await silence();
    await world.pass(4);
    const second = heldAt(experiment).slice(first.length);
    expect(waits(second).slice(0, 4)).toEqual([10, 10, 20, 40]);
    await world.market.withdraw();
  });

  it('continues with the same hold after its run was lost', async () => {
    const experiment = await rollingOut(world, 'lost-hold');
    await world.market.order({
      kind: 'server_error',
      objectId: experiment.variants[1]!.adId,
      method: 'GET',
      times: null,
    });
    await world.pass(3);
    const { hold } = await world.state(experiment);
    expect(hold).toMatchObject({ code: 'transient', endsItself: true });
    expect(hold!.tries).toBeGreaterThan(2);
    await world.client.workflow.getHandle(world.names.workflowId(experiment.id)).terminate('lost');
    // The check is refused during a hold, but it starts a run.
    await world.control(experiment, 'check').catch(() => {});
    await world.pass(1.1);
    const later = (await world.state(experiment)).hold!;
    expect(later.since).toBe(hold!.since);
    expect(later.tries).toBeGreaterThan(hold!.tries);
    expect(later.silentMs).toBeGreaterThan(hold!.silentMs);
    await world.market.withdraw();
  });
});
