import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../../src/domain/time.js';
import { aDecision, anotherExperiment, aPromotion, DATABASES, START, useDatabase } from './fixtures.js';

describe.each(DATABASES)('the overview on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('has each experiment with its latest look, its rollout and its ledger; those that run come first', async () => {
    const { store, experiment } = await db.seeded();
    const ended = anotherExperiment('ended', 2, {
      accountId: experiment.accountId,
      startedAt: START + HOUR_MS,
    });
    await store.createExperiment(ended);
    await store.transition({
      ...{ experimentId: 'ended', from: 'running', to: 'stopped', at: START + 2 * HOUR_MS },
      reason: { code: 'stopped', by: 'ana', because: 'a typo' },
    });
    for (const lookNumber of [1, 2]) await store.saveDecision(aDecision({ lookNumber }), {});
    await store.openPromotion(aPromotion());
    const attempt = {
      experimentId: 'exp_1',
      adSetId: '501',
      phase: '60',
      before: 1,
      intended: 2,
      at: START,
    };
    await store.enterAttempt({ ...attempt, compensates: null });

    const rows = await store.overview(10);
    expect(rows.map((row) => row.experiment.id)).toEqual(['exp_1', 'ended']);
    const [first, second] = rows;
    expect(first!.experiment).toEqual(await store.getExperiment('exp_1'));
    const latest = (await store.latestDecision('exp_1'))!;
    const {
      setting,
      lookNumber,
      dueAt,
      decidedAt,
      winnerVariantId,
      leaderVariantId,
      confidence,
      pairs,
      health,
    } = latest;
    expect(first!.lastDecision).toEqual({
      ...{ lookNumber, dueAt, decidedAt, winnerVariantId, leaderVariantId, confidence, pairs, health },
      dailyBudgets: setting?.dailyBudgets ?? null,
    });
    expect(lookNumber).toBe(2);
    expect(first!.promotion).toEqual(await store.getPromotion('exp_1'));
    expect(first!.ledger).toEqual(await store.listLedger('exp_1'));
    expect(first!.ledger).toHaveLength(1);
    expect(first!.verified).toBeNull();
    expect(second).toMatchObject({ lastDecision: null, promotion: null, ledger: [], trouble: null });
    expect(await store.overview(1)).toEqual([first]);
    expect(await db.store().overview(10)).toEqual([]);
  });

  it('has a trouble until a later look, gate or state is on record', async () => {
    const { store, experiment } = await db.seeded();
    const trouble = async () => (await store.overview(10))[0]!.trouble;
    const later = experiment.stateChangedAt + 100 * HOUR_MS;
    await store.reportTrouble('exp_1', 'Meta does not answer.', later);
    expect(await trouble()).toBe('Meta does not answer.');
    await store.saveDecision(aDecision({ decidedAt: later - 1 }), {});
    expect(await trouble()).toBe('Meta does not answer.');
    await store.saveDecision(aDecision({ lookNumber: 2, decidedAt: later + 1 }), {});
    expect(await trouble()).toBeNull();

    await store.reportTrouble('exp_1', 'The credentials have expired.', later + 2);
    expect(await trouble()).toBe('The credentials have expired.');
    await store.transition({
      ...{ experimentId: 'exp_1', from: 'running', to: 'paused', at: later + 3 },
      reason: { code: 'paused', by: 'ana', because: 'a typo' },
    });
    expect(await trouble()).toBeNull();
  });
});
