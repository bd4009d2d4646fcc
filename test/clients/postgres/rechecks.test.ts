import { describe, expect, it } from 'vitest';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { PromotionStatus } from '../../../src/contract/records.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  anExperiment,
  anotherExperiment,
  aPromotion,
  aRecheck,
  DATABASES,
  START,
  useDatabase,
} from './fixtures.js';

describe.each(DATABASES)('the recheck of a promotion on $database', ({ kind }) => {
  const db = useDatabase(kind);
  const promoted = async () => {
    const { store, experiment } = await db.seeded();
    await store.openPromotion(aPromotion());
    return { store, experiment };
  };

  it('is read with every field that was stored, with and without an interval', async () => {
    const { store } = await promoted();
    expect(await store.getRecheck('exp_1')).toBeNull();
    const laterTests = [{ adSetId: '501', experimentId: 'autumn' }];
    expect(await store.saveRecheck(aRecheck({ laterTests }))).toEqual(aRecheck({ laterTests }));
    const { store: other } = await promoted();
    expect(await other.getRecheck('exp_1')).toBeNull();
    const thin = aRecheck({ outcome: 'unclear', interval: null, winnerEvents: 0.5 });
    expect(await other.saveRecheck(thin)).toEqual(thin);
  });

  it('never changes: the first of several counts', async () => {
    const { store } = await promoted();
    const outcomes = ['holds', 'faded', 'unclear', 'not_judged'] as const;
    const saved = await Promise.all(outcomes.map((outcome) => store.saveRecheck(aRecheck({ outcome }))));
    for (const each of saved) expect(each).toEqual(saved[0]);
    expect(await store.saveRecheck(aRecheck({ theta: 9 }))).toEqual(saved[0]);
  });

  it('needs a promotion, and needs an interval above 0 to hold', async () => {
    const { store } = await db.seeded();
    await expect(store.saveRecheck(aRecheck())).rejects.toMatchObject({ code: '23503' });
    await store.openPromotion(aPromotion());
    const low = aRecheck({ interval: [-0.01, 0.2] });
    await expect(store.saveRecheck(low)).rejects.toMatchObject({ code: '23514' });
  });

  it.each(["update %s set outcome = 'holds'", 'delete from %s', 'truncate %s'])(
    'is guarded by the database: %s',
    async (statement) => {
      const { store } = await promoted();
      await store.saveRecheck(aRecheck());
      const changed = db.pool.query(statement.replace('%s', 'auto_promotion.rechecks'));
      await expect(changed).rejects.toMatchObject({ code: '23001' });
    },
  );

  it('is wanted by completed promotions whose policy has one, until it is on record', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    let number = 0;
    const add = async (
      id: string,
      status: PromotionStatus,
      changes: Partial<Experiment> = {},
      phasesDone: Record<string, number> = { '60': START + number },
    ) => {
      number += 1;
      const ended = { accountId, state: 'completed', endedAt: START, ...changes } as const;
      await store.createExperiment(anotherExperiment(id, number, ended));
      const openedAt = START - number * HOUR_MS;
      await store.openPromotion(aPromotion({ experimentId: id, status, phasesDone, openedAt }));
    };
    await add('second', 'completed');
    await add('first', 'completed', { policy: { ...DEFAULT_POLICY, recheckDays: 14 } });
    await add('unwritten', 'completed', {}, {});
    await add('shadow', 'shadow');
    await add('reverting', 'completed', { state: 'reverting', endedAt: null });
    await add('reverted', 'reverted', { state: 'reverted' });
    await add('kept', 'stopped', { state: 'stopped' });
    await add('none', 'completed', { policy: { ...DEFAULT_POLICY, recheckDays: null } });
    const { recheckDays: _, ...earlier } = DEFAULT_POLICY;
    await add('earlier', 'completed', { policy: earlier });
    const wanted = async (of: Store) =>
      (await of.promotionsToRecheck()).map(({ experimentId }) => experimentId);
    expect(await wanted(store)).toEqual(['first', 'second']);
    expect((await store.promotionsToRecheck())[0]).toEqual({
      experimentId: 'first',
      policy: { ...DEFAULT_POLICY, recheckDays: 14 },
      phasesDone: { '60': START + 1 },
    });
    await store.saveRecheck(aRecheck({ experimentId: 'first' }));
    expect(await wanted(store)).toEqual(['second']);
    expect(await wanted(db.store())).toEqual([]);
  });

  it('knows the tests that began on the same ad sets, after one instant and before another', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    const ended = { accountId, state: 'no_winner', endedAt: START } as const;
    const begun = (id: string, startedAt: number, changes: Partial<Experiment> = {}) =>
      store.createExperiment(anExperiment({ ...ended, id, startedAt, ...changes }));
    await begun('exp_1', START);
    await begun('later', START + 5, { variants: variantsOf('501', '777') });
    await begun('latest', START + 9, { variants: variantsOf('777', '502') });
    await begun('elsewhere', START + 5, { variants: variantsOf('777', '778') });
    await begun('before', START - 1);
    await begun('after', START + 10);
    expect(await store.laterTests({ experimentId: 'exp_1', since: START, until: START + 10 })).toEqual([
      { adSetId: '501', experimentId: 'later' },
      { adSetId: '502', experimentId: 'latest' },
    ]);
  });
});

function variantsOf(...adSetIds: string[]): Experiment['variants'] {
  return anExperiment().variants.map((variant, index) => ({ ...variant, adSetId: adSetIds[index]! }));
}
