import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RanCreative } from '../../../src/domain/creative/ran-creative.js';
import { aDecision, anotherExperiment, DATABASES, START, useDatabase } from './fixtures.js';

const BYTES = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256);
const HASH = createHash('sha256').update(BYTES).digest('hex');
const RAN: RanCreative = {
  form: 'asset_feed_spec',
  title: 'Warm “all” winter 🙂',
  body: 'Line 1\nLine 2',
  description: null,
  callToAction: 'SHOP_NOW',
  link: 'https://shop.example/?a=b',
  picture: { kind: 'image', hash: HASH, problem: null },
  isFirstOfSeveral: true,
  readAt: START + 1_234,
};
const due = { at: START, limit: 10 };

describe.each(DATABASES)('creatives as they ran on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('are kept with their pictures as they were first read', async () => {
    const { store } = await db.seeded();
    expect(await store.ranCreatives('exp_1')).toEqual(new Map());
    expect(await store.savePicture({ type: 'image/png', bytes: BYTES })).toBe(HASH);
    expect(await store.savePicture({ type: 'image/png', bytes: BYTES })).toBe(HASH);
    await store.saveRanCreative('exp_1', 'control', RAN);
    await store.saveRanCreative('exp_1', 'control', { ...RAN, title: 'Later', picture: null });
    expect(await store.ranCreatives('exp_1')).toEqual(new Map([['control', RAN]]));
    const stored = await store.picture(HASH);
    expect(stored!.type).toBe('image/png');
    expect(Buffer.from(stored!.bytes).equals(BYTES)).toBe(true);
    expect(await store.picture('0'.repeat(64))).toBeNull();
    await expect(
      db.pool.query('update auto_promotion.variant_creatives set read_at = now()'),
    ).rejects.toThrow();
    await expect(db.pool.query('delete from auto_promotion.pictures')).rejects.toThrow();
  });

  it('need their picture and their variant', async () => {
    const { store } = await db.seeded();
    await expect(store.saveRanCreative('exp_1', 'control', RAN)).rejects.toMatchObject({ code: '23503' });
    await expect(store.saveRanCreative('exp_1', 'nobody', { ...RAN, picture: null })).rejects.toMatchObject({
      code: '23503',
    });
    expect((await store.unreadCreatives(due)).map(({ variantId }) => variantId)).toEqual([
      'control',
      'challenger-1',
    ]);
  });

  it('are due until they are read, and later after a try that failed', async () => {
    const { store, experiment } = await db.seeded();
    const [control, challenger] = await store.unreadCreatives(due);
    expect(control).toEqual({ experimentId: 'exp_1', variantId: 'control', adId: '601', tries: 0 });
    expect(await store.unreadCreatives({ ...due, limit: 1 })).toEqual([control]);
    await store.putOffCreative({ ...control!, dueAt: START + 5, counts: true });
    // Another that tried at the same time counts as the same try.
    await store.putOffCreative({ ...control!, dueAt: START + 9, counts: true });
    await store.saveRanCreative('exp_1', challenger!.variantId, { ...RAN, picture: null });
    expect(await store.unreadCreatives(due)).toEqual([]);
    expect(await store.awaitsCreatives('exp_1')).toBe(true);
    expect(await store.unreadCreatives({ ...due, at: START + 5 })).toEqual([{ ...control, tries: 1 }]);
    await store.putOffCreative({ ...control!, tries: 1, dueAt: START + 20, counts: false });
    expect(await store.unreadCreatives({ ...due, at: START + 19 })).toEqual([]);
    expect(await store.unreadCreatives({ ...due, at: START + 20 })).toEqual([{ ...control, tries: 1 }]);
    await store.saveRanCreative('exp_1', 'control', { ...RAN, form: 'unread', picture: null, problem: 'P.' });
    expect(await store.awaitsCreatives('exp_1')).toBe(false);
    expect(await store.unreadCreatives({ ...due, at: START + 99 })).toEqual([]);
    expect(await store.getExperiment('exp_1')).toEqual(experiment);
  });

  it('of tests from before they were read are never due', async () => {
    const { store, experiment } = await db.seeded();
    await db.pool.query(
      'update auto_promotion.ab_test_variants set creative_tries = null where account_id = $1',
      [experiment.accountId],
    );
    expect(await store.unreadCreatives(due)).toEqual([]);
    expect(await store.awaitsCreatives('exp_1')).toBe(false);
  });

  it('are in what is learned from, and not in the experiment', async () => {
    const accountId = db.account();
    const store = db.store(accountId);
    for (const [i, id] of ['a', 'b'].entries()) {
      await store.createExperiment(anotherExperiment(id, i + 1, { accountId, name: id }));
      await store.saveDecision(aDecision({ experimentId: id }), {});
      const reason = { code: 'recorded', detail: '' } as const;
      await store.transition({ experimentId: id, from: 'running', to: 'no_winner', reason, at: START + 1 });
    }
    await store.saveRanCreative('b', 'control', { ...RAN, picture: null });
    const tests = [];
    for await (const test of store.learnableTests()) tests.push(test);
    const [a, b] = tests;
    expect(a!.experiment).toEqual(await store.getExperiment('a'));
    expect(b!.experiment.variants.map(({ creative }) => creative)).toMatchObject([
      { hook: 'Tired of “ads”?', headline: RAN.title, text: 'Line 1\nLine 2' },
      { headline: "It's here", text: null },
    ]);
    expect((await store.getExperiment('b'))!.variants[0]!.creative.headline).toBeNull();
  });

  it("are the account's own", async () => {
    const { store } = await db.seeded();
    const { store: other } = await db.seeded();
    await store.savePicture({ type: 'image/gif', bytes: BYTES });
    await store.saveRanCreative('exp_1', 'control', RAN);
    expect(await other.picture(HASH)).toBeNull();
    expect((await other.ranCreatives('exp_1')).size).toBe(0);
    expect(await other.unreadCreatives(due)).toHaveLength(2);
  });
});
