import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import type { FreezeWindow } from '../../src/domain/rollout/freeze.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { AT_60, adSetsOf, BASE, begun, rollingOut } from '../support/rolling-out.js';
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

  /** A dated window in UTC: whole minutes, from an hour ago. Returns its end. */
  const freeze = async (id: string, hours: number): Promise<number> => {
    const now = await world.clock.now();
    const minute = (at: number) => new Date(at).toISOString().slice(0, 16);
    const until = Math.ceil((now + hours * HOUR_MS) / 60_000) * 60_000;
    const times = { kind: 'dated', from: minute(now - HOUR_MS), to: minute(until) } as const;
    await enter({ id, name: `Sale ${id}`, timezone: 'UTC', times }, false);
    return until;
  };
  const enter = async (window: FreezeWindow, removed: boolean) => {
    const events = await world.store.freezeEvents();
    const event = { window, removed, by: 'ana', reason: 'a sale', at: await world.clock.now() };
    expect(await world.store.enterFreezeEvent(event, events.length + 1)).toEqual(event);
  };
  const thaw = async (id: string) => {
    const events = await world.store.freezeEvents();
    await enter(events.find(({ window }) => window.id === id)!.window, true);
  };
  const texts = ({ id }: Experiment) =>
    world.events
      .filter(({ kind, experimentId }) => kind === 'state' && experimentId === id)
      .map(({ text }) => text);
  const phaseAt = async (experiment: Experiment, phase: string) =>
    (await world.store.listLedger(experiment.id)).find((row) => row.phase === phase)?.at;

  // First, since the days that it takes would be long with the tests of others.
  describe('by a freeze at the horizon', () => {
    it('keeps the winner of the last look, after which no other can follow', async () => {
      const experiment = await world.begin({
        id: 'last-look',
        clickRates: [0.02, 0.034],
        dailyBudget: 100_000,
        policy: { horizonHours: 48, minimumRunHours: 48 },
      });
      await world.pass(40);
      await freeze('horizon', 88);
      await world.until(experiment, ['held'], 12);
      const { lookNumber } = (await world.store.getPromotion(experiment.id))!;
      await world.pass(73);
      await world.until(experiment, ['rolling_out', 'verifying'], 8);
      expect(await world.store.getPromotion(experiment.id)).toMatchObject({ lookNumber, by: 'rule' });
      expect((await world.store.latestDecision(experiment.id))!.lookNumber).toBe(lookNumber);
      expect(await world.budgets(experiment)).toEqual(AT_60);
      await world.control(experiment, 'stop', { budgets: 'keep' });
    });
  });

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

  describe('by a freeze', () => {
    it('waits for its end and goes on by itself; resume is refused meanwhile', async () => {
      const experiment = await rollingOut(world, 'frozen');
      const until = await freeze('one', 5);
      const held = await world.until(experiment, ['held'], 2);
      expect(held.hold).toMatchObject({ code: 'freeze', endsItself: true, tryAt: until });
      const end = new Date(until).toISOString().slice(11, 16);
      expect(held.stateReason).toMatch(
        new RegExp(`^Phase 70 waits: Frozen until \\w{3} \\d+ \\w{3} ${end} \\(UTC\\): Sale one\\.$`),
      );
      expect(await world.status(experiment)).toMatchObject({
        nextDueAt: until,
        nextDue: 'the end of the freeze',
      });
      await expect(world.control(experiment, 'resume')).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/^Frozen until .* It ends by itself, or when an admin/) },
      });
      // A freeze that is made longer, or shorter, meanwhile.
      const longer = await freeze('two', 7);
      await world.pass(1.1);
      expect((await world.state(experiment)).hold?.tryAt).toBe(longer);
      await thaw('two');
      await world.pass(1.1);
      expect((await world.state(experiment)).hold?.tryAt).toBe(until);
      expect(await world.budgets(experiment)).toEqual(AT_60);
      await world.until(experiment, ['verifying'], 8);
      const written = (await phaseAt(experiment, '70'))!;
      expect(written).toBeGreaterThanOrEqual(until);
      expect(written).toBeLessThan(until + HOUR_MS / 10);
      await world.control(experiment, 'stop', { budgets: 'keep' });
    });

    it('ends within an hour of the removal of its window, and a revert never waits for it', async () => {
      const two = await begun(world, 'undone');
      const one = await rollingOut(world, 'thawed');
      await world.control(two, 'promote');
      await freeze('three', 100);
      await world.pass(2);
      expect((await world.state(one)).hold?.code).toBe('freeze');
      await world.control(two, 'revert');
      await world.until(two, ['reverted'], 2);
      expect(await world.budgets(two)).toEqual(BASE);
      await world.pass(24);
      expect((await world.store.listGates(one.id)).at(-1)).toMatchObject({ phase: 'held', outcome: 'pass' });
      await thaw('three');
      const removedAt = await world.clock.now();
      await world.until(one, ['rolling_out', 'verifying'], 1.1);
      await world.until(one, ['verifying'], 3);
      expect((await phaseAt(one, '70'))! - removedAt).toBeLessThan(1.1 * HOUR_MS);
      await world.control(one, 'stop', { budgets: 'keep' });
    });

    it('before the first write outlasts the decision: fresh data decides when it ends', async () => {
      const byRule = await world.begin({ id: 'decided', clickRates: [0.02, 0.034], dailyBudget: 100_000 });
      await world.pass(19);
      const asked = await begun(world, 'asked');
      await freeze('four', 16);
      await world.control(asked, 'promote', { by: 'bo', reason: 'a launch' });
      await world.until(byRule, ['held'], 8);
      const { lookNumber } = (await world.store.getPromotion(byRule.id))!;
      const { tryAt } = (await world.state(byRule)).hold!;
      await world.pass((tryAt! - (await world.clock.now())) / HOUR_MS - 0.1);
      for (const { id } of [byRule, asked]) {
        const experiment = (await world.store.getExperiment(id))!;
        expect(await world.state(experiment)).toMatchObject({ state: 'held' });
        expect(await world.audit(experiment)).toEqual([]);
        expect(texts(experiment).filter((text) => text.startsWith('held ->'))).toEqual([]);
      }
      await world.pass(0.5);
      for (const experiment of [byRule, asked]) {
        expect(texts(experiment).find((text) => text.startsWith('held -> running'))).toMatch(
          /^held -> running: The freeze is over\. The decision on challenger is \d+ h old: fresh data is looked at/,
        );
        expect(await world.budgets(experiment)).toEqual(AT_60);
      }
      expect((await world.store.getPromotion(byRule.id))!.lookNumber).toBeGreaterThan(lookNumber);
      expect(await world.store.getPromotion(asked.id)).toMatchObject({
        by: 'bo',
        reason: 'a launch',
        forced: true,
      });
      for (const experiment of [byRule, asked]) await world.control(experiment, 'stop', { budgets: 'keep' });
    });

    it('keeps what someone asked for if the rollout is resumed when the windows are gone', async () => {
      const experiment = await begun(world, 'resumed-late');
      await freeze('six', 30);
      await world.control(experiment, 'promote', { by: 'bo', reason: 'a launch' });
      // Half an hour before the windows are looked at again.
      await world.pass(7.5);
      await thaw('six');
      await world.control(experiment, 'resume');
      await world.pass(0.1);
      expect(await world.store.getPromotion(experiment.id)).toMatchObject({ by: 'bo', forced: true });
      expect(await world.budgets(experiment)).toEqual(AT_60);
      await world.control(experiment, 'stop', { budgets: 'keep' });
    });

    it('keeps what someone asked for until Meta answers again', async () => {
      const experiment = await begun(world, 'silent-end');
      await freeze('seven', 10);
      await world.control(experiment, 'promote', { by: 'bo', reason: 'a launch' });
      await world.pass(9.6);
      await world.market.order({ kind: 'server_error', method: 'GET', times: null });
      await world.pass(0.8);
      expect((await world.state(experiment)).stateReason).toMatch(
        /^Phase 60 waits: Fresh data could not be had/,
      );
      await world.market.withdraw();
      await world.until(experiment, ['rolling_out', 'verifying'], 2);
      expect(await world.store.getPromotion(experiment.id)).toMatchObject({ by: 'bo', reason: 'a launch' });
      await world.control(experiment, 'stop', { budgets: 'keep' });
    });

    it('lets a phase that has begun be completed', async () => {
      const experiment = await rollingOut(world, 'amid');
      const [, winner] = adSetsOf(experiment);
      // The cut of phase 70 is written, its raise is held until the token is renewed.
      const fault = await world.market.order({
        kind: 'expired_token',
        objectId: winner!,
        method: 'POST',
        times: null,
      });
      await world.until(experiment, ['held'], 2);
      const cut = (await world.budgets(experiment))[0]!;
      expect(cut).toBeLessThan(AT_60[0]!);
      await freeze('five', 10);
      await world.market.withdraw(fault);
      await world.pass(1.1);
      expect((await world.store.getPromotion(experiment.id))!.phasesDone).toHaveProperty('70');
      await world.until(experiment, ['held'], 2);
      expect(await world.state(experiment)).toMatchObject({ hold: { code: 'freeze' } });
      await world.control(experiment, 'pause');
      const resumed = await world.control(experiment, 'resume');
      expect(resumed.message).toMatch(/^The next phase waits\. Frozen until/);
      await world.control(experiment, 'stop', { budgets: 'restore' });
      expect(await world.budgets(experiment)).toEqual(BASE);
    });
  });
});
