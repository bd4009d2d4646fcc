import { describe, expect, it } from 'vitest';
import { AdSetLeased, ExperimentExists, ExperimentNotFound } from '../../../src/clients/postgres/errors.js';
import { ENDED_STATES } from '../../../src/domain/experiment.js';
import { pausedHold } from '../../../src/domain/rollout/hold.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { anExperiment, anotherExperiment, DATABASES, START, useDatabase } from './fixtures.js';

describe.each(DATABASES)('experiments on $database', ({ kind }) => {
  const db = useDatabase(kind);

  const leasedBy = async (accountId: string) =>
    (
      await db.pool.query<{ ad_set_id: string; experiment_id: string }>(
        'select ad_set_id, experiment_id from auto_promotion.ad_set_leases where account_id = $1 order by ad_set_id',
        [accountId],
      )
    ).rows.map((row) => [row.ad_set_id, row.experiment_id]);

  it('are read exactly as they were stored, to the millisecond and the character', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    const experiment = anExperiment({
      accountId,
      stateChangedAt: START + 1,
      startedAt: START + 999,
      hold: pausedHold(null, START),
    });
    expect(await store.createExperiment(experiment)).toEqual(experiment);
    expect(await store.getExperiment('exp_1')).toEqual(experiment);
    expect(await store.getExperiment('exp_2')).toBeNull();
    expect(await leasedBy(accountId)).toEqual([
      ['501', 'exp_1'],
      ['502', 'exp_1'],
    ]);
  });

  it('keep the order of six variants', async () => {
    const ids = ['control', 'z', 'B', 'a', 'ä', '10'];
    const variants = ids.map((id, index) => ({
      ...anExperiment().variants[index === 0 ? 0 : 1]!,
      id,
      adId: `7${index}`,
      adSetId: `8${index}`,
    }));
    const { experiment } = await db.seeded({ variants });
    expect(experiment.variants.map(({ id }) => id)).toEqual(ids);
  });

  it('keep the instant of the first of several drops of a variant, and stay the same experiment', async () => {
    const { store, experiment } = await db.seeded();
    const [, challenger] = experiment.variants;
    const dropped = await store.dropVariant('exp_1', challenger!.id, START + 7);
    expect(dropped).toEqual({ ...experiment, dropped: { [challenger!.id]: START + 7 } });
    expect(await store.dropVariant('exp_1', challenger!.id, START + 9)).toEqual(dropped);
    expect(await store.createExperiment(experiment)).toEqual(dropped);
    await expect(store.dropVariant('exp_9', 'x', START)).rejects.toThrow(ExperimentNotFound);
  });

  it('keep what was delivered before the handover as it was first entered, and who declared that it counts', async () => {
    const declared = { by: 'Ana', reason: 'planned', at: START };
    const earlierDelivery = { handedOverAt: START + 240 * HOUR_MS, since: START, read: null, declared };
    const { store, experiment } = await db.seeded({ earlierDelivery });
    expect(experiment.earlierDelivery).toEqual(earlierDelivery);
    expect((await store.figures(START + 250 * HOUR_MS)).secondsSinceLook).toBe(10 * 3_600);
    const read = { at: START + 240 * HOUR_MS, span: { from: START, to: START + HOUR_MS }, totals: {} };
    const entered = await store.keepEarlierDelivery('exp_1', read);
    expect(entered).toEqual({ ...experiment, earlierDelivery: { ...earlierDelivery, read } });
    expect(await store.keepEarlierDelivery('exp_1', { ...read, at: START + 1 })).toEqual(entered);
    expect(await store.createExperiment(experiment)).toEqual(entered);
    for (const other of [{ ...earlierDelivery, declared: null }, undefined]) {
      const { earlierDelivery: _, ...rest } = experiment;
      const again = store.createExperiment({ ...rest, ...(other && { earlierDelivery: other }) });
      await expect(again).rejects.toThrow(ExperimentExists);
    }
    await expect(store.keepEarlierDelivery('exp_9', read)).rejects.toThrow(ExperimentNotFound);
    expect((await store.keepEarlierDelivery('exp_1', read)).earlierDelivery?.read).toEqual(read);
  });

  it('of some ad sets are found unless they had ended by then', async () => {
    const { store, experiment } = await db.seeded();
    const found = [{ adSetId: '502', experimentId: 'exp_1' }];
    const tests = (since: number, adSetIds = ['502', '999']) => store.testsOfAdSets({ adSetIds, since });
    expect(await tests(START + 500 * HOUR_MS)).toEqual(found);
    const end = START + 9 * HOUR_MS;
    const stop = { from: experiment.state, to: 'stopped', reason: { code: 'stopped' }, at: end } as const;
    await store.transition({ experimentId: 'exp_1', ...stop });
    expect(await tests(end - 1)).toEqual(found);
    expect(await tests(end)).toEqual([]);
    expect(await tests(0, ['999'])).toEqual([]);
  });

  it('keep each extension of the horizon once, and stay the same experiment', async () => {
    const { store, experiment } = await db.seeded();
    const { policy } = experiment;
    const extension = (controlId: string, days: number, from: number) => ({
      ...{ controlId, horizonHours: days * 24, fromHours: from, afterLook: 2 },
      ...{ by: 'ana', reason: 'a close race', at: START + days },
    });
    const first = extension('c-1', 42, policy.horizonHours);
    const extended = await store.extendHorizon('exp_1', first);
    expect(extended).toEqual({
      ...experiment,
      policy: { ...policy, horizonHours: 42 * 24 },
      extensions: [first],
    });
    expect(await store.extendHorizon('exp_1', first)).toEqual(extended);
    const second = extension('c-2', 60, 42 * 24);
    expect(await store.extendHorizon('exp_1', second)).toMatchObject({
      policy: { horizonHours: 60 * 24 },
      extensions: [first, second],
    });
    expect((await store.createExperiment(experiment)).extensions).toHaveLength(2);
    await expect(store.extendHorizon('exp_9', first)).rejects.toThrow(ExperimentNotFound);
  });

  it('are returned as stored if the same content is created again, whatever has happened since', async () => {
    const { store, experiment } = await db.seeded();
    const { experiment: paused } = await store.transition({
      experimentId: 'exp_1',
      from: 'running',
      to: 'paused',
      reason: { code: 'recorded', detail: 'lunch' },
      at: START + 5,
    });
    const again = await store.createExperiment({
      ...experiment,
      startedAt: START + HOUR_MS,
      stateChangedAt: START + HOUR_MS,
    });
    expect(again).toEqual(paused);
    expect(again.startedAt).toBe(START);
  });

  it.each([
    ['name', { name: 'Other' }],
    ['policy', { policy: { ...anExperiment().policy, confidence: 0.9 } }],
    ['variants', { variants: anotherExperiment('exp_1', 9).variants }],
    ['currency', { currency: 'EUR' }],
  ])('are refused if the id exists with another %s', async (_, changes) => {
    const { store, experiment } = await db.seeded();
    await expect(store.createExperiment({ ...experiment, ...changes })).rejects.toThrow(ExperimentExists);
    expect(await store.getExperiment('exp_1')).toEqual(experiment);
  });

  it('are refused with the name of an ad set that a live experiment has, and leave nothing behind', async () => {
    const { store, experiment } = await db.seeded();
    const second = anotherExperiment('exp_2', 9, { accountId: experiment.accountId });
    second.variants[1]!.adSetId = '502';
    const refusal = await store.createExperiment(second).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(AdSetLeased);
    expect(refusal).toMatchObject({ adSetId: '502', experimentId: 'exp_1' });
    expect(await store.getExperiment('exp_2')).toBeNull();
    expect((await leasedBy(experiment.accountId)).length).toBe(2);
  });

  it('are refused with two variants in one ad set, and with a second control variant', async () => {
    const accountId = db.account();
    const [control, challenger] = anExperiment().variants;
    const oneAdSet = [control!, { ...challenger!, adSetId: control!.adSetId }];
    const twoControls = [control!, { ...challenger!, role: 'control' as const }];
    for (const variants of [oneAdSet, twoControls])
      await expect(
        db.store(accountId).createExperiment(anExperiment({ accountId, variants })),
      ).rejects.toMatchObject({
        code: '23505',
      });
    expect(await db.store(accountId).listExperiments({ limit: 10, offset: 0 })).toEqual([]);
  });

  it('are created once if many that want the same ad sets come at once', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    const tries = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((id, index) => {
        const experiment = anExperiment({ id, accountId });
        // With the ad sets in either order: there must be no deadlock.
        if (index % 2)
          experiment.variants = experiment.variants.map((variant, place) => ({
            ...variant,
            adSetId: experiment.variants[1 - place]!.adSetId,
          }));
        return store.createExperiment(experiment);
      }),
    );
    const refusals = tries.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals.length).toBe(4);
    const [holder] = await leasedBy(accountId);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ name: 'AdSetLeased', experimentId: holder![1] });
  });

  it('are stored once if the same one is created many times at once', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    const stored = await Promise.all(
      [1, 2, 3, 4].map(() => store.createExperiment(anExperiment({ accountId }))),
    );
    for (const each of stored) expect(each).toEqual(stored[0]);
    expect((await store.listExperiments({ limit: 10, offset: 0 })).length).toBe(1);
  });

  it('are refused if they belong to another account or environment', async () => {
    const store = db.store();
    await expect(store.createExperiment(anExperiment({ accountId: 'act_other' }))).rejects.toThrow(
      RangeError,
    );
  });

  it('are listed newest first, by state and by page', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    for (const [index, id] of ['a', 'b', 'c'].entries())
      await store.createExperiment(
        anotherExperiment(id, index + 1, { accountId, startedAt: START + index * HOUR_MS }),
      );
    await store.transition({
      experimentId: 'b',
      from: 'running',
      to: 'paused',
      reason: { code: 'recorded', detail: '' },
      at: START,
    });
    const ids = async (query: Parameters<typeof store.listExperiments>[0]) =>
      (await store.listExperiments(query)).map(({ id }) => id);
    expect(await ids({ limit: 10, offset: 0 })).toEqual(['c', 'b', 'a']);
    expect(await ids({ limit: 1, offset: 1 })).toEqual(['b']);
    expect(await ids({ states: ['running'], limit: 10, offset: 0 })).toEqual(['c', 'a']);
    expect(await ids({ states: ['paused', 'held'], limit: 10, offset: 0 })).toEqual(['b']);
    expect(await ids({ states: [], limit: 10, offset: 0 })).toEqual([]);
  });

  describe('transition', () => {
    const pause = {
      experimentId: 'exp_1',
      from: 'running',
      to: 'paused',
      reason: { code: 'recorded', detail: 'lunch' },
      at: START + 7,
    } as const;

    it('swaps the state and stores reason, code and instant', async () => {
      const { store } = await db.seeded();
      const result = await store.transition({ ...pause, hold: pausedHold(null, START) });
      expect(result.ok).toBe(true);
      expect(result.experiment).toMatchObject({
        state: 'paused',
        reason: { code: 'recorded', detail: 'lunch' },
        hold: pausedHold(null, START),
        stateChangedAt: START + 7,
        endedAt: null,
      });
      const { experiment } = await store.transition({
        ...pause,
        from: 'paused',
        to: 'running',
        reason: { code: 'recorded', detail: 'back' },
        at: START + 8,
      });
      expect(experiment.hold).toBeNull();
      expect(await store.getExperiment('exp_1')).toEqual(experiment);
    });

    it('is ok again if it had already happened, but not if another transition led to the same state', async () => {
      const { store } = await db.seeded();
      await store.transition(pause);
      expect((await store.transition(pause)).ok).toBe(true);
      expect((await store.transition({ ...pause, at: START + 8 })).ok).toBe(false);
      const other = await store.transition({ ...pause, reason: { code: 'recorded', detail: 'dinner' } });
      expect(other).toMatchObject({
        ok: false,
        experiment: { reason: { code: 'recorded', detail: 'lunch' }, stateChangedAt: START + 7 },
      });
    });

    it('leaves the experiment as it is if it is in another state', async () => {
      const { store, experiment } = await db.seeded();
      const result = await store.transition({
        ...pause,
        from: 'held',
        to: 'stopped',
        winnerVariantId: 'control',
      });
      expect(result).toEqual({ ok: false, experiment });
    });

    it('succeeds for one of two simultaneous calls', async () => {
      const { store } = await db.seeded();
      const results = await Promise.all([
        store.transition({ ...pause, to: 'paused', reason: { code: 'recorded', detail: 'a' } }),
        store.transition({ ...pause, to: 'rolling_out', reason: { code: 'recorded', detail: 'b' } }),
        store.transition({ ...pause, to: 'no_winner', reason: { code: 'recorded', detail: 'c' } }),
      ]);
      const winners = results.filter((result) => result.ok);
      expect(winners.length).toBe(1);
      expect(await store.getExperiment('exp_1')).toEqual(winners[0]!.experiment);
    });

    it('keeps the winner and the instant of promotion unless it is given others', async () => {
      const { store } = await db.seeded();
      await store.transition({
        ...pause,
        to: 'rolling_out',
        winnerVariantId: 'challenger-1',
        promotedAt: START + 9,
      });
      const { experiment } = await store.transition({ ...pause, from: 'rolling_out', to: 'held' });
      expect(experiment).toMatchObject({ winnerVariantId: 'challenger-1', promotedAt: START + 9 });
    });

    it('refuses a winner that is not a variant, and changes nothing', async () => {
      const { store, experiment } = await db.seeded();
      await expect(
        store.transition({ ...pause, to: 'rolling_out', winnerVariantId: 'nobody' }),
      ).rejects.toMatchObject({ code: '23503' });
      expect(await store.getExperiment('exp_1')).toEqual(experiment);
    });

    it('says that there is no such experiment', async () => {
      await expect(db.store().transition(pause)).rejects.toThrow(ExperimentNotFound);
    });

    it.each(ENDED_STATES)('into %s ends the experiment and releases its ad sets', async (to) => {
      const { store, experiment } = await db.seeded();
      const ended = await store.transition({ ...pause, to });
      expect(ended.experiment.endedAt).toBe(START + 7);
      expect(await leasedBy(experiment.accountId)).toEqual([]);
      const next = anExperiment({ id: 'exp_2', accountId: experiment.accountId });
      expect((await store.createExperiment(next)).id).toBe('exp_2');
    });

    it('keeps the ad sets if the swap fails', async () => {
      const { store, experiment } = await db.seeded();
      await store.transition({ ...pause, from: 'paused', to: 'stopped' });
      expect((await leasedBy(experiment.accountId)).length).toBe(2);
    });

    it('out of completed takes the ad sets again', async () => {
      const { store, experiment } = await db.seeded();
      await store.transition({ ...pause, to: 'completed' });
      const { experiment: reverting } = await store.transition({
        ...pause,
        from: 'completed',
        to: 'reverting',
      });
      expect(reverting.endedAt).toBeNull();
      expect(await leasedBy(experiment.accountId)).toEqual([
        ['501', 'exp_1'],
        ['502', 'exp_1'],
      ]);
    });

    it('out of completed is refused while another experiment has one of the ad sets', async () => {
      const { store, experiment } = await db.seeded();
      const { experiment: completed } = await store.transition({ ...pause, to: 'completed' });
      const next = anotherExperiment('exp_2', 9, { accountId: experiment.accountId });
      next.variants[0]!.adSetId = '502';
      await store.createExperiment(next);
      await expect(store.transition({ ...pause, from: 'completed', to: 'reverting' })).rejects.toMatchObject({
        name: 'AdSetLeased',
        adSetId: '502',
        experimentId: 'exp_2',
      });
      expect(await store.getExperiment('exp_1')).toEqual(completed);
      expect((await leasedBy(experiment.accountId)).map(([, holder]) => holder)).toEqual(['exp_2', 'exp_2']);
    });
  });
});
