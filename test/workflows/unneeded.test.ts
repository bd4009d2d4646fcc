import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assignmentSentence } from '../../src/domain/decision/assignment.js';
import type { FaultOrder } from '../../src/sandbox/meta-simulator/index.js';
import { startWorld, type World } from '../support/world.js';

/** Meta's studies only show whether people were split between the ads at random: no test and no money waits for them. */
describe("studies that Meta doesn't report", () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'time-skipping' });
  });
  afterAll(() => world?.stop());

  it.each<Pick<FaultOrder, 'kind' | 'code'>>([
    { kind: 'server_error' },
    { kind: 'hang' },
    { kind: 'expired_token' },
    { kind: 'refuse', code: 200 },
    { kind: 'rate_limit' },
  ])(
    'from the start to the last phase ($kind): the test is decided and the rollout completes',
    async (fault) => {
      await world.market.order({ ...fault, edge: 'ad_studies', times: null });
      const experiment = await world.begin({ id: `studies-${fault.kind}`, clickRates: [0.02, 0.034] });
      const verifying = await world.until(experiment, ['verifying'], 60);
      await world.market.withdraw();
      expect(await world.budgets(experiment)).toEqual([8_000, 32_000]);
      const [decision] = await world.store.listDecisions(experiment.id, { limit: 1, offset: 0 });
      expect(decision!.setting).toMatchObject({ randomised: null });
      expect(decision!.reasons.at(-1)).toBe(assignmentSentence(null));
      const gates = await world.store.listGates(experiment.id);
      expect(gates.map(({ phase, outcome }) => [phase, outcome])).toEqual([
        ['60', 'pass'],
        ['70', 'pass'],
        ['80', 'pass'],
      ]);
      expect(verifying.stateChangedAt).toBeLessThan(experiment.startedAt + 40 * 3_600_000);
      await world.control(experiment, 'stop', { budgets: 'keep' });
    },
  );
});
