import { describe, expect, it } from 'vitest';
import { DATABASES, START, useDatabase } from './fixtures.js';

const asked = { key: 'k', request: 'POST /a', bodyHash: 'b', madeId: 'one', at: START };

describe.each(DATABASES)('idempotency keys on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('bind a key to the first of several simultaneous requests', async () => {
    const store = db.store(db.account());
    const claims = await Promise.all(
      ['one', 'two', 'three'].map((madeId) => store.claimRequest({ ...asked, madeId })),
    );
    expect(claims.filter(({ isFirst }) => isFirst)).toHaveLength(1);
    const { claim } = claims.find(({ isFirst }) => isFirst)!;
    for (const each of claims) expect(each.claim).toEqual({ ...claim, answer: null });
    expect((await store.claimRequest({ ...asked, request: 'POST /b' })).claim).toEqual(claim);
  });

  it('keep the first answer unchanged', async () => {
    const store = db.store(db.account());
    await store.claimRequest(asked);
    const body = { b: 1, a: ['ü', null], nested: { z: 0.1 } };
    expect(await store.keepAnswer('k', { status: 201, body })).toEqual({ status: 201, body });
    expect(await store.keepAnswer('k', { status: 200, body: {} })).toEqual({ status: 201, body });
    expect((await store.claimRequest(asked)).claim.answer).toEqual({ status: 201, body });
  });

  it('belong to one account', async () => {
    const [mine, other] = [db.store(db.account()), db.store(db.account())];
    await mine.claimRequest(asked);
    expect(await other.claimRequest({ ...asked, madeId: 'two' })).toMatchObject({
      isFirst: true,
      claim: { madeId: 'two' },
    });
  });

  it('enter a change of the kill switch once', async () => {
    const store = db.store(db.account());
    const event = { engaged: true, by: 'ana', reason: 'odd', at: START };
    expect(await store.setKillSwitch({ ...event, engaged: false }, 'k-0')).toBeNull();
    expect(await Promise.all([1, 2, 3].map(() => store.setKillSwitch(event, 'k-1')))).toEqual([
      event,
      event,
      event,
    ]);
    const released = { ...event, engaged: false, at: START + 1 };
    expect(await store.setKillSwitch(released, 'k-2')).toEqual(released);
    expect(await store.setKillSwitch({ ...event, at: START + 2 }, 'k-1')).toEqual(event);
    expect(await store.setKillSwitch({ ...released, at: START + 3 }, 'k-2')).toEqual(released);
    expect(await store.killSwitch()).toEqual(released);
  });
});
