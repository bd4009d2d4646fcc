import { describe, expect, it } from 'vitest';
import { ExperimentNotFound, Superseded } from '../../../src/clients/postgres/errors.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { aPromotion, DATABASES, START, useDatabase } from './fixtures.js';

const attempt = {
  experimentId: 'exp_1',
  adSetId: '501',
  phase: '60',
  before: 5000,
  intended: 4000,
  at: START + 30 * HOUR_MS,
  compensates: null,
};
const applied = { outcome: 'applied', readBack: 4000, error: null, settledAt: attempt.at + 900 } as const;

describe.each(DATABASES)('promotions and the ledger on $database', ({ kind }) => {
  const db = useDatabase(kind);

  describe('a promotion', () => {
    it('is read with every field that was stored', async () => {
      const { store } = await db.seeded();
      expect(await store.getPromotion('exp_1')).toBeNull();
      const promotion = aPromotion({ phasesDone: { '60': START } });
      expect(await store.openPromotion(promotion)).toEqual(promotion);
      expect(await store.getPromotion('exp_1')).toEqual(promotion);
    });

    it('can be replaced until the ledger names its experiment, and never after that', async () => {
      const { store } = await db.seeded();
      await store.openPromotion(aPromotion());
      const second = aPromotion({
        winnerVariantId: 'control',
        forced: true,
        by: 'ada',
        reason: 'sure',
        lookNumber: 6,
        status: 'shadow',
        confidence: 0.5,
        theta: -0.1,
        se: 0.2,
        openedAt: START,
        phasesDone: { '60': START },
        plan: { ...aPromotion().plan, base: { '501': 7000, '502': 3000 } },
        metrics: {},
      });
      expect(await store.openPromotion(second)).toEqual(second);
      await store.enterAttempt(attempt);
      expect(await store.openPromotion(aPromotion())).toEqual(second);
      expect(await store.getPromotion('exp_1')).toEqual(second);
    });

    it('is opened only once by many calls at once when money has moved', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      const opened = await Promise.all(
        [1, 2, 3].map((lookNumber) => store.openPromotion(aPromotion({ lookNumber }))),
      );
      for (const each of opened) expect(each).toEqual(opened[0]);
    });

    it('takes a status, and rejects if there is no promotion', async () => {
      const { store } = await db.seeded();
      await expect(store.setPromotionStatus('exp_1', 'completed')).rejects.toThrow('exp_1 has no promotion');
      await store.openPromotion(aPromotion());
      await store.setPromotionStatus('exp_1', 'needs_attention');
      expect(await store.getPromotion('exp_1')).toEqual(aPromotion({ status: 'needs_attention' }));
    });

    it("stores a phase's instant only once", async () => {
      const { store } = await db.seeded();
      await expect(store.completePhase('exp_1', '60', START)).rejects.toThrow('exp_1 has no promotion');
      await store.openPromotion(aPromotion());
      expect(await store.completePhase('exp_1', '60', START + 1)).toBe(START + 1);
      expect(await store.completePhase('exp_1', '60', START + 2)).toBe(START + 1);
      expect(await store.completePhase('exp_1', '72.5', START + 3)).toBe(START + 3);
      expect((await store.getPromotion('exp_1'))?.phasesDone).toEqual({ '60': START + 1, '72.5': START + 3 });
    });
  });

  describe('a rollout that drops an ad', () => {
    const aDrop = () => aPromotion({ plan: { ...aPromotion().plan, drops: 'challenger' } });

    it('is no promotion to the reports, and does not promote the experiment', async () => {
      const { store } = await db.seeded();
      await store.openPromotion(aDrop());
      expect(await store.getPromotion('exp_1')).toEqual(aDrop());
      expect(await store.listPromotions({ since: 0, limit: 10 })).toEqual([]);
      await store.completePhase('exp_1', 'drop-challenger', START);
      expect((await store.getExperiment('exp_1'))?.promotedAt).toBeNull();
    });

    it('is over when the variant is dropped, and makes room for a promotion with rows of its own', async () => {
      const { store } = await db.seeded();
      await store.openPromotion(aDrop());
      await store.enterAttempt(attempt);
      await store.settleAttempt('exp_1', 1, applied);
      // It has moved money: nothing replaces it while it stands.
      expect(await store.openPromotion(aPromotion())).toEqual(aDrop());
      await store.closeDrop('exp_1', 'challenger', START);
      await store.closeDrop('exp_1', 'challenger', START + 1);
      expect(await store.getPromotion('exp_1')).toBeNull();
      expect((await store.getExperiment('exp_1'))?.dropped).toEqual({ challenger: START });
      const promotion = aPromotion({ ledgerAfter: 1 });
      expect(await store.openPromotion(promotion)).toEqual(promotion);
      // The drop's rows are not among its own: it can be replaced, and withdrawn.
      const other = aPromotion({ ledgerAfter: 1, lookNumber: 9 });
      expect(await store.openPromotion(other)).toEqual(other);
      await store.enterAttempt(attempt);
      expect(await store.openPromotion(promotion)).toEqual(other);
      expect(await store.withdrawPromotion('exp_1')).toBe(false);
      await store.completePhase('exp_1', '60', START + 2);
      expect((await store.getExperiment('exp_1'))?.promotedAt).toBe(START + 2);
    });
  });

  describe('the ledger', () => {
    it('enters an attempt as pending and settles it', async () => {
      const { store } = await db.seeded();
      const pending = await store.enterAttempt(attempt);
      expect(pending).toEqual({
        ...attempt,
        sequence: 1,
        readBack: null,
        outcome: 'pending',
        error: null,
        errorKind: null,
        atRisk: null,
        settledAt: null,
      });
      const settled = await store.settleAttempt('exp_1', 1, applied);
      expect(settled).toEqual({ ...pending, ...applied });
      expect(await store.listLedger('exp_1')).toEqual([settled]);
    });

    it('numbers attempts per experiment, without gaps even if many are entered at once', async () => {
      const { store, experiment } = await db.seeded();
      await store.transition({
        experimentId: 'exp_1',
        from: 'running',
        to: 'stopped',
        reason: { code: 'recorded', detail: '' },
        at: START,
      });
      await store.createExperiment({ ...experiment, id: 'exp_2' });
      await Promise.all(Array.from({ length: 8 }, () => store.enterAttempt(attempt)));
      await store.enterAttempt({ ...attempt, experimentId: 'exp_2' });
      const sequences = async (id: string) => (await store.listLedger(id)).map((row) => row.sequence);
      expect(await sequences('exp_1')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(await sequences('exp_2')).toEqual([1]);
    });

    it('enters nothing if a row was added or the state changed since the caller read', async () => {
      const { store } = await db.seeded();
      const fence = { lastSequence: 0, state: 'running' } as const;
      await store.enterAttempt({ ...attempt, fence });
      await expect(store.enterAttempt({ ...attempt, fence })).rejects.toThrow(Superseded);
      const other = { lastSequence: 1, state: 'rolling_out' } as const;
      await expect(store.enterAttempt({ ...attempt, fence: other })).rejects.toThrow(Superseded);
      expect(await store.listLedger('exp_1')).toHaveLength(1);
      await store.enterAttempt({ ...attempt, fence: { ...fence, lastSequence: 1 } });
      expect(await store.listLedger('exp_1')).toHaveLength(2);
    });

    it('enters one of many attempts that have read the same rows', async () => {
      const { store } = await db.seeded();
      const fence = { lastSequence: 0, state: 'running' } as const;
      const tries = await Promise.allSettled(
        Array.from({ length: 6 }, () => store.enterAttempt({ ...attempt, fence })),
      );
      expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
      expect(await store.listLedger('exp_1')).toHaveLength(1);
    });

    it('settles an unknown row later', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      const unknown = {
        outcome: 'unknown',
        readBack: 5000,
        error: 'no answer',
        settledAt: attempt.at + 1,
      } as const;
      expect(await store.settleAttempt('exp_1', 1, unknown)).toMatchObject(unknown);
      expect(await store.settleAttempt('exp_1', 1, applied)).toMatchObject(applied);
    });

    it('returns a settled row as it is', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      await store.enterAttempt(attempt);
      const refused = { outcome: 'refused', readBack: 5000, error: 'no', settledAt: attempt.at + 1 } as const;
      const first = await store.settleAttempt('exp_1', 1, applied);
      const second = await store.settleAttempt('exp_1', 2, refused);
      expect(await store.settleAttempt('exp_1', 1, refused)).toEqual(first);
      expect(await store.settleAttempt('exp_1', 2, applied)).toEqual(second);
      expect(await store.listLedger('exp_1')).toEqual([first, second]);
    });

    it('keeps one of two outcomes that are stored at once', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      const refused = { outcome: 'refused', readBack: null, error: 'no', settledAt: attempt.at + 1 } as const;
      const both = await Promise.all([
        store.settleAttempt('exp_1', 1, applied),
        store.settleAttempt('exp_1', 1, refused),
      ]);
      expect(both[0]).toEqual(both[1]);
      expect(await store.listLedger('exp_1')).toEqual([both[0]]);
    });

    it('names the earlier row that a revert compensates', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      const revert = { ...attempt, phase: 'revert', before: 4000, intended: 5000, compensates: 1 };
      expect(await store.enterAttempt(revert)).toMatchObject({
        sequence: 2,
        phase: 'revert',
        compensates: 1,
      });
      await expect(store.enterAttempt({ ...revert, compensates: 9 })).rejects.toMatchObject({
        code: '23514',
      });
      expect((await store.enterAttempt(attempt)).sequence).toBe(3);
    });

    it('says what does not exist: the experiment, the ad set or the row', async () => {
      const { store } = await db.seeded();
      await expect(store.enterAttempt({ ...attempt, experimentId: 'exp_9' })).rejects.toThrow(
        ExperimentNotFound,
      );
      await expect(store.enterAttempt({ ...attempt, adSetId: '999' })).rejects.toMatchObject({
        code: '23503',
      });
      await expect(store.settleAttempt('exp_1', 7, applied)).rejects.toThrow('exp_1 has no row 7');
    });

    it('refuses `applied` if another value was read back, and amounts that are not whole minor units', async () => {
      const { store } = await db.seeded();
      await store.enterAttempt(attempt);
      await expect(store.settleAttempt('exp_1', 1, { ...applied, readBack: 5000 })).rejects.toMatchObject({
        code: '23514',
      });
      await expect(store.enterAttempt({ ...attempt, intended: 40.5 })).rejects.toMatchObject({
        code: '22P02',
      });
    });

    it.each([
      ['an applied row', applied, "update %s set outcome = 'unknown'"],
      [
        'a refused row',
        { ...applied, outcome: 'refused' as const, readBack: null },
        "update %s set error = ''",
      ],
      [
        'a row that was never sent',
        { ...applied, outcome: 'not_sent' as const, readBack: null },
        "update %s set outcome = 'unknown'",
      ],
      ['the intended amount', null, 'update %s set intended = 1'],
      ['the amount before', null, 'update %s set before = 1'],
      ['the instant of entry', null, "update %s set at = at + interval '1 ms'"],
      ['a deletion', null, 'delete from %s'],
      ['a truncation', null, 'truncate %s'],
    ])('is guarded by the database: %s', async (_, settled, statement) => {
      const { store, experiment } = await db.seeded();
      await store.enterAttempt(attempt);
      if (settled) await store.settleAttempt('exp_1', 1, settled);
      const before = await store.listLedger('exp_1');
      const where = statement.startsWith('truncate') ? '' : ` where account_id = '${experiment.accountId}'`;
      await expect(
        db.pool.query(statement.replace('%s', 'auto_promotion.budget_ledger') + where),
      ).rejects.toMatchObject({ code: '23001' });
      expect(await store.listLedger('exp_1')).toEqual(before);
    });
  });
});
