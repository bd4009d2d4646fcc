import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/clients/postgres/types.js';
import { DATABASES, useDatabase } from '../../clients/postgres/fixtures.js';
import { aClaim, anAnswer, FakeClaude } from '../../support/fake-claude.js';
import { ENDED_AT, endedTest, extractor, LIMIT } from './support.js';

const QUESTION = aClaim({ text: 'It asks a question', quote: 'Cold feet at night?' });

/** A store whose process is killed at the first call of a method: before the call, or after it and before anyone knows. */
function killedAt(store: Store, method: keyof Store, when: 'before' | 'after'): Store {
  const killed = new Error('killed');
  const real = store[method] as (...args: unknown[]) => Promise<unknown>;
  return {
    ...store,
    [method]: async (...args: unknown[]) => {
      if (when === 'after') await real(...args);
      throw killed;
    },
  };
}

describe.each(DATABASES)('an extraction that is killed, on $database', ({ kind }) => {
  const db = useDatabase(kind);
  let claude: FakeClaude;
  let store: Store;
  beforeAll(async () => {
    claude = await FakeClaude.start();
  });
  afterAll(() => claude.stop());
  beforeEach(async () => {
    claude.asked.length = 0;
    claude.react = () => ({ answer: anAnswer([QUESTION]) });
    const accountId = db.account();
    store = db.store(accountId);
    await endedTest(store, accountId);
  });
  const paid = () => ({ client: claude.client(), monthlyLimit: LIMIT });

  it.each([
    ['before its question is entered', 'beginCall', 'before', 2],
    ['after its question is entered', 'beginCall', 'after', 2],
    ['before an answer is stored', 'settleCall', 'before', 3],
    ['after an answer is stored', 'settleCall', 'after', 2],
    ['before a claim is stated', 'statePattern', 'before', 2],
    ['after a claim is stated', 'statePattern', 'after', 2],
    ['before its end is entered', 'settleExtraction', 'before', 2],
    ['after its end is entered', 'settleExtraction', 'after', 2],
  ] as const)('%s: at most one more question', async (_, method, when, questions) => {
    const dying = extractor({ store: killedAt(store, method, when), claude: paid() });
    await expect(dying.extract()).rejects.toThrow('killed');
    const settled = (await store.latestExtraction('socks'))!.status !== 'pending';
    if (!settled) await extractor({ store, claude: paid() }).extract();
    expect(claude.asked).toHaveLength(questions);
    const extraction = (await store.latestExtraction('socks'))!;
    expect(extraction).toMatchObject({ status: 'extracted', number: 1 });
    expect(extraction.claims.map(({ text }) => text)).toEqual(['It asks a question']);
    expect((await store.listExtractions('socks')).length).toBe(1);
  });

  it('keeps the first accepted answer', async () => {
    const { activities, ask } = extractor({ store, claude: paid() });
    await activities.dueExtraction('socks');
    await ask('socks', 1, 'as_is', 0);
    claude.react = () => ({ answer: anAnswer([]) });
    expect(await ask('socks', 1, 'as_is', 0)).toEqual({ kind: 'answered' });
    expect(claude.asked).toHaveLength(1);
    const [call] = await store.listCalls('socks', 1);
    expect(call!.response).toContain('It asks a question');
  });

  it('asks no more after a failure that stays', async () => {
    claude.react = () => ({ status: 401 });
    const { activities, ask } = extractor({ store, claude: paid() });
    await activities.dueExtraction('socks');
    const failed = { kind: 'failed', failure: { code: 'key_refused', status: 401 } };
    expect(await ask('socks', 1, 'as_is', 0)).toEqual(failed);
    expect(await ask('socks', 1, 'as_is', 0)).toEqual(failed);
    expect(claude.asked).toHaveLength(1);
  });

  it('two at the same time ask each question once', async () => {
    const { activities } = extractor({ store, claude: paid() });
    const [one, other] = await Promise.all([
      activities.dueExtraction('socks'),
      activities.dueExtraction('socks'),
    ]);
    expect([one, other]).toEqual([1, 1]);
    await extractor({ store, claude: paid() }).extract();
    expect(await activities.dueExtraction('socks')).toBeNull();
    expect(await activities.finishExtraction('socks', 1, null)).toEqual({
      status: 'extracted',
      kept: 1,
      dropped: 0,
    });
  });

  it('is not entered a second time for the end of the test if someone has asked since', async () => {
    await store.requestExtraction({ experimentId: 'socks', key: 'asked 1', by: 'ana', at: ENDED_AT });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    expect(extraction).toMatchObject({ number: 1, requestedBy: 'ana', status: 'extracted' });
    expect(await extractor({ store, claude: paid() }).activities.dueExtraction('socks')).toBeNull();
    expect(claude.asked).toHaveLength(2);
  });

  it('is entered for the end of the test if someone asked before', async () => {
    await store.requestExtraction({ experimentId: 'socks', key: 'asked 1', by: 'ana', at: ENDED_AT - 1 });
    await extractor({ store, claude: paid() }).extract();
    expect(await extractor({ store, claude: paid() }).activities.dueExtraction('socks')).toBe(2);
  });

  it('is done again when someone asks, and the earlier one stays', async () => {
    await extractor({ store, claude: paid() }).extract();
    await store.requestExtraction({ experimentId: 'socks', key: 'asked 1', by: 'ana', at: 0 });
    await store.requestExtraction({ experimentId: 'socks', key: 'asked 1', by: 'ana', at: 0 });
    const { extraction } = await extractor({ store, claude: paid() }).extract();
    expect(extraction).toMatchObject({ number: 2, requestedBy: 'ana', status: 'extracted' });
    expect((await store.listExtractions('socks')).map(({ number }) => number)).toEqual([2, 1]);
  });
});
