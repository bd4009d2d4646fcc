import { describe, expect, it } from 'vitest';
import type { ControlRow } from '../../../src/contract/records.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  aDecision,
  anExperiment,
  anObservation,
  anotherExperiment,
  aPromotion,
  aVerification,
  DATABASES,
  START,
  useDatabase,
} from './fixtures.js';

const control: ControlRow = {
  controlId: 'c-1',
  experimentId: 'exp_1',
  kind: 'pause',
  by: 'ada',
  reason: 'lunch',
  at: START + 5,
  outcome: 'accepted',
  message: 'paused',
};

describe.each(DATABASES)('the store on $database', ({ kind }) => {
  const db = useDatabase(kind);

  describe('controls', () => {
    it('keep the order of entry and every field', async () => {
      const { store } = await db.seeded();
      const rows = ['z', 'a', 'm'].map((controlId) => ({ ...control, controlId }));
      rows.push({ ...control, controlId: 'early', at: START, outcome: 'refused' });
      for (const row of rows) await store.recordControl(row);
      expect(await store.listControls('exp_1')).toEqual(rows);
    });

    it('are entered once per id, even if the same id comes twice at the same time', async () => {
      const { store } = await db.seeded();
      await store.recordControl(control);
      await store.recordControl({ ...control, outcome: 'refused', message: 'late' });
      expect(await store.listControls('exp_1')).toEqual([control]);
      await Promise.all([1, 2, 3].map(() => store.recordControl({ ...control, controlId: 'c-2' })));
      expect((await store.listControls('exp_1')).length).toBe(2);
    });

    it('never change', async () => {
      const { store } = await db.seeded();
      await store.recordControl(control);
      await expect(db.pool.query('delete from auto_promotion.controls')).rejects.toMatchObject({
        code: '23001',
      });
    });
  });

  describe('reports', () => {
    it('list promotions since an instant, newest first, with their experiments', async () => {
      const accountId = db.account();
      const store = db.store(accountId);
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        await store.createExperiment(anotherExperiment(id, index + 1, { accountId }));
        await store.openPromotion(aPromotion({ experimentId: id, openedAt: START }));
        await store.completePhase(id, '60', START + index);
      }
      // Opened, but no budget is read back.
      await store.createExperiment(anotherExperiment('d', 9, { accountId }));
      await store.openPromotion(aPromotion({ experimentId: 'd', openedAt: START + 5 }));
      const listed = await store.listPromotions({ since: START + 1, limit: 10 });
      expect(listed.map(({ promotion, experiment }) => [promotion.experimentId, experiment.id])).toEqual([
        ['c', 'c'],
        ['b', 'b'],
      ]);
      expect(listed[0]!.experiment).toEqual(await store.getExperiment('c'));
      expect((await store.listPromotions({ since: 0, limit: 1 })).length).toBe(1);
    });

    it('list promoted experiments and those with no winner, oldest first, with their last decisions', async () => {
      const accountId = db.account();
      const store = db.store(accountId);
      const ends = ['promoted', 'fruitless', 'running', 'stopped', 'reverted'];
      for (const [index, id] of ends.entries())
        await store.createExperiment(anotherExperiment(id, index + 1, { accountId }));
      const swap = { from: 'running', reason: { code: 'recorded', detail: '' } } as const;
      await store.openPromotion(aPromotion({ experimentId: 'promoted' }));
      await store.saveVerification(aVerification({ experimentId: 'promoted' }));
      await store.transition({
        ...swap,
        experimentId: 'promoted',
        to: 'rolling_out',
        at: START,
        promotedAt: START + 3 * HOUR_MS,
        winnerVariantId: 'control',
      });
      await store.transition({
        ...swap,
        experimentId: 'fruitless',
        to: 'no_winner',
        at: START + 2 * HOUR_MS,
      });
      await store.transition({ ...swap, experimentId: 'stopped', to: 'stopped', at: START });
      await store.transition({
        ...swap,
        experimentId: 'reverted',
        to: 'reverted',
        at: START + 9 * HOUR_MS,
        promotedAt: START + HOUR_MS,
      });
      for (const lookNumber of [1, 2, 10])
        await store.saveDecision(aDecision({ experimentId: 'fruitless', lookNumber }), {});

      const finished = await store.listFinished();
      expect(finished.map(({ experiment }) => experiment.id)).toEqual(['reverted', 'fruitless', 'promoted']);
      expect(finished[1]).toEqual({
        experiment: await store.getExperiment('fruitless'),
        promotion: null,
        verification: null,
        harmAtGate: false,
        lastDecision: aDecision({ experimentId: 'fruitless', lookNumber: 10 }),
      });
      expect(finished[2]).toMatchObject({
        promotion: aPromotion({ experimentId: 'promoted' }),
        verification: aVerification({ experimentId: 'promoted' }),
        lastDecision: null,
      });
    });

    it('are empty if there are no experiments', async () => {
      const store = db.store();
      expect(await store.listFinished()).toEqual([]);
      expect(await store.listPromotions({ since: 0, limit: 5 })).toEqual([]);
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });

  describe('scopes', () => {
    it('a store of another account or environment sees and changes nothing', async () => {
      const { store, experiment } = await db.seeded();
      await store.appendObservations('exp_1', [anObservation()], START);
      await store.saveDecision(aDecision(), { pair: Uint8Array.of(1) });
      await store.openPromotion(aPromotion());
      await store.transition({
        experimentId: 'exp_1',
        from: 'running',
        to: 'rolling_out',
        reason: { code: 'recorded', detail: 'won' },
        at: START,
        promotedAt: START,
      });
      await store.enterAttempt({
        experimentId: 'exp_1',
        adSetId: '501',
        phase: '60',
        before: 5000,
        intended: 4000,
        at: START,
        compensates: null,
      });
      await store.saveVerification(aVerification());
      await store.recordControl(control);
      const before = await everythingOf(store);

      for (const other of [db.store('act_other'), db.store(experiment.accountId, 'live')]) {
        expect(await everythingOf(other)).toEqual({
          experiment: null,
          list: [],
          observations: [],
          latestBucket: null,
          decision: null,
          latestDecision: null,
          decisions: [],
          states: null,
          promotion: null,
          verification: null,
          ledger: [],
          controls: [],
          promotions: [],
          finished: [],
        });
        await expect(
          other.transition({
            experimentId: 'exp_1',
            from: 'rolling_out',
            to: 'stopped',
            reason: { code: 'recorded', detail: '' },
            at: START,
          }),
        ).rejects.toThrow('there is no experiment exp_1');
        await expect(other.setPromotionStatus('exp_1', 'stopped')).rejects.toThrow('has no promotion');
        await expect(other.completePhase('exp_1', '60', START)).rejects.toThrow('has no promotion');
        await expect(
          other.settleAttempt('exp_1', 1, {
            outcome: 'refused',
            readBack: null,
            error: null,
            settledAt: START,
          }),
        ).rejects.toThrow('has no row 1');
        await expect(
          other.appendObservations('exp_1', [anObservation({ clicks: 0 })], START),
        ).rejects.toMatchObject({
          code: '23503',
        });
        await expect(other.saveVerification(aVerification())).rejects.toMatchObject({ code: '23503' });
        await expect(other.recordControl(control)).rejects.toMatchObject({ code: '23503' });
      }
      expect(await everythingOf(store)).toEqual(before);
    });

    it('two accounts may use the same experiment id and the same ad set ids', async () => {
      const { store, experiment } = await db.seeded();
      const accountId = db.account();
      const other = db.store(accountId);
      const theirs = await other.createExperiment(anExperiment({ accountId, name: 'Theirs' }));
      expect(await store.getExperiment('exp_1')).toEqual(experiment);
      expect(await other.getExperiment('exp_1')).toEqual(theirs);
    });
  });
});

async function everythingOf(store: ReturnType<ReturnType<typeof useDatabase>['store']>) {
  return {
    experiment: await store.getExperiment('exp_1'),
    list: await store.listExperiments({ limit: 10, offset: 0 }),
    observations: await store.observationsAsKnown({
      experimentId: 'exp_1',
      granularity: 'hour',
      since: 0,
      endedBy: START * 2,
      seenUntil: START * 2,
    }),
    latestBucket: await store.latestBucket({ experimentId: 'exp_1', granularity: 'hour' }),
    decision: await store.getDecision('exp_1', 1),
    latestDecision: await store.latestDecision('exp_1'),
    decisions: await store.listDecisions('exp_1', { limit: 10, offset: 0 }),
    states: await store.ruleStates('exp_1', 1),
    promotion: await store.getPromotion('exp_1'),
    verification: await store.getVerification('exp_1'),
    ledger: await store.listLedger('exp_1'),
    controls: await store.listControls('exp_1'),
    promotions: await store.listPromotions({ since: 0, limit: 10 }),
    finished: await store.listFinished(),
  };
}
