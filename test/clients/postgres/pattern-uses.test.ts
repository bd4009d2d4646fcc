import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  anExperiment,
  anotherExperiment,
  aPromotion,
  aVerification,
  DATABASES,
  START,
  useDatabase,
} from './fixtures.js';
import { aFit, aFittedPattern } from './pattern-fixtures.js';

const { creative } = anExperiment().variants[0]!;
const PATTERNS = ['question_mark', 'urgency', 'names_a_price'];

describe.each(DATABASES)('uses of patterns on $database', ({ kind }) => {
  const db = useDatabase(kind);

  async function anAccount() {
    const accountId = db.account();
    const store = db.store(accountId);
    await store.savePatternFit(aFit(PATTERNS.map((id) => aFittedPattern({ id }))));
    let number = 0;
    return {
      store,
      draft: (id: string, ...patternIds: string[]) =>
        store.saveDrafts([{ id, creative, patternIds, madeAt: START }]),
      /** A test whose variants were made from these drafts. */
      create(id: string, drafts: (string | undefined)[], changes: Partial<Experiment> = {}) {
        number += 1;
        const seed = anotherExperiment(id, number, { accountId, ...changes });
        const variants = seed.variants.map((variant, i) => ({
          ...variant,
          ...(drafts[i] !== undefined && { draftId: drafts[i] }),
        }));
        return store.createExperiment({ ...seed, variants });
      },
      async end(id: string, winnerVariantId: string | null) {
        const { ok } = await store.transition({
          ...{ experimentId: id, from: 'running', to: winnerVariantId === null ? 'no_winner' : 'completed' },
          reason: { code: 'recorded', detail: '' },
          at: START + HOUR_MS,
          ...(winnerVariantId !== null && { winnerVariantId, promotedAt: START + HOUR_MS }),
        });
        expect(ok).toBe(true);
      },
      async uses(id = 'question_mark') {
        return (await store.getPattern(id))!.uses;
      },
    };
  }

  it('are those of the drafts when the test is created, and count once it is decided', async () => {
    const { store, draft, create, end, uses } = await anAccount();
    await draft('d1', 'question_mark', 'urgency');
    await draft('d2');
    const test = await create('a', ['d2', 'd1']);
    // Registered again, and named again with further patterns: the test keeps what it has.
    await draft('d1', 'names_a_price');
    await store.registerExperiment(test);
    expect(await store.settlePatternUses()).toBe(0);
    expect(await uses()).toEqual({ uses: 0, wins: 0 });
    await end('a', 'challenger-1');
    expect(await store.settlePatternUses()).toBe(2);
    expect(await store.settlePatternUses()).toBe(0);
    expect(await uses()).toEqual({ uses: 1, wins: 1 });
    expect(await uses('urgency')).toEqual({ uses: 1, wins: 1 });
    expect(await uses('names_a_price')).toEqual({ uses: 0, wins: 0 });
  });

  it('are lost by a variant that did not win, and by all of a test without a winner', async () => {
    const { store, draft, create, end, uses } = await anAccount();
    await draft('d1', 'question_mark');
    await create('lost', ['d1', undefined]);
    await create('none', ['d1', 'd1']);
    await end('lost', 'challenger-1');
    await end('none', null);
    expect(await store.settlePatternUses()).toBe(3);
    expect(await uses()).toEqual({ uses: 3, wins: 0 });
  });

  it('are not won by a winner that someone forced, nor by one that turned out worse', async () => {
    const { store, draft, create, end, uses } = await anAccount();
    await draft('d1', 'question_mark');
    const won = { winnerVariantId: 'challenger-1' };
    for (const id of ['forced', 'worse', 'right']) {
      await create(id, [undefined, 'd1']);
      await store.openPromotion(aPromotion({ experimentId: id, ...won, forced: id === 'forced' }));
      await end(id, 'challenger-1');
    }
    await store.settlePatternUses();
    expect(await uses()).toEqual({ uses: 3, wins: 2 });
    await store.saveVerification(aVerification({ experimentId: 'worse', ...won, outcome: 'reverted' }));
    expect(await store.settlePatternUses()).toBe(1);
    expect(await uses()).toEqual({ uses: 3, wins: 1 });
  });

  it('of a draft that is named again are all that were named', async () => {
    const { store, draft } = await anAccount();
    await draft('d1', 'urgency');
    await draft('d1', 'question_mark', 'urgency');
    await draft('d1');
    await store.saveDrafts(
      [['names_a_price'], []].map((patternIds) => ({ id: 'd2', creative, patternIds, madeAt: START })),
    );
    const drafts = await store.getDrafts(['d1', 'd2']);
    expect(new Map(drafts.map(({ id, patternIds }) => [id, patternIds]))).toEqual(
      new Map([
        ['d1', ['question_mark', 'urgency']],
        ['d2', ['names_a_price']],
      ]),
    );
    expect(await store.knownPatterns(['urgency', 'nothing'])).toEqual(new Set(['urgency']));
    expect(await db.store().knownPatterns(['urgency'])).toEqual(new Set());
  });
});
