import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/domain/experiment.js';
import type { FaultOrder } from '../../src/sandbox/meta-simulator/index.js';
import { adSetsOf, BASE, rollingOut } from '../support/rolling-out.js';
import { startWorld, type World } from '../support/world.js';

/** A revert while Meta can't read one ad set: a cut needs only its own ad set, a raise needs all of them. */
describe('one ad set that cannot be read during a revert', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  const GONE = { kind: 'refuse', code: 100, subcode: 33 } as const;
  const strike = (objectId: string, fault: Pick<FaultOrder, 'kind' | 'code' | 'subcode'>) =>
    world.market.order({ ...fault, objectId, times: null });
  /** Requests the revert; `answer`: its final answer. */
  const reverting = async (experiment: Experiment) => {
    const asked = await world.ask(experiment, 'revert');
    const answer = asked.result().then(
      ({ message }) => message,
      (error: { cause?: { message?: string } }) => error.cause?.message,
    );
    return { answer };
  };
  const accepted = async (experiment: Experiment) => {
    await world.market.withdraw();
    await world.control(experiment, 'resolve', { action: 'accept_current' });
  };

  it.each<[string, Pick<FaultOrder, 'kind' | 'code' | 'subcode'>, number]>([
    ['is gone', GONE, 1],
    ['may no longer be seen', { kind: 'refuse', code: 200 }, 26],
    ['gets no answer', { kind: 'server_error' }, 26],
  ])(
    'a loser that %s: the winner is cut at once, and the message names the loser',
    async (name, fault, hours) => {
      const experiment = await rollingOut(world, `loser-${name.replaceAll(' ', '-')}`);
      const [loser, winner] = adSetsOf(experiment);
      await strike(loser!, fault);
      const { answer } = await reverting(experiment);
      await world.pass(0.1);
      expect(await world.budgets(experiment)).toEqual([80_000, 100_000]);
      const stuck = await world.until(experiment, ['needs_attention'], hours);
      expect(stuck.stateReason).toContain(`Ad set ${loser} could not be read: `);
      expect(stuck.stateReason).toMatch(
        new RegExp(`; now ad set ${winner} at USD 1000\\.00; ad set ${loser} could not be read\\.$`),
      );
      expect(await answer).toContain(stuck.stateReason);
      // When Meta answers again, the budget is read and named.
      await world.market.withdraw();
      await world.pass(0.3);
      expect((await world.state(experiment)).stateReason).toMatch(
        new RegExp(`; now ad set ${loser} at USD 800\\.00, ad set ${winner} at USD 1000\\.00\\.$`),
      );
      await world.control(experiment, 'resolve', { action: 'retry_restore' });
      expect(await world.budgets(experiment)).toEqual(BASE);
      await world.until(experiment, ['reverted'], 3);
    },
  );

  it('the winner: no loser is raised while the winner may still have its raise', async () => {
    const experiment = await rollingOut(world, 'winner-gone');
    const [loser, winner] = adSetsOf(experiment);
    await strike(winner!, GONE);
    const { answer } = await reverting(experiment);
    const stuck = await world.until(experiment, ['needs_attention'], 3);
    expect(stuck.stateReason).toMatch(
      new RegExp(`; now ad set ${loser} at USD 800\\.00; ad set ${winner} could not be read\\.$`),
    );
    expect(await answer).toContain(stuck.stateReason);
    expect(await world.budgets(experiment)).toEqual([80_000, 120_000]);
    await accepted(experiment);
  });

  it('one of two losers: the winner is cut; the other loser is not raised while the total is unknown', async () => {
    const clickRates = [0.02, 0.02, 0.04];
    const experiment = await world.begin({ id: 'three', clickRates, dailyBudget: 100_000 });
    await world.pass(3);
    await world.control(experiment, 'promote');
    expect(await world.budgets(experiment)).toEqual([60_000, 60_000, 180_000]);
    await strike(adSetsOf(experiment)[0]!, GONE);
    const { answer } = await reverting(experiment);
    await world.until(experiment, ['needs_attention'], 3);
    await answer;
    expect(await world.budgets(experiment)).toEqual([60_000, 60_000, 100_000]);
    await accepted(experiment);
  });

  it("the winner's cut gets no answer at first: it is retried although the loser is permanently gone", async () => {
    const experiment = await rollingOut(world, 'gone-and-lost');
    const [loser, winner] = adSetsOf(experiment);
    await strike(loser!, GONE);
    await world.market.order({ kind: 'lost_request', objectId: winner!, method: 'POST', times: 1 });
    const { answer } = await reverting(experiment);
    await world.until(experiment, ['needs_attention'], 3);
    await answer;
    expect(await world.budgets(experiment)).toEqual([80_000, 100_000]);
    await accepted(experiment);
  });

  it('a stop that keeps the budgets names the readable ones', async () => {
    const experiment = await rollingOut(world, 'kept');
    const [loser, winner] = adSetsOf(experiment);
    await strike(loser!, GONE);
    const { message } = await world.control(experiment, 'stop', { budgets: 'keep' });
    expect(message).toBe(
      `Stopped. The budgets stay as they are: ad set ${winner} at USD 1200.00; ad set ${loser} could not be read.`,
    );
    await world.market.withdraw();
  });
});
