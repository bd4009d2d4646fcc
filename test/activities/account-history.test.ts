import { afterEach, describe, expect, it } from 'vitest';
import { replayDecision } from '../../src/activities/recompute-decision.js';
import type { Observation } from '../../src/contract/records.js';
import { driftText } from '../../src/domain/decision/drift-text.js';
import { NO_HISTORY } from '../../src/domain/evidence/drift.js';
import { Random } from '../../src/sandbox/random.js';
import { HOUR, START, useStages } from './support/stage.js';

const stages = useStages();
afterEach(() => stages.closeAll());

const DAYS = 14;

/** Hours of two equal ads; the challenger's rate changes from day to day by about `noise`. */
function hours(noise: number): Observation[] {
  const random = new Random(`account history ${noise}`);
  let own = 1;
  return Array.from({ length: 24 * DAYS }).flatMap((_, hour) => {
    if (hour % 24 === 0) own = noise > 0 ? random.factor(noise) : 1;
    return ['control', 'challenger-1'].map(
      (variantId, index): Observation => ({
        ...{ variantId, adId: `60${index}`, granularity: 'hour', impressions: 5000 },
        bucketStart: START + hour * HOUR,
        bucketEnd: START + (hour + 1) * HOUR,
        ...{ clicks: 0, spend: 100, conversions: 0, revenue: 0 },
        linkClicks: random.poisson(100 * (index === 1 ? own : 1)),
      }),
    );
  });
}

/** An account with a first test whose ads drift by `noise`, and a second test that starts without data of its own. */
async function account(noise: number) {
  const stage = await stages.open();
  const look = async (experimentId: string, hour: number) => {
    stage.clock.instant = START + hour * HOUR;
    const asked = { experimentId, lookNumber: 1, askedBy: 'schedule' };
    return stage.looks.look({ ...asked, dueAt: START + hour * HOUR });
  };
  const { experiment } = stage;
  await stage.store.appendObservations(experiment.id, hours(noise), START);
  await stage.store.createExperiment({
    ...experiment,
    id: 'second',
    variants: experiment.variants.map((variant) => ({
      ...variant,
      adId: `2${variant.adId}`,
      adSetId: `2${variant.adSetId}`,
    })),
  });
  return { stage, look };
}

describe("the account's other tests", () => {
  it.each([
    [0, 0.025],
    [0.15, 0.2],
  ])('teach a new test their drift, here of %d', async (noise, most) => {
    const { stage, look } = await account(noise);
    // The first test of an account has only the prior.
    expect((await look('exp', 24 * DAYS)).accountDrift).toMatchObject(NO_HISTORY);
    await stage.store.appendObservations('second', hours(0).slice(0, 2 * 48), START);
    const { accountDrift, pairs } = await look('second', 48);
    expect(accountDrift!.tests).toBe(1);
    expect(accountDrift!.sd).toBeLessThan(most);
    if (noise > 0) expect(accountDrift!.sd).toBeGreaterThan(0.1);
    const [{ evidence }] = pairs as [(typeof pairs)[number]];
    expect(evidence.drift!.tests).toBe(1);
    expect(evidence.se ** 2).toBeCloseTo(evidence.drift!.bucketSe ** 2 + evidence.drift!.variance, 12);
    expect(driftText(accountDrift!)).toMatch(
      /^The ads of this account drift apart by about \d+\.\d %, with a memory of about \d+ hours: learned from 1 other test of it\.$/,
    );
  });

  it('are on record with a look: it replays as the same after they have gone on', async () => {
    const { stage, look } = await account(0.15);
    await look('exp', 24 * DAYS);
    await stage.store.appendObservations('second', hours(0).slice(0, 2 * 48), START);
    await look('second', 48);
    const at = { experimentId: 'exp', lookNumber: 2, dueAt: START + 24 * DAYS * HOUR, askedBy: 'schedule' };
    await stage.looks.look(at);
    expect(await replayDecision(stage.store, 'second', 1)).toMatchObject({ same: true, reworded: [] });
    expect(await replayDecision(stage.store, 'exp', 2)).toMatchObject({ same: true, reworded: [] });
  });
});
