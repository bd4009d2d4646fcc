import { afterEach, describe, expect, it } from 'vitest';
import { REVERT } from '../../src/activities/budget-attempt.js';
import { createBudgetActivities } from '../../src/activities/budgets.js';
import type { MetaClient } from '../../src/clients/meta/index.js';
import { totalOf } from '../../src/domain/budget.js';
import { writeOrder } from '../../src/domain/rollout/plan.js';
import type { FaultKind } from '../../src/sandbox/meta-simulator/index.js';
import { type Random, random } from '../domain/evidence/simulate.js';
import { HOUR, MINUTE, type Stage, UNKNOWN_WAIT, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const FAULTS: FaultKind[] = [
  'lost_request',
  'server_error',
  'html',
  'applied_then_reset',
  'late_apply',
  'rate_limit',
  'expired_token',
];
const TRIES = 30;

class Killed extends Error {}

/** A client whose process ends at every fourth write, before or after the write reaches Meta. */
function mortal(meta: MetaClient, uniform: Random): MetaClient {
  return {
    ...meta,
    async writeDailyBudget(adSetId, amount) {
      const fate = uniform();
      if (fate < 0.125) throw new Killed();
      await meta.writeDailyBudget(adSetId, amount);
      if (fate < 0.25) throw new Killed();
    },
  };
}

/** Acts like the workflow: waits as long as an outcome says, and asks again. */
async function drive(stage: Stage, uniform: Random, phase: string, targets: Record<string, number>) {
  const activities = createBudgetActivities({ ...stage.deps, meta: mortal(stage.meta, uniform) });
  const { current } = await stage.budgets.readBudgets('exp');
  for (const adSetId of writeOrder(current, targets)) {
    for (let tries = 1; ; tries++) {
      if (tries > TRIES) throw new Error(`${adSetId} did not come to ${targets[adSetId]}`);
      if (uniform() < 0.4) {
        await stage.market.order({
          kind: FAULTS[Math.floor(uniform() * FAULTS.length)]!,
          objectId: adSetId,
          method: 'POST',
          times: 1,
          delayMs: Math.floor(uniform() * (UNKNOWN_WAIT - MINUTE)),
        });
      }
      try {
        const outcome = await stage.write(phase, adSetId, targets[adSetId]!, activities);
        if (outcome.kind === 'done') break;
        if (outcome.kind === 'wait') stage.clock.pass(outcome.retryAfterMs ?? 10 * MINUTE);
        else throw new Error(`${outcome.kind}: ${outcome.reason}`);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        stage.clock.pass(Math.floor(uniform() * 10 * MINUTE));
      }
    }
  }
}

/** The largest total that the market ever had. */
async function largestTotal(stage: Stage): Promise<number> {
  const { base } = (await stage.store.getPromotion('exp'))!.plan;
  const effects = (await stage.market.audit())
    .filter((row) => row.appliedAt !== null)
    .sort((x, y) => x.appliedAt! - y.appliedAt! || x.sequence - y.sequence);
  const standing = { ...base };
  let largest = totalOf(base);
  for (const { adSetId, requested } of effects) {
    standing[adSetId] = requested;
    largest = Math.max(largest, totalOf(standing));
  }
  return largest;
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('a rollout under faults and kills, seed %i', (seed) => {
  it('ends at its targets or at its base, and ledger and audit agree', async () => {
    const uniform = random(seed);
    const stage = await (
      await stages.open({ dailyBudgets: [5001, 4000, 3000].slice(0, 2 + (seed % 2)) })
    ).promote();
    const { plan } = (await stage.store.getPromotion('exp'))!;
    const until = seed % 3 === 0 ? plan.phases.length : 1 + (seed % 3);
    for (const phase of plan.phases.slice(0, until)) {
      stage.clock.pass(phase.waitHours * HOUR);
      await drive(stage, uniform, phase.name, phase.targets);
      expect(await stage.market.budgets(stage.made.adSetIds)).toEqual(phase.targets);
      const request = {
        experimentId: 'exp',
        phase: phase.name,
        readBackAt: stage.clock.instant,
        last: false,
      };
      await stage.budgets.completePhase(request);
    }
    if (seed % 3 !== 0) {
      stage.clock.pass(HOUR);
      await stage.become('reverting');
      await drive(stage, uniform, REVERT, plan.base);
      expect(await stage.market.budgets(stage.made.adSetIds)).toEqual(plan.base);
    }
    await stage.expectBooksToAgree();
    expect(await largestTotal(stage)).toBe(totalOf(plan.base));
    expect(await stage.budgets.readBudgets('exp')).toMatchObject({ foreign: [], unexpected: [] });
    const applied = (await stage.market.audit()).filter((row) => row.appliedAt !== null);
    const distinct = new Set(applied.map((row) => `${row.adSetId} ${row.before} ${row.requested}`));
    expect(applied.length, 'a step was applied twice').toBe(distinct.size);
  });
});
