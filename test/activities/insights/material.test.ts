import { describe, expect, it } from 'vitest';
import { materialOf } from '../../../src/activities/insights/material.js';
import type { PairEvidence } from '../../../src/domain/decision/decision.js';
import type { Variant } from '../../../src/domain/experiment.js';
import {
  aDecision,
  anotherExperiment,
  aPromotion,
  DATABASES,
  useDatabase,
} from '../../clients/postgres/fixtures.js';
import { creative, LOSER, WINNER } from './support.js';

const CLOSEST = { theta: 0.05, interval: [0.01, 0.1] as [number, number], confidence: 0.96 };

const pair = (
  variantA: string,
  variantB: string,
  evidence: Partial<PairEvidence['evidence']>,
): PairEvidence => {
  const [any] = aDecision().pairs;
  return { ...any!, variantA, variantB, evidence: { ...any!.evidence, ...evidence } };
};

describe.each(DATABASES)('what insights compare, on $database', ({ kind }) => {
  const db = useDatabase(kind);

  /** A test of three ads whose promotion has the figures over the closest rival. */
  async function three(pairs: PairEvidence[] | null) {
    const accountId = db.account();
    const store = db.store(accountId);
    const seed = anotherExperiment('socks', 1, { accountId });
    const third: Variant = {
      ...{ id: 'challenger-2', role: 'challenger', adId: '9603', adSetId: '9503' },
      creative: creative({ headline: 'Wool' }),
    };
    const experiment = await store.createExperiment({ ...seed, variants: [...seed.variants, third] });
    if (pairs) await store.saveDecision(aDecision({ experimentId: 'socks', lookNumber: 5, pairs }), {});
    await store.openPromotion(aPromotion({ experimentId: 'socks', lookNumber: 5, ...CLOSEST }));
    return { store, experiment };
  }

  it('has the lift over the ad that is shown, not over the closest rival', async () => {
    const { store, experiment } = await three([
      pair('control', 'challenger-1', { theta: 0.3, se: 0.05, interval: [0.2, 0.5], confidence: 0.99 }),
      pair('control', 'challenger-2', { theta: 0.25, se: 0.05, interval: [0.1, 0.4] }),
      pair('challenger-1', 'challenger-2', { ...CLOSEST, theta: -0.05, se: 0.02 }),
    ]);
    const { loser, metrics } = await materialOf({ store, creatives: store }, experiment, 'challenger-1');
    expect(loser.id).toBe('control');
    const over = { lift: Math.expm1(0.3), lift_low: 0.2, lift_high: 0.5, confidence: 0.99 };
    expect(metrics).toMatchObject(over);
  });

  it('turns the pair around if the control won', async () => {
    const { store, experiment } = await three([
      pair('control', 'challenger-1', { theta: -0.3, se: 0.05, interval: [-0.5, -0.2] }),
      pair('control', 'challenger-2', { theta: -0.1, se: 0.05, interval: [-0.2, 0] }),
    ]);
    const { loser, metrics } = await materialOf({ store, creatives: store }, experiment, 'control');
    expect(loser.id).toBe('challenger-1');
    expect(metrics).toMatchObject({ lift: Math.expm1(0.3), lift_high: 1, confidence: 0 });
    expect(metrics.lift_low).toBeCloseTo(0.25);
  });

  it('has no lift if there was no look, or none that could weigh the two', async () => {
    const none = { lift: null, lift_low: null, lift_high: null, confidence: null };
    for (const pairs of [null, [pair('control', 'challenger-1', { theta: 0, se: 0 })]]) {
      const { store, experiment } = await three(pairs);
      const { metrics } = await materialOf({ store, creatives: store }, experiment, 'challenger-1');
      expect(metrics).toMatchObject(none);
      expect(metrics.winner_ctr).toBeCloseTo(130 / 6100);
    }
  });

  it('of two ads has the lift of the promotion', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    const seed = anotherExperiment('socks', 1, { accountId });
    const [control, challenger] = seed.variants;
    const experiment = await store.createExperiment({
      ...seed,
      variants: [
        { ...control!, creative: LOSER },
        { ...challenger!, creative: WINNER },
      ],
    });
    await store.openPromotion(aPromotion({ experimentId: 'socks', ...CLOSEST }));
    const { metrics } = await materialOf({ store, creatives: store }, experiment, 'challenger-1');
    const over = { lift: Math.expm1(0.05), lift_low: 0.01, lift_high: 0.1, confidence: 0.96 };
    expect(metrics).toMatchObject(over);
  });
});
