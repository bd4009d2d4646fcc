import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createPatternActivities } from '../../src/activities/patterns.js';
import { EncoderFailure, type SentenceEncoder } from '../../src/clients/encoder/types.js';
import type { Store } from '../../src/clients/postgres/types.js';
import type { Creative, Experiment } from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { aDecision, anotherExperiment, DATABASES, START, useDatabase } from '../clients/postgres/fixtures.js';
import { aStatement } from '../clients/postgres/pattern-fixtures.js';

const WOBBLE = [0, 0.02, -0.03, 0.01, -0.01, 0.03, -0.02];
const clock = { now: async () => START + 9_999 * HOUR_MS, scale: 1 };
const creative = (headline: string): Creative => ({
  ...{ hook: null, text: null, script: null, visualNotes: null },
  headline,
});

async function listed<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

/** The same, each call as an activity of its own. */
function inActivities({ refitPatterns, embedPatterns }: ReturnType<typeof createPatternActivities>) {
  return {
    refitPatterns: () => new MockActivityEnvironment().run(refitPatterns) as ReturnType<typeof refitPatterns>,
    embedPatterns: () => new MockActivityEnvironment().run(embedPatterns) as ReturnType<typeof embedPatterns>,
  };
}

describe.each(DATABASES)('learning patterns on $database', ({ kind }) => {
  const db = useDatabase(kind);

  function anAccount() {
    const accountId = db.account();
    const store = db.store(accountId);
    let number = 0;
    return {
      store,
      activities: (deps: Partial<Parameters<typeof createPatternActivities>[0]> = {}) =>
        inActivities(createPatternActivities({ store, clock, ...deps })),
      /** A test of a statement and the same as a question, which changes the rate by `effect`; it ends without a winner. */
      async finish(effect: number, { looks = 1, ends = true, changes = {} as Partial<Experiment> } = {}) {
        number += 1;
        const id = `t${String(number).padStart(2, '0')}`;
        const at = START + number * 100 * HOUR_MS;
        const seed = anotherExperiment(id, number, {
          accountId,
          startedAt: at,
          name: `Test ${id}`,
          ...changes,
        });
        const [control, challenger] = seed.variants;
        const variants = [
          { ...control!, creative: creative('Dogs bark at night') },
          { ...challenger!, creative: creative('Do dogs bark at night?') },
        ];
        await store.createExperiment({ ...seed, variants });
        for (let lookNumber = 1; lookNumber <= looks; lookNumber++) {
          const [pair] = aDecision().pairs;
          const theta = effect + WOBBLE[number % WOBBLE.length]!;
          const evidence = { ...pair!.evidence, theta: lookNumber === looks ? theta : 9, se: 0.1 };
          await store.saveDecision(
            aDecision({
              ...{ experimentId: id, lookNumber, dueAt: at + lookNumber * HOUR_MS },
              pairs: [{ ...pair!, evidence }],
            }),
            {},
          );
        }
        const reason = { code: 'recorded', detail: '' } as const;
        if (ends)
          await store.transition({
            ...{ experimentId: id, from: 'running', to: 'no_winner', reason, at: at + 50 * HOUR_MS },
          });
        return id;
      },
    };
  }

  async function finishTwelve(account: ReturnType<typeof anAccount>, effect = -0.3) {
    for (let i = 0; i < 12; i++) await account.finish(effect, { looks: 2 });
  }

  it('of finished tests gives patterns with their tests, and a second fit changes nothing', async () => {
    const account = anAccount();
    await finishTwelve(account);
    await account.finish(5, { ends: false });
    await account.finish(5, { looks: 0 });
    const { refitPatterns } = account.activities();
    const result = await refitPatterns();
    expect(result).toMatchObject({ outcome: 'saved', tests: 12 });
    const question = (await account.store.getPattern('question_mark'))!;
    expect(question).toMatchObject({
      ...{
        kind: 'measured',
        state: 'holds',
        tests: 12,
        testsFor: 12,
        testsAgainst: 0,
        statedSign: -1,
        basis: 'own',
      },
      ...{ statedAt: START + 1250 * HOUR_MS, title: expect.stringContaining('question mark') },
    });
    expect(question.own!.effect).toBeCloseTo(-0.3, 1);
    const links = await account.store.testsOfPattern('question_mark');
    expect(links).toHaveLength(12);
    expect(links[0]).toMatchObject({ experimentId: 't12', name: 'Test t12' });
    expect(await refitPatterns()).toEqual({ ...result, outcome: 'unchanged' });
    expect(await account.store.getPattern('question_mark')).toEqual(question);
    expect((await account.store.findPatterns({ search: { by: 'certainty' }, limit: 200 })).length).toBe(
      result.patterns,
    );
  });

  it('at the same time ends in the same patterns as one fit', async () => {
    const [account, other] = [anAccount(), anAccount()];
    await finishTwelve(account);
    await finishTwelve(other);
    const both = await Promise.all([1, 2, 3].map(() => account.activities().refitPatterns()));
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['saved', 'unchanged', 'unchanged']);
    await other.activities().refitPatterns();
    const all = async (store: Store) =>
      (await store.findPatterns({ search: { by: 'certainty' }, limit: 200 })).map(({ pattern }) => pattern);
    expect(await all(account.store)).toEqual(await all(other.store));
  });

  it('counts tests that begin after someone claimed a direction of a pattern that was measured', async () => {
    const account = anAccount();
    const { refitPatterns } = account.activities();
    for (let i = 0; i < 5; i++) await account.finish(-0.25);
    await refitPatterns();
    const at = START + 560 * HOUR_MS;
    const claim = aStatement('Asking annoys', { attributeId: 'question_mark', sign: -1, at });
    expect((await account.store.statePattern(claim)).pattern).toMatchObject({ statedAt: at, statedSign: -1 });
    expect(await refitPatterns()).toMatchObject({ outcome: 'saved', tests: 5 });
    expect(await refitPatterns()).toMatchObject({ outcome: 'unchanged' });
    for (let i = 0; i < 8; i++) await account.finish(-0.25);
    await refitPatterns();
    expect(await account.store.getPattern('question_mark')).toMatchObject({
      ...{ tests: 13, statedAt: at, statedSign: -1 },
      later: { result: 'replicated', effect: { tests: 8 } },
    });
  });

  it('goes on from the states before: later tests replicate', async () => {
    const account = anAccount();
    const { refitPatterns } = account.activities();
    await finishTwelve(account);
    await refitPatterns();
    for (let i = 0; i < 8; i++) await account.finish(-0.25);
    // Two that end together: both fits see both tests, or one comes later.
    await Promise.all([refitPatterns(), refitPatterns()]);
    expect(await account.store.getPattern('question_mark')).toMatchObject({
      ...{ tests: 20, state: 'holds', statedAt: START + 1250 * HOUR_MS, later: { result: 'replicated' } },
    });
  });

  it('tests what someone stated in words, and keeps the words', async () => {
    const account = anAccount();
    const claim = aStatement('Questions annoy', { attributeId: 'question_mark', sign: 1, at: START });
    const { pattern } = await account.store.statePattern(claim);
    await finishTwelve(account);
    await account.activities().refitPatterns();
    expect(await account.store.getPattern(pattern.id)).toMatchObject({
      ...{ kind: 'stated', title: 'Questions annoy', statedSign: 1, statedAt: START, state: 'contradicted' },
      ...{ testsFor: 0, testsAgainst: 12, later: { result: 'contradicted' } },
    });
  });

  it('without tests knows what was learned elsewhere, if anything', async () => {
    const account = anAccount();
    expect(await account.activities().refitPatterns()).toMatchObject({ tests: 0, patterns: 0 });
    const foreign = [{ id: 'question_mark', effect: -0.11, se: 0.01, learnedFrom: 'headlines' }];
    expect(await account.activities({ foreign }).refitPatterns()).toMatchObject({
      outcome: 'saved',
      patterns: 1,
    });
    expect(await account.store.getPattern('question_mark')).toMatchObject({
      ...{ basis: 'foreign', tests: 0, state: 'candidate', own: null, foreign: { learnedFrom: 'headlines' } },
    });
  });

  describe('embedding', () => {
    const encoder = (
      id: string,
      encode?: SentenceEncoder['encode'],
    ): SentenceEncoder & { read: string[] } => {
      const read: string[] = [];
      return {
        read,
        info: { id, sentence: 3 },
        encode: async (texts, options) => {
          read.push(...texts);
          return encode
            ? encode(texts, options)
            : texts.map((text) => Float32Array.of(1, 0, text.length / 1e3));
        },
      };
    };

    it('reads each statement once, and changes over to another encoder when all are read', async () => {
      const account = anAccount();
      for (let i = 0; i < 70; i++) await account.store.statePattern(aStatement(`Claim ${i}`));
      const e1 = encoder('e1');
      const { embedPatterns } = account.activities({ encoder: e1 });
      expect(await embedPatterns()).toEqual({ encoded: 70, problem: null });
      expect(await embedPatterns()).toEqual({ encoded: 0, problem: null });
      expect(new Set(e1.read).size).toBe(e1.read.length);
      const broken = encoder('e2', async (texts) => {
        if (texts.includes('Claim 9')) throw new EncoderFailure('busy', 'no answer');
        return texts.map(() => Float32Array.of(0, 1));
      });
      const failed = await account.activities({ encoder: broken }).embedPatterns();
      expect(failed).toEqual({ encoded: 64, problem: 'The encoder e2 fails: no answer' });
      expect(await account.store.servingEncoder()).toBe('e1');
      const e2 = encoder('e2');
      expect(await account.activities({ encoder: e2 }).embedPatterns()).toEqual({
        encoded: 6,
        problem: null,
      });
      expect(await account.store.servingEncoder()).toBe('e2');
    });

    it('without an encoder says so', async () => {
      const { problem } = await anAccount().activities().embedPatterns();
      expect(problem).toBe('There is no encoder: patterns are found by words.');
    });
  });

  it('compares a dropped variant by the last look before it was dropped', async () => {
    const { store, experiment } = await db.seeded();
    const [pair] = aDecision().pairs;
    for (const [lookNumber, theta] of [
      [1, 0.1],
      [2, 0.2],
      [3, 0.3],
    ] as const)
      await store.saveDecision(
        aDecision({
          ...{ lookNumber, dueAt: START + lookNumber * HOUR_MS },
          pairs: [{ ...pair!, evidence: { ...pair!.evidence, theta } }],
        }),
        {},
      );
    await store.dropVariant(experiment.id, 'challenger-1', START + 2 * HOUR_MS + 1);
    const reason = { code: 'recorded', detail: '' } as const;
    await store.transition({ experimentId: 'exp_1', from: 'running', to: 'stopped', reason, at: START + 1 });
    const [test, ...others] = await listed(store.learnableTests());
    expect(others).toEqual([]);
    expect(test!.experiment.id).toBe('exp_1');
    expect(test!.looks.map(({ pairs }) => pairs[0]!.evidence.theta)).toEqual([0.3, 0.2]);
    expect(test!.looks[0]!.metrics.control!.linkClicks).toBe(120);
  });
});
