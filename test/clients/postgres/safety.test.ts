import { describe, expect, it } from 'vitest';
import { EnvelopeUsedUp } from '../../../src/clients/postgres/errors.js';
import type { GateRow } from '../../../src/contract/records.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { aPromotion, DATABASES, START, useDatabase } from './fixtures.js';

const AT = START + 30 * HOUR_MS;
const raise = (phase: string, adSetId: string, before: number, intended: number, at = AT) => ({
  ...{ experimentId: 'exp_1', adSetId, phase, before, intended, at },
  compensates: null,
});

describe.each(DATABASES)('the limits of rollouts on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('keeps every event of the kill switch and answers the last one', async () => {
    const { store } = await db.seeded();
    expect(await store.killSwitch()).toBeNull();
    const engaged = { engaged: true, by: 'ana', reason: 'odd', at: AT };
    await store.setKillSwitch(engaged);
    expect(await store.killSwitch()).toEqual(engaged);
    const released = { engaged: false, by: 'bo', reason: 'mended', at: AT - 1 };
    await store.setKillSwitch(released);
    expect(await store.killSwitch()).toEqual(released);
    const since = (since: number, until: number) => store.killSwitchEvents({ since, until, limit: 9 });
    expect(await since(AT - 1, AT + 1)).toEqual([released, engaged]);
    expect(await since(AT, AT + 1)).toEqual([engaged]);
    expect(await since(AT - 1, AT)).toEqual([released]);
  });

  it('keeps every change of the freeze windows, each once per key and per number', async () => {
    const { store } = await db.seeded();
    const times = { kind: 'dated', from: '2026-11-26T00:00', to: '2026-12-01T00:00' } as const;
    const window = { id: 'w1', name: 'Black Friday', timezone: 'Europe/Berlin', times };
    const set = { window, removed: false, by: 'ana', reason: 'the sale', at: AT, controlId: 'key-1' };
    expect(await store.enterFreezeEvent(set, 1)).toEqual(set);
    expect(await store.enterFreezeEvent({ ...set, at: AT + 1 }, 2)).toEqual(set);
    const other = { ...set, window: { ...window, id: 'w2' }, controlId: 'key-2' };
    expect(await store.enterFreezeEvent(other, 1)).toBeNull();
    const removed = { window, removed: true, by: 'bo', reason: 'no sale', at: AT + 2 };
    expect(await store.enterFreezeEvent(removed, 2)).toEqual(removed);
    expect(await store.enterFreezeEvent(removed, 3)).toBeNull();
    expect(await store.freezeEvents()).toEqual([set, removed]);
    expect(await db.store('act_999').freezeEvents()).toEqual([]);
  });

  it('reads the findings of gates in the order of entry', async () => {
    const { store } = await db.seeded();
    await store.openPromotion(aPromotion());
    const gate: GateRow = {
      phase: '60',
      at: AT,
      outcome: 'hold',
      findings: [{ code: 'envelope', leadsTo: 'hold', message: 'used up', until: AT + 1 }],
      learning: { 501: { status: 'LEARNING', lastSignificantEditAt: START } },
      atRisk: 320,
      budgets: { 501: 5000 },
      targets: { 501: 4000 },
      shadow: false,
    };
    const second: GateRow = { ...gate, phase: '70', outcome: 'pass', findings: [], shadow: true };
    await store.recordGate('exp_1', gate);
    await store.recordGate('exp_1', second);
    expect(await store.listGates('exp_1')).toEqual([gate, second]);
    await expect(store.recordGate('other', gate)).rejects.toMatchObject({ code: '23503' });
  });

  it('counts the raises of a day: each step once, and no cuts, refusals or reverts', async () => {
    const { store } = await db.seeded();
    const moved = () => store.movedBetween(AT, AT + 24 * HOUR_MS);
    expect(await moved()).toBe(0);
    await store.enterAttempt(raise('60', '501', 5000, 4000));
    const lost = await store.enterAttempt(raise('60', '502', 5000, 6000));
    await store.enterAttempt(raise('60', '502', 5000, 6000));
    expect(await moved()).toBe(1000);
    const outcome = { outcome: 'refused', readBack: null, error: 'no', settledAt: AT } as const;
    const refused = await store.enterAttempt(raise('70', '502', 6000, 7000));
    await store.settleAttempt('exp_1', refused.sequence, { ...outcome, errorKind: 'invalid' });
    await store.enterAttempt(raise('revert', '501', 4000, 5000));
    await store.enterAttempt(raise('80', '502', 6000, 8000, AT + 24 * HOUR_MS));
    await store.enterAttempt(raise('50', '502', 4000, 5000, AT - 1));
    expect(await moved()).toBe(1000);
    expect((await store.listLedger('exp_1'))[refused.sequence - 1]).toMatchObject({ errorKind: 'invalid' });
    await store.settleAttempt('exp_1', lost.sequence, { ...outcome, outcome: 'unknown' });
    expect(await moved()).toBe(1000);
    const unsent = await store.enterAttempt(raise('70', '502', 6000, 7000));
    expect(await moved()).toBe(2000);
    await store.settleAttempt('exp_1', unsent.sequence, { ...outcome, outcome: 'not_sent' });
    expect(await moved()).toBe(1000);
  });

  it('enters no raise that the envelope has no room for, even if several come at once', async () => {
    const { store } = await db.seeded();
    const envelope = { since: AT, until: AT + HOUR_MS, limit: 2500 };
    const attempts = ['501', '502'].flatMap((adSetId) =>
      ['60', '70'].map((phase) => store.enterAttempt({ ...raise(phase, adSetId, 5000, 6000), envelope })),
    );
    const settled = await Promise.allSettled(attempts);
    const refused = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(refused).toHaveLength(2);
    for (const error of refused) {
      expect(error).toBeInstanceOf(EnvelopeUsedUp);
      expect(error).toMatchObject({ moved: 2000, wanted: 1000, limit: 2500 });
    }
    const ledger = await store.listLedger('exp_1');
    expect(ledger.map((row) => row.sequence)).toEqual([1, 2]);
    // The same step again adds nothing, and a smaller step fits.
    await store.enterAttempt({ ...raise(ledger[0]!.phase, ledger[0]!.adSetId, 5000, 6000), envelope });
    await store.enterAttempt({ ...raise('80', '501', 5000, 5500), envelope });
    expect(await store.movedBetween(AT, AT + HOUR_MS)).toBe(2500);
  });
});
