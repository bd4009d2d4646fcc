import { describe, expect, it } from 'vitest';
import type { GateCode } from '../../../src/domain/rollout/gate.js';
import { aPromotion, aVerification, DATABASES, START, useDatabase } from './fixtures.js';

describe.each(DATABASES)('the verification of a promotion on $database', ({ kind }) => {
  const db = useDatabase(kind);
  const promoted = async () => {
    const { store, experiment } = await db.seeded();
    await store.openPromotion(aPromotion());
    return { store, experiment };
  };

  it('is read with every field that was stored, with and without an interval', async () => {
    const { store } = await promoted();
    expect(await store.getVerification('exp_1')).toBeNull();
    expect(await store.saveVerification(aVerification())).toEqual(aVerification());
    const { store: other } = await promoted();
    const thin = aVerification({ outcome: 'reverted', interval: null, logHarm: 3.2, winnerEvents: 0.5 });
    expect(await other.saveVerification(thin)).toEqual(thin);
    expect(await other.getVerification('exp_1')).toEqual(thin);
  });

  it('never changes: the first of several counts, whether the others come later or at the same time', async () => {
    const { store } = await promoted();
    const outcomes = ['verified', 'not_verified', 'reverted'] as const;
    const saved = await Promise.all(
      outcomes.map((outcome) => store.saveVerification(aVerification({ outcome }))),
    );
    for (const each of saved) expect(each).toEqual(saved[0]);
    expect(await store.saveVerification(aVerification({ theta: 9 }))).toEqual(saved[0]);
  });

  it('needs a promotion, and needs an interval above 0 to be verified', async () => {
    const { store } = await db.seeded();
    await expect(store.saveVerification(aVerification())).rejects.toMatchObject({ code: '23503' });
    await store.openPromotion(aPromotion());
    const low = aVerification({ interval: [-0.01, 0.2] });
    await expect(store.saveVerification(low)).rejects.toMatchObject({ code: '23514' });
    const none = aVerification({ interval: null });
    await expect(store.saveVerification(none)).rejects.toMatchObject({ code: '23514' });
  });

  it('is reported as harmed if a gate found harm before there was an outcome, and not for any other finding', async () => {
    const { store } = await promoted();
    await store.completePhase('exp_1', '60', START);
    const harmAtGate = async () => (await store.listFinished()).map((finished) => finished.harmAtGate);
    const record = (phase: string, code: GateCode) =>
      store.recordGate('exp_1', {
        ...{ phase, at: START, outcome: 'revert', learning: {}, atRisk: 0, budgets: {}, targets: {} },
        findings: [
          { code, leadsTo: 'revert', message: 'found', until: null },
          { code: 'kill_switch', leadsTo: 'hold', message: 'engaged', until: null },
        ],
        shadow: false,
      });
    await record('verification', 'no_delivery');
    await record('60', 'harm');
    expect(await harmAtGate()).toEqual([false]);
    await record('verification', 'harm');
    await record('verification', 'harm');
    expect(await harmAtGate()).toEqual([true]);
    // Another account has an experiment of the same id.
    const { store: other } = await promoted();
    await other.completePhase('exp_1', '60', START);
    expect(await other.listFinished()).toMatchObject([{ harmAtGate: false }]);
  });

  it.each(["update %s set outcome = 'verified'", 'delete from %s', 'truncate %s'])(
    'is guarded by the database: %s',
    async (statement) => {
      const { store } = await promoted();
      await store.saveVerification(aVerification({ outcome: 'not_verified' }));
      await expect(
        db.pool.query(statement.replace('%s', 'auto_promotion.verifications')),
      ).rejects.toMatchObject({ code: '23001' });
    },
  );
});
