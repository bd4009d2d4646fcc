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
      kill_switch_changes: [],
      freeze: null,
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
        kill_switch_changes: [{ engaged: true, ...person, at: '2026-11-23T09:00:00Z' }],
        freeze: null,
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
    expect((await api.get(path)).body.kill_switch_changes).toEqual([
      { engaged: false, by: 'bo', reason: 'mended', at: '2026-11-23T10:00:00Z' },
      { engaged: true, ...person, at: '2026-11-23T09:00:00Z' },
    ]);
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

describe('the freeze windows', () => {
  let api: Api;
  const path = '/api/ab/account/freeze-windows';
  const who = { by: 'ana', reason: 'nobody is at work' };
  const weekend = {
    ...who,
    name: 'Weekend',
    kind: 'weekly',
    from: { weekday: 'fri', time: '17:00' },
    to: { weekday: 'wed', time: '08:00' },
  };
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.stop());

  it("are set in the account's time zone, listed, and hold the next phase", async () => {
    const { status, body } = await api.post(path, weekend, { 'idempotency-key': 'w-1' });
    expect(status).toBe(200);
    expect(body).toEqual({
      window_id: expect.any(String),
      name: 'Weekend',
      timezone: 'America/New_York',
      kind: 'weekly',
      from: weekend.from,
      to: weekend.to,
      text: 'every week from Fri 17:00 to Wed 08:00 (America/New_York)',
      is_over: false,
      ...who,
      at: '2026-11-23T09:00:00Z',
    });
    expect((await api.post(path, weekend, { 'idempotency-key': 'w-1' })).body).toEqual(body);
    const listed = await api.get(path);
    // Monday, 04:00 in New York.
    const now = {
      until: '2026-11-25T13:00:00Z',
      text: 'Frozen until Wed 25 Nov 08:00 (America/New_York): Weekend.',
    };
    expect(listed.body).toEqual({
      now,
      windows: [body],
      changes: [
        {
          window_id: body.window_id,
          name: 'Weekend',
          text: body.text,
          change: 'set',
          ...who,
          at: '2026-11-23T09:00:00Z',
        },
      ],
    });
    expect((await api.get('/api/ab/account')).body.freeze).toEqual(now);
    const experiment = await seedExperiment(api, 'frozen');
    await seedPromotion(api, experiment, { phases: [] });
    await moveTo(api, 'frozen', 'rolling_out', { winnerVariantId: 'challenger-1' });
    const { experiments } = (await api.get('/api/ab/overview')).body as unknown as {
      experiments: { next_event: unknown }[];
    };
    expect(experiments[0]!.next_event).toEqual({
      at: now.until,
      what: 'phase 60, after the freeze (Weekend)',
    });
    const due = {
      state: 'rolling_out',
      stateReason: 'It goes on.',
      nextDue: 'phase 60',
      trouble: null,
    } as const;
    const nextDueAt = START + HOUR;
    api.gateway.statuses.set('frozen', { experimentId: 'frozen', ...due, nextDueAt, allowed: [], queued: 0 });
    expect((await api.get('/api/ab/experiments/frozen')).body).toMatchObject({
      next_due_at: now.until,
      next_due: 'phase 60, after the freeze (Weekend)',
    });
  });

  it('are removed once, with who and why', async () => {
    const { windows } = (await api.get(path)).body as unknown as { windows: { window_id: string }[] };
    const remove = () =>
      api.post(`${path}/${windows[0]!.window_id}/remove`, { by: 'bo', reason: 'a launch' });
    expect((await remove()).body).toMatchObject({ change: 'removed', by: 'bo', reason: 'a launch' });
    expect((await api.get(path)).body).toMatchObject({
      now: null,
      windows: [],
      changes: [
        { change: 'removed', by: 'bo' },
        { change: 'set', by: 'ana' },
      ],
    });
    const again = await remove();
    expect([again.status, again.body.detail]).toEqual([
      404,
      `No freeze window ${windows[0]!.window_id} is set.`,
    ]);
  });

  it('all stand if two are set at the same time', async () => {
    const dated = {
      ...who,
      kind: 'dated',
      timezone: 'UTC',
      from: '2026-12-24T00:00',
      to: '2026-12-27T00:00',
    };
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(names.map((name) => api.post(path, { ...dated, name })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { windows } = (await api.get(path)).body as unknown as { windows: { name: string }[] };
    expect(windows.map(({ name }) => name).sort()).toEqual(names);
  });

  it.each([
    [{ ...weekend, name: '' }, 'name', 'must be text of 1 to 80 characters'],
    [{ ...weekend, kind: 'monthly' }, 'kind', 'must have kind weekly or dated'],
    [
      { ...weekend, from: { weekday: 'friday', time: '17:00' } },
      'from.weekday',
      'must be one of mon, tue, wed, thu, fri, sat, sun',
    ],
    [
      { ...weekend, to: { weekday: 'mon', time: '24:00' } },
      'to.time',
      'must be a time from 00:00 to 23:59, as HH:MM',
    ],
    [
      { ...weekend, timezone: 'Europe/Atlantis' },
      'timezone',
      'must be an IANA time zone, e.g. Europe/Berlin',
    ],
    [
      { ...weekend, kind: 'dated', from: '2026-12-24', to: '2026-12-27T00:00' },
      'from',
      'must be a local date and time, as YYYY-MM-DDTHH:MM',
    ],
    [
      { ...weekend, kind: 'dated', from: '2026-12-24T00:00', to: '2026-12-32T00:00' },
      'to',
      'must be a date and time that exist, as YYYY-MM-DDTHH:MM',
    ],
    [
      { ...weekend, to: weekend.from },
      'windows',
      'must together leave at least 1 h of each week free, or no rollout could ever go on',
    ],
    [{ ...weekend, colour: 'red' }, 'colour', 'is not a field of this request; leave it out'],
  ])('refuse %j and name the field', async (body, field, message) => {
    const answer = await api.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field, message }]);
  });
});
