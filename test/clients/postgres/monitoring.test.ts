import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/api/events/changes.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { aDecision, aPromotion, DATABASES, START, useDatabase } from './fixtures.js';

const AT = START + 30 * HOUR_MS;

describe.each(DATABASES)('what is watched on $database', ({ kind }) => {
  const db = useDatabase(kind);

  it('has marks that tell each change, of this account alone', async () => {
    const { store } = await db.seeded();
    let before = await store.changeMarks();
    const told = async (act: () => Promise<unknown>) => {
      await act();
      const after = await store.changeMarks();
      const changes = changesBetween(before, after).map(
        ({ experimentId, kind }) => `${experimentId} ${kind}`,
      );
      before = after;
      return changes;
    };
    expect(await told(async () => {})).toEqual([]);
    expect(await told(() => store.saveDecision(aDecision(), {}))).toEqual(['exp_1 look']);
    expect(await told(() => store.openPromotion(aPromotion()))).toEqual(['exp_1 rollout']);
    const attempt = { experimentId: 'exp_1', adSetId: '501', phase: '60', at: AT, compensates: null };
    expect(await told(() => store.enterAttempt({ ...attempt, before: 5000, intended: 4000 }))).toEqual([
      'exp_1 write',
    ]);
    const settled = { outcome: 'applied', readBack: 4000, error: null, settledAt: AT } as const;
    expect(await told(() => store.settleAttempt('exp_1', 1, settled))).toEqual(['exp_1 write']);
    const control = { controlId: 'c', experimentId: 'exp_1', kind: 'pause', by: 'ana', reason: 'r', at: AT };
    expect(await told(() => store.recordControl({ ...control, outcome: 'refused', message: 'no' }))).toEqual([
      'exp_1 control',
    ]);
    expect(await told(() => store.setKillSwitch({ engaged: true, by: 'ana', reason: 'r', at: AT }))).toEqual([
      'null kill_switch',
    ]);
    const times = { kind: 'dated', from: '2026-11-26T00:00', to: '2026-12-01T00:00' } as const;
    const window = { id: 'w1', name: 'Sale', timezone: 'UTC', times };
    const set = { window, removed: false, by: 'ana', reason: 'r', at: AT };
    expect(await told(() => store.enterFreezeEvent(set, 1))).toEqual(['null freeze_windows']);
    expect(
      await told(() =>
        store.transition({
          experimentId: 'exp_1',
          from: 'running',
          to: 'paused',
          reason: { code: 'started' },
          at: AT,
        }),
      ),
    ).toEqual(['exp_1 state']);
    expect((await db.store('act_999').changeMarks()).experiments).toEqual({});
  });

  it('has figures, of this account alone', async () => {
    const { store } = await db.seeded();
    const empty = {
      experiments: {},
      looks: 0,
      writes: {},
      heldForUser: 0,
      secondsSinceLook: null,
      secondsOverdue: null,
      killSwitchEngaged: false,
    };
    expect(await db.store('act_999').figures(AT)).toEqual(empty);
    const { started } = { started: (await store.getExperiment('exp_1'))!.startedAt };
    const waited = (AT - started) / 1000;
    expect(await store.figures(AT)).toMatchObject({
      experiments: { running: 1 },
      looks: 0,
      secondsSinceLook: waited,
    });
    await store.openPromotion(aPromotion());
    const attempt = { experimentId: 'exp_1', adSetId: '501', phase: '60', at: AT, compensates: null };
    await store.enterAttempt({ ...attempt, before: 5000, intended: 4000 });
    await store.setKillSwitch({ engaged: true, by: 'ana', reason: 'r', at: AT });
    expect(await store.figures(AT)).toMatchObject({ writes: { pending: 1 }, killSwitchEngaged: true });
    const hold = {
      ...{ code: 'foreign_edit', endsItself: false, since: AT, failedAt: AT, tries: 0, tryAt: null },
      ...{ silentMs: 0, gateAt: AT, readAt: null },
    } as never;
    await store.transition({
      experimentId: 'exp_1',
      from: 'running',
      to: 'rolling_out',
      reason: { code: 'started' },
      at: AT,
    });
    await store.transition({
      experimentId: 'exp_1',
      from: 'rolling_out',
      to: 'held',
      reason: { code: 'started' },
      hold,
      at: AT,
    });
    expect(await store.figures(AT)).toMatchObject({
      experiments: { held: 1 },
      heldForUser: 1,
      secondsSinceLook: null,
    });
  });
});
