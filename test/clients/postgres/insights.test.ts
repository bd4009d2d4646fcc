import { describe, expect, it } from 'vitest';
import { DATABASES, START, useDatabase } from './fixtures.js';

const MONTH = Date.UTC(2026, 10, 15);
const paid = { model: 'm', promptVersion: 'p', reserve: 60, limit: 100, at: MONTH };
const answered = {
  ...{ outcome: 'answered' as const, httpStatus: null, inputTokens: 1, outputTokens: 1 },
  ...{ stopReason: 'end_turn', response: '{}', at: MONTH },
};

describe.each(DATABASES)('insights on $database', ({ kind }) => {
  const db = useDatabase(kind);
  const request = { experimentId: 'exp_1', by: 'ana', at: START };

  it('are entered once per key, and one at a time', async () => {
    const { store } = await db.seeded();
    const [one, other] = await Promise.all([
      store.requestExtraction({ ...request, key: 'a' }),
      store.requestExtraction({ ...request, key: 'b' }),
    ]);
    expect([one.isNew, other.isNew].sort()).toEqual([false, true]);
    expect(one.extraction.number).toBe(1);
    expect(other.extraction).toEqual(one.extraction);
  });

  it('belong to one account', async () => {
    const { store } = await db.seeded();
    const { store: another } = await db.seeded();
    await store.requestExtraction({ ...request, key: 'a' });
    await store.beginCall({ experimentId: 'exp_1', number: 1, labels: 'as_is', ...paid });
    expect(await another.latestExtraction('exp_1')).toBeNull();
    expect(await another.spentInMonth(MONTH)).toBe(0);
    expect(await another.toExtract(10)).toEqual([]);
  });

  it('reserve what a question can cost until its cost is known', async () => {
    const { store } = await db.seeded();
    await store.requestExtraction({ ...request, key: 'a' });
    const question = { experimentId: 'exp_1', number: 1 } as const;
    const begin = (labels: 'as_is' | 'exchanged') => store.beginCall({ ...question, labels, ...paid });
    const both = await Promise.all([begin('as_is'), begin('exchanged')]);
    expect(both.map((each) => each.kind).sort()).toEqual(['begun', 'spent']);
    expect(await store.spentInMonth(MONTH)).toBe(60);
    const begun = both[0]!.kind === 'begun' ? 'as_is' : 'exchanged';
    await store.settleCall({ ...question, labels: begun, attempt: 1 }, { ...answered, cost: 7 });
    expect(await store.spentInMonth(MONTH)).toBe(7);
    expect((await begin(begun === 'as_is' ? 'exchanged' : 'as_is')).kind).toBe('begun');
  });

  it('keep a settled question and a settled extraction as they are', async () => {
    const { store } = await db.seeded();
    await store.requestExtraction({ ...request, key: 'a' });
    const question = { experimentId: 'exp_1', number: 1, labels: 'as_is' } as const;
    await store.beginCall({ ...question, ...paid });
    await store.settleCall({ ...question, attempt: 1 }, { ...answered, cost: 7 });
    await store.settleCall({ ...question, attempt: 1 }, { ...answered, cost: 9, response: 'other' });
    expect(await store.listCalls('exp_1', 1)).toMatchObject([{ cost: 7, response: '{}' }]);
    const settled = {
      ...{ experimentId: 'exp_1', number: 1, status: 'failed' as const, winnerVariantId: null },
      ...{ loserVariantId: null, model: null, promptVersion: null, claims: [], dropped: [], metrics: null },
      ...{ confidence: null, visualNotes: {}, notes: [], finishedAt: START },
    };
    await store.settleExtraction({ ...settled, reason: { code: 'fault' } });
    const again = await store.settleExtraction({ ...settled, reason: { code: 'no_winner' } });
    expect(again.reason).toEqual({ code: 'fault' });
    await store.noteExtraction('exp_1', 1, { code: 'queued' });
    expect((await store.latestExtraction('exp_1'))!.reason).toEqual({ code: 'fault' });
  });

  it('are due for ended tests with a winner that have none, and for what is pending', async () => {
    const { store } = await db.seeded({
      state: 'completed',
      winnerVariantId: 'challenger-1',
      endedAt: START,
    });
    expect(await store.toExtract(10)).toEqual(['exp_1']);
    await store.requestExtraction({ ...request, key: 'a' });
    expect(await store.toExtract(10)).toEqual(['exp_1']);
  });
});
