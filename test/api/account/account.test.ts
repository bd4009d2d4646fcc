import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, HOUR, START, startApi } from '../support/harness.js';
import { moveTo, seedExperiment, seedPromotion, seedWrite } from '../support/seed.js';

describe('the account', () => {
  let api: Api;
  const path = '/api/ab/account';
  const person = { by: 'ana@example.com', reason: 'sales look odd' };
  beforeAll(async () => {
    api = await startApi({ accountEnvelope: 250.5 });
  });
  afterAll(() => api.stop());

  it('says what limits its rollouts', async () => {
    const experiment = await seedExperiment(api, 'moved');
    await seedPromotion(api, experiment, { phases: [] });
    await seedWrite(api, 'moved', 'set_moved_challenger-1', '60', 5000, 6000, 'applied', START);
    const { status, body } = await api.get(path);
    expect(status).toBe(200);
    expect(body).toEqual({
      account_id: api.market.account.id,
      environment: 'sandbox',
      currency: 'USD',
      timezone: 'America/New_York',
      writes: 'on',
      kill_switch: null,
      meta: null,
      envelope: {
        limit: 250.5,
        limit_cents: 25_050,
        moved_today_cents: 1000,
        resets_at: '2026-11-24T05:00:00Z',
      },
    });
  });

  it.each(['expired_token', 'hang'] as const)('shows our own data if Meta fails: %s', async (kind) => {
    const other = await startApi({ accountEnvelope: 250.5, writesAllowed: false });
    try {
      await other.store.setKillSwitch({ engaged: true, ...person, at: START });
      const fault = await other.market.order({ kind, method: 'GET', times: 100 });
      const { status, body } = await other.get(path);
      expect(status).toBe(200);
      expect(body).toEqual({
        account_id: other.market.account.id,
        environment: 'sandbox',
        currency: null,
        timezone: null,
        meta: expect.stringMatching(
          /^Meta (refused|gave no|has not answered).*: the currency, the time zone and the rest of the envelope of today are not known\.$/,
        ),
        writes: 'shadow',
        kill_switch: { engaged: true, ...person, at: '2026-11-23T09:00:00Z' },
        envelope: { limit: 250.5, limit_cents: null, moved_today_cents: null, resets_at: null },
      });
      await other.market.withdraw(fault);
      expect((await other.get(path)).body).toMatchObject({ currency: 'USD', meta: null });
      await other.market.order({ kind, method: 'GET', times: 100 });
      expect((await other.get(path)).body).toMatchObject({
        currency: 'USD',
        meta: expect.stringMatching(/from its last answer\.$/),
        envelope: { limit_cents: 25_050, moved_today_cents: 0, resets_at: '2026-11-24T05:00:00Z' },
      });
    } finally {
      await other.stop();
    }
  });

  it('is held by its kill switch: every rollout, at once in the record, and visible when its workflow answers', async () => {
    const rollout = async (id: string) => {
      await seedExperiment(api, id);
      await moveTo(api, id, 'rolling_out', { winnerVariantId: 'challenger-1' });
    };
    await rollout('a');
    await rollout('b');
    await seedExperiment(api, 'calm');
    await seedExperiment(api, 'waiting');
    await moveTo(api, 'waiting', 'held');
    api.gateway.answer = async ({ experimentId }) =>
      experimentId === 'a'
        ? { kind: 'done', outcome: { state: 'held', message: 'held', decision: null } }
        : { kind: 'pending', accepted: false };
    const { status, body } = await api.post(`${path}/kill-switch`, { engaged: true, ...person });
    expect(status).toBe(200);
    expect(body).toEqual({
      engaged: true,
      ...person,
      at: '2026-11-23T09:00:00Z',
      held: ['a', 'waiting'],
      pending: ['b'],
    });
    expect(
      api.gateway.asked.map(({ experimentId, kind, asked }) => [experimentId, kind, asked.reason]),
    ).toEqual(
      expect.arrayContaining([
        ['a', 'pause', 'Kill switch: sales look odd'],
        ['b', 'pause', 'Kill switch: sales look odd'],
      ]),
    );
    expect((await api.get(path)).body.kill_switch).toEqual({
      engaged: true,
      ...person,
      at: '2026-11-23T09:00:00Z',
    });
  });

  it('is released by a user, once', async () => {
    api.clock.at = START + HOUR;
    const release = () => api.post(`${path}/kill-switch`, { engaged: false, by: 'bo', reason: 'mended' });
    expect((await release()).body).toMatchObject({ engaged: false, by: 'bo', held: [], pending: [] });
    const again = await release();
    expect([again.status, again.body.detail]).toEqual([409, 'The kill switch is not engaged.']);
  });

  it.each([
    [{ by: 'ana', reason: 'odd' }, 'engaged'],
    [{ engaged: true, reason: 'odd' }, 'by'],
    [{ engaged: true, by: 'ana' }, 'reason'],
    [{ engaged: 'yes', by: 'ana', reason: 'odd' }, 'engaged'],
  ])('refuses %j and names the field', async (body, field) => {
    const answer = await api.post(`${path}/kill-switch`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field, message: expect.any(String) }]);
  });
});
